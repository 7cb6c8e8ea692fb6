#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace discern {

struct TomlFault {
  std::size_t line;  // From 1.
  std::string text;
};

// The document, or its first fault. Use it in place of toml::parse for any text that is not ours.
std::variant<toml::table, TomlFault> parse_toml(std::string_view text);

// The first character that TOML 1.0 does not allow where it stands: a control character (but tab,
// line feed and carriage return), or one beyond ASCII outside strings and comments. Version 3.3 of
// the library meets some of these in keys with an assertion, or without assertions with undefined
// behaviour.
std::optional<TomlFault> find_misplaced_character(std::string_view toml);

}  // namespace discern
