#pragma once

// What must survive a restart so that the sessions can be resumed: written in the same transaction
// as the totals of its tick, because RESUME brings no READY and no GUILD_CREATE.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "discord/model/ids.hpp"

namespace discern::discord {

struct SavedGuild {
  GuildId id;
  std::uint32_t shard = 0;
  std::uint64_t members = 0;
  std::string locale;
  bool unavailable = false;
  bool operator==(const SavedGuild&) const = default;
};

// A shard whose guilds were listed once.
struct SavedShard {
  std::uint32_t id = 0;
  std::string session_id;  // Empty: there is nothing to resume.
  std::string resume_url;
  std::uint64_t sequence = 0;
  bool operator==(const SavedShard&) const = default;
};

// How the guild list differs from that of the cut before. Apply `removed` first: a guild may leave
// and come back between two cuts.
struct GuildChanges {
  std::vector<GuildId> removed;
  std::vector<SavedGuild> changed;  // Added, or different.
};

// What is left of the day's IDENTIFYs, as far as this bot's own processes know. IDENTIFYs that were
// about to be sent at the cut count as spent.
struct SavedBudget {
  std::uint32_t total = 0;
  std::uint32_t remaining = 0;
  SystemTime resets_at;
  bool operator==(const SavedBudget&) const = default;
};

// One ordered cut: every dispatch up to a shard's sequence is in the totals, none after it.
struct SavedSessions {
  ApplicationId application;
  std::uint32_t shard_count = 0;
  std::uint64_t intents = 0;
  // SHA-256 of the token, hex: another token means no resume. Never the token.
  std::string token_fingerprint;
  std::optional<SavedBudget> identify_budget;  // Nothing when nothing is spent.
  std::vector<SavedShard> shards;
  // Whether `guilds` is the whole list, or `changes` tells what became of the one before.
  bool all_guilds = true;
  std::vector<SavedGuild> guilds;
  GuildChanges changes;
};

}  // namespace discern::discord
