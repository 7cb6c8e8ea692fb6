#include "discord/gateway/trouble.hpp"

namespace discern::discord {
namespace {

std::string whole(std::optional<double> number) {
  return std::to_string(static_cast<std::int64_t>(number.value_or(0)));
}

}  // namespace

std::optional<std::string> describe_trouble(const ShardStatus& shard, Intents intents) {
  const std::string name = "shard " + std::to_string(shard.id);
  if (shard.failures_in_a_row >= kTroubleFrom) {
    return name + " lost " + std::to_string(shard.failures_in_a_row) +
           " connections in a row without READY (the last: " + shard.last_close +
           "): check that the bot token is right, that the intents it asks for (" +
           describe_intents(intents) +
           ") are allowed in the developer portal, and that this machine can reach Discord's "
           "gateway; trying again";
  }
  if (!shard.not_ready_seconds || *shard.not_ready_seconds < kWorthTelling) return std::nullopt;
  std::string text = name + " has had no session for " + whole(shard.not_ready_seconds) +
                     " s and has waited for " + shard.waits_for + " for " +
                     whole(shard.waits_seconds) + " s";
  if (!shard.last_close.empty()) text.append(" (last close: ").append(shard.last_close).append(")");
  return text;
}

std::string describe_troubles(const std::vector<ShardStatus>& shards, Intents intents) {
  const ShardStatus* worst = nullptr;
  std::size_t troubled = 0;
  for (const ShardStatus& shard : shards) {
    if (!describe_trouble(shard, intents)) continue;
    ++troubled;
    const bool worse = worst == nullptr || shard.failures_in_a_row > worst->failures_in_a_row;
    if (worse) worst = &shard;
  }
  if (worst == nullptr) return {};
  std::string text = *describe_trouble(*worst, intents);
  if (troubled == 2) text.append("; one other shard is not ready either");
  if (troubled > 2) {
    text.append("; ")
        .append(std::to_string(troubled - 1))
        .append(" other shards are not ready either");
  }
  return text;
}

}  // namespace discern::discord
