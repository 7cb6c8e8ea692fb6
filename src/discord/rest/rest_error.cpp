#include "discord/rest/rest_error.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>

#include "base/utf8.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;

// Goes down {"embeds":{"0":{"title":{"_errors":[{"message":...}]}}}} to the first message.
bool find_first_error(const json::object& object,
                      std::string& path,
                      std::string& message,
                      int depth) {
  if (const json::value* errors = object.if_contains("_errors")) {
    if (!errors->is_array() || errors->get_array().empty()) return false;
    const json::object* first = errors->get_array().front().if_object();
    const json::value* text = first == nullptr ? nullptr : first->if_contains("message");
    if (text == nullptr || !text->is_string()) return false;
    message = std::string(text->get_string());
    return true;
  }
  if (depth > 12) return false;
  for (const auto& [key, value] : object) {
    if (!value.is_object()) continue;
    const std::size_t before = path.size();
    if (!path.empty()) path.push_back('.');
    path.append(key);
    if (find_first_error(value.get_object(), path, message, depth + 1)) return true;
    path.resize(before);
  }
  return false;
}

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() || !std::isfinite(value) || value < 0) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text) {
  const std::optional<double> value = parse_decimal(text);
  if (!value || *value > 1e6) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(*value * 1000)));
}

std::optional<std::uint32_t> parse_count(std::string_view text) {
  const std::optional<double> value = parse_decimal(text);
  if (!value || *value > 1e9) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

ApiProblem parse_problem(std::string_view body) {
  ApiProblem out;
  boost::system::error_code error;
  const json::value parsed = json::parse(body, error);
  const json::object* object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return out;
  if (const json::value* code = object->if_contains("code"); code != nullptr && code->is_int64()) {
    out.code = static_cast<int>(code->get_int64());
  }
  if (const json::value* text = object->if_contains("message");
      text != nullptr && text->is_string()) {
    out.message = std::string(text->get_string());
  }
  const json::value* errors = object->if_contains("errors");
  if (errors != nullptr && errors->is_object()) {
    std::string path;
    std::string message;
    if (find_first_error(errors->get_object(), path, message, 0)) {
      out.message.append(" (").append(path).append(": ").append(message).append(")");
    }
  }
  out.message = to_valid_utf8(out.message, 500);
  return out;
}

RateHeaders parse_rate_headers(const net::HttpOutResponse& response) {
  RateHeaders out;
  out.bucket = response.header("x-ratelimit-bucket");
  out.limit = parse_count(response.header("x-ratelimit-limit"));
  out.remaining = parse_count(response.header("x-ratelimit-remaining"));
  // The relative time, because clocks differ.
  out.reset_after = parse_seconds(response.header("x-ratelimit-reset-after"));
  return out;
}

Limited parse_limited(const net::HttpOutResponse& response) {
  Limited out;
  const std::string_view scope = response.header("x-ratelimit-scope");
  bool global = response.header("x-ratelimit-global") == "true";
  std::optional<std::chrono::milliseconds> after = parse_seconds(response.header("retry-after"));
  boost::system::error_code error;
  const json::value body = json::parse(response.body, error);
  const json::object* object = error ? nullptr : body.if_object();
  const json::value* wait = object == nullptr ? nullptr : object->if_contains("retry_after");
  const bool is_discords = wait != nullptr && !wait->is_null();
  if (object != nullptr) {
    const json::value* flag = object->if_contains("global");
    global = global || (flag != nullptr && flag->is_bool() && flag->get_bool());
  }
  // The body has the fraction of a second that the header lacks.
  if (is_discords && wait->is_number()) {
    const auto said = wait->to_number<double>();
    if (said >= 0 && said < 1e6) {
      after = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(said * 1000)));
    }
  }
  out.retry_after =
      std::max(after.value_or(std::chrono::seconds(5)), std::chrono::milliseconds(50));
  if (scope.empty() && !is_discords) {
    out.scope = LimitScope::Cloudflare;
  } else if (global || scope == "global") {
    out.scope = LimitScope::Global;
  } else if (scope == "shared") {
    out.scope = LimitScope::Shared;
  }
  return out;
}

}  // namespace discern::discord
