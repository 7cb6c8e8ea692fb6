#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.hpp"

namespace discern {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's control characters (Cc), format characters (Cf), line and paragraph separators (Zl, Zp)
// and noncharacters, in order.
constexpr Range kUnprintable[] = {
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},         {0x34F, 0x34F},
    {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},       {0x70F, 0x70F},
    {0x890, 0x891},     {0x8E2, 0x8E2},     {0x115F, 0x1160},     {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},     {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},     {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},   {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},   {0x1FFFE, 0x1FFFF},
    {0xE0000, 0xE0FFF}, {0xFFFFE, 0xFFFFF}, {0x10FFFE, 0x10FFFF},
};

bool is_unprintable(char32_t c) {
  const Range* found = std::lower_bound(
      std::begin(kUnprintable), std::end(kUnprintable), c, [](const Range& range, char32_t at) {
        return range.last < at;
      });
  return found != std::end(kUnprintable) && found->first <= c;
}

// The character that `text` begins with; 0 bytes when it begins with none.
struct Character {
  char32_t value = 0;
  std::size_t bytes = 0;
};

Character first_character(std::string_view text) {
  const std::size_t bytes = utf8_sequence_length(text);
  if (bytes < 2) return {static_cast<unsigned char>(text[0]), bytes};
  char32_t value = static_cast<unsigned char>(text[0]) & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  return {value, bytes};
}

void append_escape(std::string& out, char32_t c) {
  auto to = std::back_inserter(out);
  if (c == '\n') {
    out.append("\\n");
  } else if (c == '\r') {
    out.append("\\r");
  } else if (c == '\t') {
    out.append("\\t");
  } else if (c < 0x80) {
    fmt::format_to(to, "\\x{:02x}", static_cast<unsigned>(c));
  } else {
    fmt::format_to(to, "\\u{{{:x}}}", static_cast<unsigned>(c));
  }
}

// JSON knows four hexadecimal digits, and pairs of them.
void append_json_escape(std::string& out, char32_t c) {
  auto to = std::back_inserter(out);
  const auto value = static_cast<unsigned>(c);
  if (value < 0x10000) {
    fmt::format_to(to, "\\u{:04x}", value);
  } else {
    fmt::format_to(to,
                   "\\u{:04x}\\u{:04x}",
                   0xD800 + ((value - 0x10000) >> 10),
                   0xDC00 + ((value - 0x10000) & 0x3FF));
  }
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

enum class Ends { Escaped, Kept };

std::string escape(std::string_view text, Ends ends) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.bytes == 0) {
      fmt::format_to(
          std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_unprintable(c.value) && !(c.value == '\n' && ends == Ends::Kept)) {
      append_escape(out, c.value);
    } else {
      out.append(text.substr(0, c.bytes));
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  return escape(text, Ends::Escaped);
}

std::string printable_lines(std::string_view text) {
  return escape(text, Ends::Kept);
}

std::string printable_json(std::string json) {
  if (is_plain(json)) return json;
  std::string out;
  out.reserve(json.size() + 16);
  for (std::string_view rest = json; !rest.empty();) {
    const Character c = first_character(rest);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    if (c.bytes > 0 && is_unprintable(c.value)) {
      append_json_escape(out, c.value);
    } else {
      out.append(rest.substr(0, bytes));
    }
    rest.remove_prefix(bytes);
  }
  return out;
}

}  // namespace discern
