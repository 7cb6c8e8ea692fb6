#include "plugin/discord_names.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "discord/model/event_type.hpp"

namespace discern::plugin {
namespace {

struct Permission {
  std::string_view name;
  unsigned bit;
};
// https://discord.com/developers/docs/topics/permissions
constexpr Permission kPermissions[] = {{"CREATE_INSTANT_INVITE", 0},
                                       {"KICK_MEMBERS", 1},
                                       {"BAN_MEMBERS", 2},
                                       {"ADMINISTRATOR", 3},
                                       {"MANAGE_CHANNELS", 4},
                                       {"MANAGE_GUILD", 5},
                                       {"ADD_REACTIONS", 6},
                                       {"VIEW_AUDIT_LOG", 7},
                                       {"PRIORITY_SPEAKER", 8},
                                       {"STREAM", 9},
                                       {"VIEW_CHANNEL", 10},
                                       {"SEND_MESSAGES", 11},
                                       {"SEND_TTS_MESSAGES", 12},
                                       {"MANAGE_MESSAGES", 13},
                                       {"EMBED_LINKS", 14},
                                       {"ATTACH_FILES", 15},
                                       {"READ_MESSAGE_HISTORY", 16},
                                       {"MENTION_EVERYONE", 17},
                                       {"USE_EXTERNAL_EMOJIS", 18},
                                       {"VIEW_GUILD_INSIGHTS", 19},
                                       {"CONNECT", 20},
                                       {"SPEAK", 21},
                                       {"MUTE_MEMBERS", 22},
                                       {"DEAFEN_MEMBERS", 23},
                                       {"MOVE_MEMBERS", 24},
                                       {"USE_VAD", 25},
                                       {"CHANGE_NICKNAME", 26},
                                       {"MANAGE_NICKNAMES", 27},
                                       {"MANAGE_ROLES", 28},
                                       {"MANAGE_WEBHOOKS", 29},
                                       {"MANAGE_GUILD_EXPRESSIONS", 30},
                                       {"USE_APPLICATION_COMMANDS", 31},
                                       {"REQUEST_TO_SPEAK", 32},
                                       {"MANAGE_EVENTS", 33},
                                       {"MANAGE_THREADS", 34},
                                       {"CREATE_PUBLIC_THREADS", 35},
                                       {"CREATE_PRIVATE_THREADS", 36},
                                       {"USE_EXTERNAL_STICKERS", 37},
                                       {"SEND_MESSAGES_IN_THREADS", 38},
                                       {"USE_EMBEDDED_ACTIVITIES", 39},
                                       {"MODERATE_MEMBERS", 40},
                                       {"SEND_VOICE_MESSAGES", 46},
                                       {"SEND_POLLS", 49},
                                       {"PIN_MESSAGES", 51}};

struct EventNeed {
  std::string_view beginning;  // Of the event type; the first that fits counts.
  discord::Intents any_of;
};
constexpr discord::Intents bit(unsigned n) {
  return discord::Intents{1} << n;
}
constexpr EventNeed kNeeds[] = {{"MESSAGE_REACTION_", bit(10) | bit(13)},
                                {"MESSAGE_POLL_", bit(24) | bit(25)},
                                {"MESSAGE_", bit(9) | bit(12)},
                                {"TYPING_START", bit(11) | bit(14)},
                                {"GUILD_MEMBER_", bit(1)},
                                {"GUILD_BAN_", bit(2)},
                                {"GUILD_AUDIT_LOG_", bit(2)},
                                {"GUILD_EMOJIS_", bit(3)},
                                {"GUILD_STICKERS_", bit(3)},
                                {"GUILD_INTEGRATIONS_", bit(4)},
                                {"INTEGRATION_", bit(4)},
                                {"WEBHOOKS_", bit(5)},
                                {"INVITE_", bit(6)},
                                {"VOICE_STATE_", bit(7)},
                                {"PRESENCE_UPDATE", bit(8)},
                                {"GUILD_SCHEDULED_EVENT_", bit(16)},
                                {"AUTO_MODERATION_RULE_", bit(20)},
                                {"AUTO_MODERATION_ACTION_", bit(21)},
                                {"GUILD_", bit(0)},
                                {"CHANNEL_", bit(0)},
                                {"THREAD_", bit(0)}};

// How many characters have to be changed, added or left out.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_event(std::string_view name) {
  std::string upper(name.substr(0, 100));
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == ' ' || c == '-') c = '_';
  }
  std::string_view best;
  std::size_t least = std::max<std::size_t>(upper.size() / 3, 2) + 1;
  for (std::size_t i = 0; i < discord::known_event_count(); ++i) {
    const std::string_view known = discord::event_name(i);
    const std::size_t far = distance(upper, known);
    if (far >= least) continue;
    least = far;
    best = known;
  }
  return best;
}

std::optional<std::uint64_t> find_permission(std::string_view name) {
  for (const Permission& permission : kPermissions) {
    if (permission.name == name) return std::uint64_t{1} << permission.bit;
  }
  return std::nullopt;
}

discord::Intents intents_for(std::string_view event_type) {
  for (const EventNeed& need : kNeeds) {
    if (event_type.starts_with(need.beginning)) return need.any_of;
  }
  return 0;
}

}  // namespace discern::plugin
