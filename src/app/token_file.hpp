#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace discern::app {

// The bot token in a text: without a byte order mark, white space around it and the word "Bot" in
// front, which Discord's own examples have. `place` is for the sentence, which never repeats the
// text. Errors: Invalid.
Result<Secret> parse_token(std::string_view text, const std::string& place);

// The bot token that the file holds, and nothing else. Errors, none of which repeats a token:
// Refused (others may read the file), NotFound, Invalid, Io.
Result<Secret> read_token_file(const std::string& path);

}  // namespace discern::app
