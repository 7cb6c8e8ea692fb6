#pragma once

// What Discord takes as the name of a command: "Application Commands: Application Command Naming".

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "discern/plugin/limits/form.hpp"
#include "discern/plugin/limits/letters.hpp"

namespace discern::plugin::limits::detail {

// The code point `text` begins with, which is removed; 0xFFFD for an ill-formed byte.
inline std::uint32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0x80    ? 1
                           : first >= 0xF0 ? 4
                           : first >= 0xE0 ? 3
                           : first >= 0xC2 ? 2
                                           : 0;
  std::uint32_t point = size == 1 ? first : first & (0x7F >> size);
  bool fine = size != 0 && size <= text.size() && first < 0xF5;
  for (std::size_t i = 1; fine && i < size; ++i) {
    fine = (byte(i) & 0xC0) == 0x80;
    point = point << 6 | (byte(i) & 0x3F);
  }
  text.remove_prefix(fine ? size : 1);
  return fine ? point : 0xFFFD;
}

inline bool is_name_letter(std::uint32_t point) {
  if (point < 0x80) {
    const auto c = static_cast<char>(point);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '\'';
  }
  return std::any_of(std::begin(kNameRanges), std::end(kNameRanges), [&](const LetterRange& one) {
    return point >= one.first && point <= one.last;
  });
}

inline bool has_lower_case(std::uint32_t point) {
  if (point < 0x80) return point >= 'A' && point <= 'Z';
  return std::any_of(
      std::begin(kCapitalRanges), std::end(kCapitalRanges), [&](const CapitalRange& one) {
        return point >= one.first && point <= one.last && (point - one.first) % one.step == 0;
      });
}

// Why Discord refuses the name of a slash command or of an option; empty when it takes it.
inline std::string why_no_name(std::string_view name) {
  const std::int64_t length = characters(name);
  if (length < kCommandName.least || length > kCommandName.most) {
    return length == 0 ? "is empty; Discord wants 1 to 32 characters"
                       : "has " + std::to_string(length) + " characters; Discord allows 1 to 32";
  }
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view before = rest;
    const std::uint32_t point = take_code_point(rest);
    const std::string shown(before.substr(0, before.size() - rest.size()));
    if (has_lower_case(point)) return "has the capital letter \"" + shown + "\"; use lower case";
    if (is_name_letter(point)) continue;
    return (point == ' '      ? std::string("has a space")
            : point == 0xFFFD ? std::string("is not UTF-8")
            : point < 0x20    ? std::string("has a control character")
                              : "has \"" + shown + "\"") +
           "; Discord allows letters, digits, -, _ and '";
  }
  return {};
}

// Why Discord refuses it as the name in a menu.
inline std::string why_no_menu_name(std::string_view name) {
  const std::int64_t length = characters(name);
  if (length < 1 || length > 32) {
    return "has " + std::to_string(length) + " characters; Discord allows 1 to 32";
  }
  const bool one_line =
      std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (!one_line) return "has a control character";
  for (std::string_view rest = name; !rest.empty();) {
    if (take_code_point(rest) == 0xFFFD) return "is not UTF-8";
  }
  return trimmed(name) == name ? "" : "has a space at its beginning or end";
}

}  // namespace discern::plugin::limits::detail
