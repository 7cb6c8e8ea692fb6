#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace discern {

struct TomlFault {
  std::size_t line;  // From 1.
  std::string text;
};

// The first character that TOML 1.0 does not allow where it stands: a control character (but tab,
// line feed and carriage return), or one beyond ASCII outside strings and comments. Ask before
// every toml::parse: version 3.3 of that library meets some of these in keys with an assertion, or
// without assertions with undefined behaviour.
std::optional<TomlFault> find_misplaced_character(std::string_view toml);

}  // namespace discern
