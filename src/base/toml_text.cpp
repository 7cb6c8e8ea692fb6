#include "base/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace discern {
namespace {

bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

// Where the string or comment that begins at `from` ends: the place after its last character. What
// is never closed reaches to the end of its line, or of the text when it may span lines.
std::size_t skip_quoted(std::string_view text, std::size_t from) {
  const char quote = text[from];
  const bool spans_lines = text.substr(from, 3) == std::string(3, quote);
  const std::string mark(spans_lines ? 3 : 1, quote);
  std::size_t at = from + mark.size();
  while (at < text.size()) {
    if (text[at] == '\n' && !spans_lines) return at;
    if (text[at] == '\\' && quote == '"') {
      at += text.substr(at + 1, 1) == "\n" ? 1 : 2;
    } else if (text.substr(at, mark.size()) == mark) {
      at += mark.size();
      // A string across lines may end in up to two quotes of its own.
      while (spans_lines && at < text.size() && text[at] == quote) ++at;
      return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

}  // namespace

std::optional<TomlFault> find_misplaced_character(std::string_view toml) {
  if (toml.substr(0, 3) == "\xEF\xBB\xBF") toml.remove_prefix(3);
  std::size_t line = 1;
  std::size_t quoted_until = 0;
  for (std::size_t at = 0; at < toml.size(); ++at) {
    const auto c = static_cast<unsigned char>(toml[at]);
    if (c == '\n') ++line;
    if (is_control(c)) {
      return TomlFault{line,
                       fmt::format("a control character; remove it, or write it in a string "
                                   "in double quotes as \\u{:04X}",
                                   c)};
    }
    if (at < quoted_until) continue;
    if (c == '#') {
      quoted_until = std::min(toml.find('\n', at), toml.size());
    } else if (c == '"' || c == '\'') {
      quoted_until = skip_quoted(toml, at);
    } else if (c >= 0x80) {
      return TomlFault{line,
                       "a character beyond ASCII outside quotes; put the name or value in "
                       "quotes"};
    }
  }
  return std::nullopt;
}

std::variant<toml::table, TomlFault> parse_toml(std::string_view text) {
  if (auto fault = find_misplaced_character(text)) return *std::move(fault);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return TomlFault{error.source().begin.line, std::string(error.description())};
  }
}

}  // namespace discern
