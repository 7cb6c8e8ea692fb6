#pragma once

// Messages as JSON, and the few that are remembered.

#include <boost/json/object.hpp>
#include <deque>
#include <optional>
#include <unordered_map>

#include "sim/world/objects.hpp"

namespace discern::sim {

struct MessageDraft {
  Snowflake id{};
  Snowflake channel{};
  const Guild* guild = nullptr;  // Null in direct messages.
  Snowflake author{};
  Instant at{};
  std::string_view content;
};

// As REST returns it: without guild_id and member.
json::object message_object(const World& world, const MessageDraft& draft);
// As MESSAGE_CREATE carries it: with guild_id and member, when there is a guild.
json::object message_event(const World& world,
                           const Guild* guild,
                           Snowflake author,
                           json::object message);
// What a bot without the MESSAGE_CONTENT intent sees of it.
json::object without_content(json::object message);

// The newest messages, so that they can be read, edited, deleted and reacted to. Bounded: the
// oldest are forgotten, and then answer 10008 Unknown Message.
class MessageStore {
 public:
  explicit MessageStore(std::size_t limit = 5'000) : limit_(limit) {}

  void put(Snowflake id, json::object message);
  json::object* find(Snowflake id);
  bool erase(Snowflake id) { return messages_.erase(id) != 0; }
  // Newest first, at most `limit` messages of one channel.
  json::array newest(Snowflake channel, std::size_t limit) const;
  std::size_t size() const { return messages_.size(); }

 private:
  std::size_t limit_;
  std::unordered_map<Snowflake, json::object> messages_;
  std::deque<Snowflake> order_;
};

}  // namespace discern::sim
