#pragma once

// What somebody who wrote a wrong line may have meant. Pure. Each returns the second half of a
// sentence.

#include <cstddef>
#include <string>
#include <string_view>

namespace discern::app {

bool is_section(std::string_view name);

// For a key that does not exist below [section] (empty: at the top).
std::string hint_for_key(std::string_view section, std::string_view key);
// For a [section] that does not exist.
std::string hint_for_section(std::string_view name);
// For a variable that begins with DISCERN_ and sets no option; empty when nothing says that one was
// meant.
std::string hint_for_variable(std::string_view name);
// For line number `line` (from 1) of a file that is no TOML; empty, or begins with "; ".
std::string hint_for_line(std::string_view file, std::size_t line);

}  // namespace discern::app
