#pragma once

// What Discord would refuse of a body, found before it is sent. Pure.
//
// The numbers and rules are in the public header discern/plugin/limits.hpp, which the test kit and
// the simulator use, too; here is the host's way to ask for the first problem.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "discern/plugin/limits/table.hpp"

namespace discern::discord {

namespace limits = plugin::limits;

struct LimitError {
  std::string path;      // As in Discord's answer: "embeds.0.title"; empty for the body as a whole.
  std::string sentence;  // "embeds[0].title has 300 characters; Discord allows 256"
};

// What a body cannot say about itself.
struct MessageBody {
  bool edit = false;      // Left out means unchanged, so that nothing is missing.
  std::size_t files = 0;  // Sent along.
};

// Each takes the JSON text of one body and returns the first thing that Discord would refuse.
// Precondition: it is well-formed JSON.
std::optional<LimitError> check_message(std::string_view json, const MessageBody& body = {});
// The data of a callback that opens a modal, and of one that answers an autocomplete.
std::optional<LimitError> check_modal(std::string_view json);
std::optional<LimitError> check_autocomplete_choices(std::string_view json);
// One application command, and the list of a bulk overwrite.
std::optional<LimitError> check_command(std::string_view json);
std::optional<LimitError> check_commands(std::string_view json);
// `now_ms` is Unix time.
std::optional<LimitError> check_bulk_delete(std::string_view json, std::int64_t now_ms);
std::optional<LimitError> check_member(std::string_view json, std::int64_t now_ms);

}  // namespace discern::discord
