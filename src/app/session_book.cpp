#include "app/session_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace discern::app {
namespace {

using discord::SavedBudget;
using discord::SavedGuild;
using discord::SavedSessions;
using discord::SavedShard;
using history::StateRow;

constexpr std::string_view kBudgetKey = "identify_budget";
// Fields of a row's value; none of them can hold it.
constexpr char kSeparator = '\x1f';

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t end = text.find(kSeparator);
    fields.push_back(text.substr(0, end));
    if (end == text.npos) return fields;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> fields_of(const StateRow& row) {
  return row.value ? split(*row.value) : std::vector<std::string_view>{};
}

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc{} && end == text.data() + text.size();
}

template <class... Fields>
std::string join(const Fields&... fields) {
  std::string text;
  ((text.append(text.empty() ? "" : std::string(1, kSeparator)).append(fmt::format("{}", fields))),
   ...);
  return text;
}

StateRow guild_row(const SavedGuild& guild) {
  return {std::string(kGuildArea),
          guild.id.text(),
          join(guild.shard, guild.members, guild.unavailable ? 1 : 0, guild.locale)};
}

bool read_guild(const StateRow& row, SavedGuild& guild) {
  const auto fields = fields_of(row);
  int unavailable = 0;
  if (fields.size() != 4 || !read(row.key, guild.id.value) || !read(fields[0], guild.shard) ||
      !read(fields[1], guild.members) || !read(fields[2], unavailable)) {
    return false;
  }
  guild.unavailable = unavailable != 0;
  guild.locale = fields[3];
  return true;
}

StateRow budget_row(const std::optional<SavedBudget>& budget) {
  StateRow row{std::string(kSessionArea), std::string(kBudgetKey), std::nullopt};
  if (budget) row.value = join(budget->total, budget->remaining, epoch_ms(budget->resets_at));
  return row;
}

std::optional<SavedBudget> read_budget(const StateRow& row) {
  const auto fields = fields_of(row);
  SavedBudget budget;
  std::int64_t resets_ms = 0;
  if (fields.size() != 3 || !read(fields[0], budget.total) || !read(fields[1], budget.remaining) ||
      !read(fields[2], resets_ms)) {
    return std::nullopt;
  }
  budget.resets_at = from_epoch_ms(resets_ms);
  return budget;
}

bool read_shard(const StateRow& row, SavedShard& shard) {
  const auto fields = fields_of(row);
  if (fields.size() != 3 || !read(row.key, shard.id) || !read(fields[0], shard.sequence)) {
    return false;
  }
  shard.session_id = fields[1];
  shard.resume_url = fields[2];
  return true;
}

}  // namespace

SavedSessions SessionBook::load(const std::vector<StateRow>& session,
                                const std::vector<StateRow>& shards,
                                const std::vector<StateRow>& guilds) {
  SavedSessions saved;
  for (const StateRow& row : session) {
    if (row.key == kBudgetKey) saved.identify_budget = read_budget(row);
    const auto fields = fields_of(row);
    if (row.key != "identity" || fields.size() != 4) continue;
    if (!read(fields[0], saved.application.value) || !read(fields[1], saved.shard_count) ||
        !read(fields[2], saved.intents)) {
      continue;
    }
    saved.token_fingerprint = fields[3];
  }
  for (const StateRow& row : shards) {
    SavedShard shard;
    if (!read_shard(row, shard)) continue;
    shards_.insert(shard.id);
    saved.shards.push_back(std::move(shard));
  }
  for (const StateRow& row : guilds) {
    SavedGuild guild;
    if (!read_guild(row, guild)) continue;
    guilds_.insert(guild.id.value);
    saved.guilds.push_back(std::move(guild));
  }
  return saved;
}

std::vector<StateRow> SessionBook::changes(const SavedSessions& sessions) {
  std::vector<StateRow> rows;
  rows.push_back({std::string(kSessionArea),
                  "identity",
                  join(sessions.application.value,
                       sessions.shard_count,
                       sessions.intents,
                       sessions.token_fingerprint)});
  rows.push_back(budget_row(sessions.identify_budget));
  std::set<std::uint32_t> present;
  for (const SavedShard& shard : sessions.shards) {
    present.insert(shard.id);
    rows.push_back({std::string(kShardArea),
                    std::to_string(shard.id),
                    join(shard.sequence, shard.session_id, shard.resume_url)});
  }
  for (const std::uint32_t id : shards_) {
    if (!present.contains(id)) {
      rows.push_back({std::string(kShardArea), std::to_string(id), std::nullopt});
    }
  }
  shards_ = std::move(present);
  change_guilds(sessions, rows);
  return rows;
}

std::vector<StateRow> SessionBook::forget_shards() {
  std::vector<StateRow> rows;
  for (const std::uint32_t id : shards_) {
    rows.push_back({std::string(kShardArea), std::to_string(id), std::nullopt});
  }
  shards_.clear();
  return rows;
}

void SessionBook::change_guilds(const SavedSessions& sessions, std::vector<StateRow>& rows) {
  const auto erase = [&](std::uint64_t id) {
    rows.push_back({std::string(kGuildArea), std::to_string(id), std::nullopt});
  };
  if (sessions.all_guilds) {
    std::set<std::uint64_t> present;
    for (const SavedGuild& guild : sessions.guilds) {
      present.insert(guild.id.value);
      rows.push_back(guild_row(guild));
    }
    for (const std::uint64_t id : guilds_) {
      if (!present.contains(id)) erase(id);
    }
    guilds_ = std::move(present);
    return;
  }
  for (const discord::GuildId id : sessions.changes.removed) {
    if (guilds_.erase(id.value) > 0) erase(id.value);
  }
  for (const SavedGuild& guild : sessions.changes.changed) {
    guilds_.insert(guild.id.value);
    rows.push_back(guild_row(guild));
  }
}

}  // namespace discern::app
