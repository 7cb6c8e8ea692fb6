#pragma once

// Discord's names for guild permissions, and which intents an event type needs. Pure.

#include <cstdint>
#include <optional>
#include <string_view>

#include "discord/model/intents.hpp"

namespace discern::plugin {

// The bit of a permission by Discord's name: "SEND_MESSAGES".
std::optional<std::uint64_t> find_permission(std::string_view name);

// The intents of which one is enough to receive an event type; 0 when it needs none or is not
// known.
discord::Intents intents_for(std::string_view event_type);

// The event whose name is most like `name`; empty when none is near.
std::string_view nearest_event(std::string_view name);

}  // namespace discern::plugin
