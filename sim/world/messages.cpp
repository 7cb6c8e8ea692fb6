#include "sim/world/messages.hpp"

namespace discern::sim {

json::object message_object(const World& world, const MessageDraft& draft) {
  return {{"id", to_text(draft.id)},
          {"type", 0},
          {"channel_id", to_text(draft.channel)},
          {"author", user_object(world, draft.author)},
          {"content", draft.content},
          {"timestamp", iso_time(draft.at)},
          {"edited_timestamp", nullptr},
          {"tts", false},
          {"mention_everyone", false},
          {"mentions", json::array{}},
          {"mention_roles", json::array{}},
          {"attachments", json::array{}},
          {"embeds", json::array{}},
          {"components", json::array{}},
          {"pinned", false},
          {"flags", 0}};
}

json::object message_event(const World& world,
                           const Guild* guild,
                           Snowflake author,
                           json::object message) {
  message["channel_type"] = guild == nullptr ? 1 : 0;
  if (guild == nullptr) return message;
  json::object member = member_object(world, *guild, author);
  member.erase("user");
  message["guild_id"] = to_text(guild->id);
  message["member"] = std::move(member);
  return message;
}

json::object without_content(json::object message) {
  message["content"] = "";
  for (const char* key : {"attachments", "embeds", "components"}) {
    if (message.contains(key)) message[key] = json::array{};
  }
  message.erase("poll");
  return message;
}

void MessageStore::put(Snowflake id, json::object message) {
  if (messages_.insert_or_assign(id, std::move(message)).second) order_.push_back(id);
  while (order_.size() > limit_) {
    messages_.erase(order_.front());
    order_.pop_front();
  }
}

json::object* MessageStore::find(Snowflake id) {
  const auto found = messages_.find(id);
  return found == messages_.end() ? nullptr : &found->second;
}

json::array MessageStore::newest(Snowflake channel, std::size_t limit) const {
  json::array result;
  const std::string wanted = to_text(channel);
  for (auto id = order_.rbegin(); id != order_.rend() && result.size() < limit; ++id) {
    const auto found = messages_.find(*id);
    if (found == messages_.end()) continue;
    if (found->second.at("channel_id").as_string() == wanted) result.emplace_back(found->second);
  }
  return result;
}

}  // namespace discern::sim
