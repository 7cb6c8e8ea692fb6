#pragma once

// Appending JSON text to a reused buffer, for encoders that know their shape.

#include <cstdint>
#include <string>
#include <string_view>

namespace discern {

// Quoted and escaped. Invalid UTF-8 becomes U+FFFD, so the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
// Shortest form that reads back equal; NaN and infinities become null.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::uint64_t value);

}  // namespace discern
