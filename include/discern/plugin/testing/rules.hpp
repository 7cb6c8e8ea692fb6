#pragma once

// What the real host refuses, in short: a test of a plugin fails where the plugin would. Each
// function says what is wrong, or nothing.

#include <algorithm>
#include <string>
#include <string_view>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/limits.hpp"

namespace discern::plugin::testing {

struct Rules {
  static bool has_control(std::string_view text) {
    return std::any_of(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  }
  static std::string_view subscription(std::uint32_t kind, std::string_view key) {
    if (kind < DISCERN_ON_EVENT || kind > DISCERN_ON_ROUTE) {
      return "this host does not know that kind of subscription";
    }
    if (kind == DISCERN_ON_EVENT) return "";
    if (kind == DISCERN_ON_ROUTE && !key.starts_with('/')) return "a route must begin with \"/\"";
    return has_control(key) ? "what a plugin registers holds no control characters" : "";
  }

  static std::string_view request(const discern_rest_request& what) {
    constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    const std::string_view method = detail::view(what.method);
    if (std::find(std::begin(kMethods), std::end(kMethods), method) == std::end(kMethods)) {
      return "that is not a method; use GET, POST, PUT, PATCH or DELETE";
    }
    const std::string_view route = detail::view(what.route);
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("/{}-_@.").find(c) != std::string_view::npos;
    };
    if (!route.starts_with('/') || route.find("..") != std::string_view::npos ||
        route.size() > 200 || !std::all_of(route.begin(), route.end(), fits)) {
      return "that is not a route; write it like /channels/{}/messages";
    }
    std::uint32_t holes = 0;
    for (std::size_t at = route.find("{}"); at != std::string_view::npos;
         at = route.find("{}", at + 2)) {
      ++holes;
    }
    const auto braces = static_cast<std::uint32_t>(std::count(route.begin(), route.end(), '{'));
    if (holes != what.parameter_count || braces != holes) {
      return "the route has not as many {} as there are parameters";
    }
    std::size_t digits = 0;
    for (const char c : route) {
      digits = c >= '0' && c <= '9' ? digits + 1 : 0;
      if (digits >= 15) return "the route holds an id; write {} and pass it as a parameter";
    }
    for (std::uint32_t i = 0; i < what.parameter_count; ++i) {
      if (detail::view(what.parameters[i]).empty()) return "a parameter is empty";
    }
    return "";
  }

  // What Discord would refuse of a body: the same table as the host's.
  static std::string first_of(const limits::Problems& problems) {
    return problems.empty() ? std::string() : problems.front().sentence();
  }
  static std::string answer(const discern_answer& what) {
    const Json body(detail::view(what.json));
    if (what.kind == DISCERN_ANSWER_MODAL) return first_of(limits::check_modal(body));
    if (what.kind == DISCERN_ANSWER_CHOICES) return first_of(limits::check_autocomplete(body));
    const bool edit = what.kind == DISCERN_ANSWER_EDIT ||
                      what.kind == DISCERN_ANSWER_EDIT_FOLLOW_UP ||
                      what.kind == DISCERN_ANSWER_UPDATE;
    const bool message =
        edit || what.kind == DISCERN_ANSWER_REPLY || what.kind == DISCERN_ANSWER_FOLLOW_UP;
    if (!message) return {};
    limits::MessageUse use;
    use.edit = edit;
    use.files = what.file_count;
    return first_of(limits::check_message(body, use));
  }
  static std::string body(const discern_rest_request& what, std::int64_t now_ms) {
    const std::string_view method = detail::view(what.method);
    const std::string_view route = detail::view(what.route);
    const Json body(detail::view(what.json));
    limits::MessageUse use;
    use.files = what.file_count;
    use.edit = method == "PATCH";
    if (route == "/channels/{}/messages" && method == "POST") {
      return first_of(limits::check_message(body, use));
    }
    if (route == "/channels/{}/messages/{}" && method == "PATCH") {
      return first_of(limits::check_message(body, use));
    }
    if (route == "/channels/{}/messages/bulk-delete") {
      return first_of(limits::check_bulk_delete(body, now_ms));
    }
    if (route == "/guilds/{}/members/{}" && method == "PATCH") {
      return first_of(limits::check_member(body, now_ms));
    }
    return {};
  }
};

}  // namespace discern::plugin::testing
