#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace discern {

// Length in bytes (1 to 4) of the well-formed UTF-8 sequence that `text` begins with; 0 when it
// begins with none (overlong forms, surrogates and code points beyond U+10FFFF are not well
// formed).
std::size_t utf8_sequence_length(std::string_view text);

bool is_utf8(std::string_view text);

// `text` with every ill-formed byte replaced by U+FFFD and cut to at most `max_bytes`, never inside
// a character.
std::string to_valid_utf8(std::string_view text, std::size_t max_bytes);

}  // namespace discern
