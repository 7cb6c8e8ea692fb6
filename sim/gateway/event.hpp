#pragma once

// Something that happened, ready to be dispatched to every session that may hear of it.

#include <memory>
#include <optional>
#include <string>

#include "sim/gateway/intents.hpp"
#include "sim/world/snowflake.hpp"

namespace discern::sim {

// JSON text, shared by all sessions and their replay buffers.
using Text = std::shared_ptr<const std::string>;

inline Text make_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

struct Event {
  std::string_view type;  // Static storage, such as "MESSAGE_CREATE".
  // Where it happened; empty for direct messages and what concerns the whole bot: shard 0.
  std::optional<Snowflake> guild;
  Text d;
  // What sessions without the MESSAGE_CONTENT intent get; null when that is `d` too.
  Text d_without_content;
  // Dispatched whatever the intents, as member updates of the bot itself are.
  bool to_everyone = false;
};

}  // namespace discern::sim
