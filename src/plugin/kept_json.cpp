#include "plugin/kept_json.hpp"

#include <boost/json/parse.hpp>

#include "base/files.hpp"
#include "base/log.hpp"

namespace discern::plugin {

namespace json = boost::json;

Result<json::object> read_kept_object(const std::filesystem::path& file,
                                      std::size_t max_bytes,
                                      std::string_view lost) {
  const Result<std::string> text = read_file(file, max_bytes);
  if (!text) {
    if (text.error().kind == Errc::NotFound) return json::object();
    return text.error();
  }
  boost::system::error_code bad;
  json::value root = json::parse(*text, bad);
  if (!bad && root.is_object()) return std::move(root.get_object());
  Result<std::filesystem::path> kept = set_aside(file);
  if (!kept) return std::move(kept).error();
  log::warn("plugin",
            "{} could not be understood and was kept as {}; {}",
            file.string(),
            kept->string(),
            lost);
  return json::object();
}

std::string text_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

}  // namespace discern::plugin
