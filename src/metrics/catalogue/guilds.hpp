#pragma once

// Discord: what the bot sees (src/discord).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

inline constexpr Descriptor kGuilds{.name = "discern_discord_guilds",
                                    .help = "Guilds the bot is in, those with an outage included.",
                                    .kind = Kind::Gauge,
                                    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kUnavailableGuilds{
    .name = "discern_discord_guilds_unavailable",
    .help = "Guilds the bot is in that Discord cannot serve at the moment.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kUsers{
    .name = "discern_discord_users",
    .help = "Sum of the guilds' member counts; a person in two guilds counts twice.",
    .kind = Kind::Gauge,
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kUsersAge{
    .name = "discern_discord_users_age_seconds",
    .help =
        "Age of the oldest member count in discern_discord_users; absent while it is not known, "
        "and with the intent GUILD_MEMBERS, which keeps counts exact.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds};
inline constexpr Descriptor kGuildJoins{.name = "discern_discord_guild_joins_total",
                                        .help = "Guilds that added the bot.",
                                        .privacy = Privacy::Aggregate};
inline constexpr Descriptor kGuildLeaves{.name = "discern_discord_guild_leaves_total",
                                         .help = "Guilds that removed the bot.",
                                         .privacy = Privacy::Aggregate};
inline constexpr Descriptor kMessages{
    .name = "discern_discord_messages_total",
    .help = "Messages seen, by kind of author: person, bot or webhook.",
    .labels = {"author"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kActiveUsers{
    .name = "discern_discord_active_users",
    .help =
        "Different people who wrote a message or used an interaction in the running UTC day, "
        "ISO week or month.",
    .kind = Kind::Distinct,
    .labels = {"period"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kGuildEvents{
    .name = "discern_discord_guild_events",
    .help =
        "Messages and interactions of people in the busiest guilds in the running UTC day, ISO "
        "week or "
        "month; which guilds these are is told by GET /api/v1/activity only.",
    .kind = Kind::TopK,
    .labels = {"period", "guild"},
    .privacy = Privacy::Aggregate,
    .top = 25};

inline constexpr const Descriptor* kGuildFamilies[] = {
    &kGuilds,
    &kUnavailableGuilds,
    &kUsers,
    &kUsersAge,
    &kGuildJoins,
    &kGuildLeaves,
    &kMessages,
    &kActiveUsers,
    &kGuildEvents,
};

}  // namespace discern::metrics::catalogue
