#pragma once

// Discord: interactions (src/plugin).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

inline constexpr Descriptor kCommands{
    .name = "discern_discord_commands_total",
    .help = "Slash commands used; a subcommand is named by its path.",
    .labels = {"plugin", "command"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionsReceived{
    .name = "discern_discord_interactions_received_total",
    .help = "Interactions that Discord sent, by type; those it sent twice count twice.",
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionArrival{
    .name = "discern_discord_interaction_arrival_seconds",
    .help = "Time from Discord creating an interaction until it arrived here.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionsAcknowledged{
    .name = "discern_discord_interactions_acknowledged_total",
    .help =
        "Interactions whose first answer Discord accepted, so within 3 s, by who gave it: plugin, "
        "or host (a deferral on the plugin's behalf, an apology).",
    .labels = {"type", "by"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionErrors{
    .name = "discern_discord_interaction_errors_total",
    .help =
        "Answers to interactions that Discord refused, by its JSON code (0 without one), and those "
        "that were never sent: limit (too many waited), expired (15 minutes had passed).",
    .labels = {"type", "code"}};
inline constexpr Descriptor kInteractions{.name = "discern_discord_interactions_total",
                                          .help =
                                              "Interactions by type and outcome: done, failed, "
                                              "late, expired, unknown, dropped, disabled, "
                                              "duplicate.",
                                          .labels = {"type", "outcome"},
                                          .privacy = Privacy::Aggregate};
inline constexpr Descriptor kCommandDuration{
    .name = "discern_discord_command_duration_seconds",
    .help = "Time from receiving a slash command until its handler returned.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"command"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionAck{
    .name = "discern_discord_interaction_ack_seconds",
    .help = "Time from Discord creating an interaction until its first answer was accepted.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kCommandErrors{.name = "discern_discord_command_errors_total",
                                           .help = "Slash commands whose handler failed.",
                                           .labels = {"plugin", "command"},
                                           .privacy = Privacy::Aggregate};

inline constexpr const Descriptor* kInteractionFamilies[] = {
    &kCommands,
    &kInteractionsReceived,
    &kInteractionArrival,
    &kInteractionsAcknowledged,
    &kInteractionErrors,
    &kInteractions,
    &kCommandDuration,
    &kInteractionAck,
    &kCommandErrors,
};

}  // namespace discern::metrics::catalogue
