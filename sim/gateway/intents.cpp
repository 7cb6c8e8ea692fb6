#include "sim/gateway/intents.hpp"

#include <algorithm>
#include <array>

namespace discern::sim {
namespace {

struct Row {
  std::string_view type;
  Intents in_guild;
  Intents in_direct;
};

using namespace intent;

constexpr std::array kRows = std::to_array<Row>({
    {"GUILD_CREATE", kGuilds, 0},
    {"GUILD_UPDATE", kGuilds, 0},
    {"GUILD_DELETE", kGuilds, 0},
    {"GUILD_ROLE_CREATE", kGuilds, 0},
    {"GUILD_ROLE_UPDATE", kGuilds, 0},
    {"GUILD_ROLE_DELETE", kGuilds, 0},
    {"CHANNEL_CREATE", kGuilds, 0},
    {"CHANNEL_UPDATE", kGuilds, 0},
    {"CHANNEL_DELETE", kGuilds, 0},
    {"CHANNEL_PINS_UPDATE", kGuilds, kDirectMessages},
    {"THREAD_CREATE", kGuilds, 0},
    {"THREAD_UPDATE", kGuilds, 0},
    {"THREAD_DELETE", kGuilds, 0},
    {"THREAD_LIST_SYNC", kGuilds, 0},
    {"STAGE_INSTANCE_CREATE", kGuilds, 0},
    {"GUILD_MEMBER_ADD", kGuildMembers, 0},
    {"GUILD_MEMBER_UPDATE", kGuildMembers, 0},
    {"GUILD_MEMBER_REMOVE", kGuildMembers, 0},
    {"THREAD_MEMBERS_UPDATE", kGuilds | kGuildMembers, 0},
    {"GUILD_BAN_ADD", kGuildModeration, 0},
    {"GUILD_BAN_REMOVE", kGuildModeration, 0},
    {"GUILD_AUDIT_LOG_ENTRY_CREATE", kGuildModeration, 0},
    {"GUILD_EMOJIS_UPDATE", kGuildExpressions, 0},
    {"GUILD_STICKERS_UPDATE", kGuildExpressions, 0},
    {"GUILD_INTEGRATIONS_UPDATE", kGuildIntegrations, 0},
    {"INTEGRATION_CREATE", kGuildIntegrations, 0},
    {"WEBHOOKS_UPDATE", kGuildWebhooks, 0},
    {"INVITE_CREATE", kGuildInvites, 0},
    {"INVITE_DELETE", kGuildInvites, 0},
    {"VOICE_STATE_UPDATE", kGuildVoiceStates, 0},
    {"PRESENCE_UPDATE", kGuildPresences, 0},
    {"MESSAGE_CREATE", kGuildMessages, kDirectMessages},
    {"MESSAGE_UPDATE", kGuildMessages, kDirectMessages},
    {"MESSAGE_DELETE", kGuildMessages, kDirectMessages},
    {"MESSAGE_DELETE_BULK", kGuildMessages, 0},
    {"MESSAGE_REACTION_ADD", kGuildMessageReactions, kDirectMessageReactions},
    {"MESSAGE_REACTION_REMOVE", kGuildMessageReactions, kDirectMessageReactions},
    {"MESSAGE_REACTION_REMOVE_ALL", kGuildMessageReactions, kDirectMessageReactions},
    {"TYPING_START", kGuildMessageTyping, kDirectMessageTyping},
    {"GUILD_SCHEDULED_EVENT_CREATE", kGuildScheduledEvents, 0},
    {"AUTO_MODERATION_RULE_CREATE", kAutoModerationConfiguration, 0},
    {"AUTO_MODERATION_ACTION_EXECUTION", kAutoModerationExecution, 0},
    {"MESSAGE_POLL_VOTE_ADD", kGuildMessagePolls, kDirectMessagePolls},
});

constexpr std::uint64_t kAssigned = 0x1FFFFU | (3U << 20) | (3U << 24);

}  // namespace

Intents required_intents(std::string_view event_type, Place place) {
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.type == event_type; });
  if (row == kRows.end()) return 0;
  return place == Place::Guild ? row->in_guild : row->in_direct;
}

bool are_assigned(std::uint64_t intents) {
  return (intents & ~kAssigned) == 0;
}

}  // namespace discern::sim
