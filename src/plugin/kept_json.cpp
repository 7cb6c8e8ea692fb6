#include "plugin/kept_json.hpp"

#include <boost/json/parse.hpp>

namespace discern::plugin {

namespace json = boost::json;

json::object read_kept_object(KeptFile& file) {
  const std::optional<std::string> text = file.read();
  if (!text) return json::object();
  boost::system::error_code bad;
  json::value root = json::parse(*text, bad);
  if (!bad && root.is_object()) return std::move(root.get_object());
  file.reject(bad ? "it is not JSON: " + bad.message() : "it holds no JSON object");
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
