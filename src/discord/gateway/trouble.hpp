#pragma once

// What keeps a shard from having a session, in words, for the log and the status. Pure.

#include <optional>
#include <string>
#include <vector>

#include "discord/model/intents.hpp"
#include "discord/status.hpp"

namespace discern::discord {

// Failures in a row from which on they are no accident.
inline constexpr std::uint32_t kTroubleFrom = 3;
// Seconds without a session, or of waiting for one thing, that are worth a word.
inline constexpr double kWorthTelling = 10;

// Nothing when the shard is fine, or has not been without a session for long.
std::optional<std::string> describe_trouble(const ShardStatus& shard, Intents intents);

// Of the shard that is worst off, and how many others are. Empty when all are fine.
std::string describe_troubles(const std::vector<ShardStatus>& shards, Intents intents);

}  // namespace discern::discord
