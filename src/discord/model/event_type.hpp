#pragma once

// The gateway's event types by number, so that counting one is an index and not a look-up by text.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace discern::discord {

// Those the gateway client itself reads, first; then every other known name. The numbers mean
// nothing outside the process.
enum class EventType : std::uint8_t {
  Ready,
  Resumed,
  GuildCreate,
  GuildDelete,
  GuildUpdate,
  GuildMemberAdd,
  GuildMemberRemove,
  MessageCreate,
  InteractionCreate,
  RateLimited,
  FirstOther,  // kEventNames holds the rest.
  Unknown = 255,
};

// How many names are known; numbers are below it.
std::size_t known_event_count();
// Precondition: below known_event_count().
std::string_view event_name(std::size_t number);

// Constant time, no allocation. Unknown for names that Discord invented after us.
EventType find_event_type(std::string_view name);

}  // namespace discern::discord
