#pragma once

// What the real host refuses, in short: a test of a plugin fails where the plugin would. Each
// function says what is wrong, or nothing.

#include <algorithm>
#include <string>
#include <string_view>

#include "discern/plugin/fence.hpp"

namespace discern::plugin::testing {

struct Rules {
  static std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
  }
  static bool has_control(std::string_view text) {
    return std::any_of(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  }
  static bool is_word(std::string_view word) {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             (c & 0x80) != 0;
    };
    return characters(word) >= 1 && characters(word) <= 32 &&
           std::all_of(word.begin(), word.end(), fits);
  }

  static std::string_view command(std::uint32_t type,
                                  std::string_view path,
                                  std::string_view description) {
    if (type > DISCERN_COMMAND_MESSAGE) return "this host does not know that kind of command";
    if (type != DISCERN_COMMAND_SLASH) {
      const bool fits = characters(path) >= 1 && characters(path) <= 32 && !has_control(path) &&
                        path.front() != ' ' && path.back() != ' ';
      if (!fits) return "its name must have 1 to 32 characters, without spaces around it";
      return description.empty() ? "" : "one in a menu has no description";
    }
    if (std::count(path.begin(), path.end(), ' ') > 2) return "has more than three words";
    for (std::size_t at = 0; at != std::string_view::npos;) {
      const std::size_t space = path.find(' ', at);
      if (!is_word(path.substr(at, space == std::string_view::npos ? space : space - at))) {
        return "each word must be 1 to 32 lower-case letters, digits, - or _, with one space "
               "between";
      }
      at = space == std::string_view::npos ? space : space + 1;
    }
    const std::size_t length = characters(description);
    return length >= 1 && length <= 100 ? "" : "its description must have 1 to 100 characters";
  }
  // A command that has subcommands cannot be used itself.
  static bool stand_in_the_way(std::string_view path, std::string_view other) {
    const std::string_view longer = path.size() > other.size() ? path : other;
    const std::string_view shorter = path.size() > other.size() ? other : path;
    return longer.starts_with(shorter) && longer.size() > shorter.size() &&
           longer[shorter.size()] == ' ';
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
};

}  // namespace discern::plugin::testing
