#pragma once

// Which commands of a list Discord refuses, from its answer. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace discern::discord {

struct RefusedCommand {
  std::size_t index = 0;
  std::string why;  // "options[0].choices: Must be 25 or fewer in length."
};

// Of the answer to a bulk overwrite of `count` commands, whose `errors` has the index of each
// command at fault as a key. Sorted by index; empty if the answer names none of them.
std::vector<RefusedCommand> parse_refused_commands(std::string_view body, std::size_t count);

// The first error of an answer about one command, in the same words; empty if it names none.
std::string parse_refusal(std::string_view body);

}  // namespace discern::discord
