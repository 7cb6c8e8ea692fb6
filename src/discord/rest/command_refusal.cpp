#include "discord/rest/command_refusal.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>

#include "base/utf8.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxWhy = 300;
constexpr int kMaxDepth = 16;

std::optional<std::size_t> parse_index(std::string_view key) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
  return index;
}

// Goes down {"options":{"0":{"choices":{"_errors":[{"message":...}]}}}} to the first message.
std::string find_first(const json::object& errors, const std::string& path, int depth) {
  const json::value* own = errors.if_contains("_errors");
  if (own != nullptr && own->is_array() && !own->get_array().empty()) {
    const json::object* first = own->get_array().front().if_object();
    const json::value* text = first != nullptr ? first->if_contains("message") : nullptr;
    if (text == nullptr || !text->is_string()) return path;
    return (path.empty() ? path : path + ": ") + std::string(text->get_string());
  }
  if (depth == 0) return path;
  for (const auto& [key, value] : errors) {
    if (!value.is_object()) continue;
    const std::string step = parse_index(key) ? "[" + std::string(key) + "]"
                             : path.empty()   ? std::string(key)
                                              : "." + std::string(key);
    const std::string found = find_first(value.get_object(), path + step, depth - 1);
    if (!found.empty()) return found;
  }
  return {};
}

json::object errors_of(std::string_view body) {
  boost::system::error_code bad;
  const json::value parsed = json::parse(body, bad);
  if (bad || !parsed.is_object()) return {};
  const json::value* errors = parsed.get_object().if_contains("errors");
  return errors != nullptr && errors->is_object() ? errors->get_object() : json::object();
}

}  // namespace

std::vector<RefusedCommand> parse_refused_commands(std::string_view body, std::size_t count) {
  std::vector<RefusedCommand> out;
  for (const auto& [key, value] : errors_of(body)) {
    const std::optional<std::size_t> index = parse_index(key);
    if (!index || *index >= count || !value.is_object()) continue;
    out.push_back({*index, to_valid_utf8(find_first(value.get_object(), {}, kMaxDepth), kMaxWhy)});
  }
  std::sort(out.begin(), out.end(), [](const RefusedCommand& a, const RefusedCommand& b) {
    return a.index < b.index;
  });
  return out;
}

std::string parse_refusal(std::string_view body) {
  return to_valid_utf8(find_first(errors_of(body), {}, kMaxDepth), kMaxWhy);
}

}  // namespace discern::discord
