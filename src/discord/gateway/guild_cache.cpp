#include "discord/gateway/guild_cache.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

namespace discern::discord {

GuildCache::Shard& GuildCache::shard(std::uint32_t id) {
  if (id >= shards_.size()) shards_.resize(id + 1);
  return shards_[id];
}

std::uint64_t GuildCache::guilds_of(std::uint32_t id) const {
  return id < shards_.size() ? shards_[id].guilds : 0;
}

std::vector<GuildId> GuildCache::guilds_on(std::uint32_t id) const {
  std::vector<GuildId> out;
  for (const auto& [guild, known] : guilds_) {
    if (known.shard == id) out.push_back(guild);
  }
  return out;
}

std::uint64_t GuildCache::pending_of(std::uint32_t id) const {
  return id < shards_.size() ? shards_[id].pending : 0;
}

std::uint16_t GuildCache::intern(std::string_view locale) {
  const auto found = std::find(locales_.begin(), locales_.end(), locale);
  if (found != locales_.end()) return static_cast<std::uint16_t>(found - locales_.begin());
  // Discord has some thirty locales; the limit is against nonsense.
  if (locales_.size() >= 1000 || locale.size() > 16) return 0;
  locales_.emplace_back(locale);
  return static_cast<std::uint16_t>(locales_.size() - 1);
}

GuildCache::Guild& GuildCache::insert(std::uint32_t shard_id, GuildId id) {
  Guild& guild = guilds_[id];
  guild.shard = shard_id;
  ++totals_.guilds;
  ++shard(shard_id).guilds;
  touch(id, guild);
  return guild;
}

void GuildCache::erase(Map::iterator at) {
  Guild& guild = at->second;
  set_state(guild, State::Available);
  set_members(guild, 0);
  --totals_.guilds;
  --shard(guild.shard).guilds;
  removed_.push_back(at->first);
  guilds_.erase(at);
}

void GuildCache::set_state(Guild& guild, State state) {
  if (guild.state == State::Unavailable) --totals_.unavailable;
  if (guild.state == State::Pending) {
    --shard(guild.shard).pending;
    --totals_.pending;
  }
  guild.state = state;
  if (state == State::Unavailable) ++totals_.unavailable;
  if (state == State::Pending) {
    ++shard(guild.shard).pending;
    ++totals_.pending;
  }
  if (totals_.pending == 0) note_what_is_known();
}

void GuildCache::expect_shards(std::uint32_t first, std::uint32_t end) {
  first_expected_ = first;
  end_expected_ = end;
  note_what_is_known();
}

// Once known, numbers stay known: a later session brings back what this process knew already.
void GuildCache::note_what_is_known() {
  if (totals_.users_known) return;
  for (std::uint32_t id = first_expected_; id < end_expected_; ++id) {
    if (!was_seen(id)) return;
  }
  totals_.guilds_known = true;
  totals_.users_known = totals_.pending == 0;
}

void GuildCache::set_members(Guild& guild, std::uint64_t members) {
  totals_.users = totals_.users - guild.members + members;
  guild.members = members;
}

void GuildCache::touch(GuildId id, Guild& guild) {
  if (guild.dirty) return;
  guild.dirty = true;
  dirty_.push_back(id);
}

void GuildCache::restore(const std::vector<SavedGuild>& guilds) {
  guilds_.reserve(guilds.size());
  for (const SavedGuild& saved : guilds) {
    if (!saved.id || guilds_.contains(saved.id)) continue;
    Guild& guild = insert(saved.shard, saved.id);
    guild.locale = intern(saved.locale);
    set_members(guild, saved.members);
    if (saved.unavailable) set_state(guild, State::Unavailable);
    guild.dirty = false;
    shard(saved.shard).seen = true;
  }
  // What the last run knew stands until Discord says otherwise.
  totals_.guilds_known = totals_.users_known = !guilds_.empty();
  dirty_.clear();
}

void GuildCache::mark_seen(std::uint32_t id) {
  shard(id).seen = true;
}

bool GuildCache::is_seen(std::uint32_t id) const {
  return id < shards_.size() && shards_[id].seen;
}

std::size_t GuildCache::keep_shards(std::uint32_t first, std::uint32_t end) {
  std::vector<GuildId> others;
  for (const auto& [id, guild] : guilds_) {
    if (guild.shard < first || guild.shard >= end) others.push_back(id);
  }
  for (const GuildId id : others) erase(guilds_.find(id));
  for (std::uint32_t id = 0; id < shards_.size(); ++id) {
    if (id < first || id >= end) shards_[id].seen = false;
  }
  return others.size();
}

GuildCache::ReadyChanges GuildCache::begin_session(std::uint32_t shard_id,
                                                   const std::vector<GuildId>& ids) {
  ReadyChanges changes;
  const bool seen_before = std::exchange(shard(shard_id).seen, true);
  if (shard(shard_id).guilds > 0) {
    const boost::unordered_flat_set<GuildId, std::hash<GuildId>> now(ids.begin(), ids.end());
    std::vector<GuildId> gone;
    for (const auto& [id, guild] : guilds_) {
      if (guild.shard == shard_id && !now.contains(id)) gone.push_back(id);
    }
    for (const GuildId id : gone) erase(guilds_.find(id));
    changes.left = static_cast<std::uint32_t>(gone.size());
  }
  for (const GuildId id : ids) {
    const auto found = guilds_.find(id);
    if (found == guilds_.end()) {
      if (seen_before) ++changes.joined;
      set_state(insert(shard_id, id), State::Pending);
    } else if (found->second.state != State::Pending) {
      set_state(found->second, State::Pending);
    }
  }
  note_what_is_known();
  return changes;
}

void GuildCache::on_resumed(std::uint32_t shard_id) {
  shard(shard_id).seen = true;
  note_what_is_known();
}

GuildCache::Change GuildCache::on_create(std::uint32_t shard_id,
                                         const Created& created,
                                         SteadyTime now) {
  const auto found = guilds_.find(created.id);
  Change change = Change::None;
  Guild* guild = nullptr;
  if (found == guilds_.end()) {
    change = Change::Joined;
    guild = &insert(shard_id, created.id);
  } else {
    guild = &found->second;
    if (created.unavailable) {
      change = guild->state == State::Unavailable ? Change::None : Change::Outage;
    } else if (guild->state == State::Pending) {
      change = Change::Loaded;
    } else if (guild->state == State::Unavailable) {
      change = Change::Returned;
    }
  }
  if (created.unavailable) {
    set_state(*guild, State::Unavailable);
  } else {
    set_state(*guild, State::Available);
    // Fields may vanish from what Discord sends; what is known then stays.
    if (created.members) {
      set_members(*guild, *created.members);
      guild->counted_at = now;
    }
    if (!created.locale.empty()) guild->locale = intern(created.locale);
  }
  touch(created.id, *guild);
  return change;
}

GuildCache::Change GuildCache::on_delete(std::uint32_t shard_id, GuildId id, bool unavailable) {
  const auto found = guilds_.find(id);
  if (!unavailable) {
    if (found == guilds_.end()) return Change::None;
    erase(found);
    return Change::Left;
  }
  const bool known = found != guilds_.end();
  Guild& guild = known ? found->second : insert(shard_id, id);
  if (guild.state == State::Unavailable) return Change::None;
  set_state(guild, State::Unavailable);
  touch(id, guild);
  return known ? Change::Outage : Change::Joined;
}

void GuildCache::on_update(GuildId id, std::string_view locale) {
  const auto found = guilds_.find(id);
  if (found == guilds_.end() || locale.empty()) return;
  const std::uint16_t now = intern(locale);
  if (found->second.locale == now) return;
  found->second.locale = now;
  touch(id, found->second);
}

void GuildCache::on_members(GuildId id, int difference) {
  const auto found = guilds_.find(id);
  if (found == guilds_.end()) return;
  const auto before = static_cast<std::int64_t>(found->second.members);
  set_members(found->second,
              static_cast<std::uint64_t>(std::max<std::int64_t>(before + difference, 0)));
  touch(id, found->second);
}

void GuildCache::on_counted(GuildId id, std::uint64_t members, SteadyTime now) {
  const auto found = guilds_.find(id);
  if (found == guilds_.end()) return;
  found->second.counted_at = now;
  if (found->second.members == members) return;
  set_members(found->second, members);
  touch(id, found->second);
}

std::vector<GuildId> GuildCache::by_age_of_count() const {
  std::vector<std::pair<SteadyTime, GuildId>> order;
  order.reserve(guilds_.size());
  for (const auto& [id, guild] : guilds_) {
    if (guild.state == State::Available) order.emplace_back(guild.counted_at, id);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.value) < std::pair(b.first, b.second.value);
  });
  std::vector<GuildId> out;
  out.reserve(order.size());
  for (const auto& [counted, id] : order) out.push_back(id);
  return out;
}

