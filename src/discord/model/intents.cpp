#include "discord/model/intents.hpp"

namespace discern::discord {
namespace {

struct Named {
  int bit;
  std::string_view name;
};

constexpr Named kNames[] = {
    {0, "GUILDS"},
    {1, "GUILD_MEMBERS"},
    {2, "GUILD_MODERATION"},
    {3, "GUILD_EXPRESSIONS"},
    {4, "GUILD_INTEGRATIONS"},
    {5, "GUILD_WEBHOOKS"},
    {6, "GUILD_INVITES"},
    {7, "GUILD_VOICE_STATES"},
    {8, "GUILD_PRESENCES"},
    {9, "GUILD_MESSAGES"},
    {10, "GUILD_MESSAGE_REACTIONS"},
    {11, "GUILD_MESSAGE_TYPING"},
    {12, "DIRECT_MESSAGES"},
    {13, "DIRECT_MESSAGE_REACTIONS"},
    {14, "DIRECT_MESSAGE_TYPING"},
    {15, "MESSAGE_CONTENT"},
    {16, "GUILD_SCHEDULED_EVENTS"},
    {20, "AUTO_MODERATION_CONFIGURATION"},
    {21, "AUTO_MODERATION_EXECUTION"},
    {24, "GUILD_MESSAGE_POLLS"},
    {25, "DIRECT_MESSAGE_POLLS"},
};

}  // namespace

std::optional<Intents> find_intent(std::string_view name) {
  for (const Named& named : kNames) {
    if (named.name == name) return Intents{1} << named.bit;
  }
  return std::nullopt;
}

std::string describe_intents(Intents intents) {
  std::string out;
  for (int bit = 0; bit < 64; ++bit) {
    if ((intents >> bit & 1) == 0) continue;
    if (!out.empty()) out.append(", ");
    const Named* found = nullptr;
    for (const Named& named : kNames) {
      if (named.bit == bit) found = &named;
    }
    if (found != nullptr) {
      out.append(found->name);
    } else {
      out.append("bit ").append(std::to_string(bit));
    }
  }
  return out;
}

}  // namespace discern::discord