std::optional<SteadyTime> GuildCache::oldest_count() const {
  std::optional<SteadyTime> oldest;
  for (const auto& [id, guild] : guilds_) {
    if (guild.counted_at == SteadyTime{}) return std::nullopt;
    if (!oldest || guild.counted_at < *oldest) oldest = guild.counted_at;
  }
  return oldest;
}

std::optional<SteadyTime> GuildCache::counted_at(GuildId id) const {
  const auto found = guilds_.find(id);
  if (found == guilds_.end() || found->second.counted_at == SteadyTime{}) return std::nullopt;
  return found->second.counted_at;
}

void GuildCache::settle(std::uint32_t shard_id) {
  if (shard(shard_id).pending == 0) return;
  for (auto& [id, guild] : guilds_) {
    if (guild.shard != shard_id || guild.state != State::Pending) continue;
    set_state(guild, State::Unavailable);
    touch(id, guild);
  }
}

SavedGuild GuildCache::saved(GuildId id, const Guild& guild) const {
  SavedGuild out;
  out.id = id;
  out.shard = guild.shard;
  out.members = guild.members;
  out.locale = locales_[guild.locale];
  out.unavailable = guild.state != State::Available;
  return out;
}

std::vector<SavedGuild> GuildCache::all() const {
  std::vector<SavedGuild> out;
  out.reserve(guilds_.size());
  for (const auto& [id, guild] : guilds_) out.push_back(saved(id, guild));
  return out;
}

GuildChanges GuildCache::take_changes() {
  GuildChanges out;
  out.removed = std::move(removed_);
  removed_.clear();
  out.changed.reserve(dirty_.size());
  for (const GuildId id : dirty_) {
    const auto found = guilds_.find(id);
    if (found == guilds_.end() || !found->second.dirty) continue;
    found->second.dirty = false;
    out.changed.push_back(saved(id, found->second));
  }
  dirty_.clear();
  return out;
}

}  // namespace discern::discord
