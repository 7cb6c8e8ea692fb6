#pragma once

// What metrics need to know of every guild: its shard, how many members it has, its locale, whether
// Discord can serve it. Tells a guild that added the bot from one that is merely loaded or came
// back from an outage. Every event costs constant time.
//
// Joins and leaves balance: a guild that becomes known has joined, unless it is in the first list
// of its shard, and one that is forgotten has left. Whether Discord can serve it plays no part.
//
// Pure and not thread-safe: it belongs to the gateway thread.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "discord/session.hpp"

namespace discern::discord {

class GuildCache {
 public:
  enum class Change { None, Joined, Left, Loaded, Outage, Returned };

  // The guilds of earlier sessions, before any connection. They count at once.
  void restore(const std::vector<SavedGuild>& guilds);
  // An earlier session listed the shard's guilds, even if there were none: new ones have joined.
  void mark_seen(std::uint32_t shard);
  bool is_seen(std::uint32_t shard) const;
  // Forgets the guilds of all other shards than first to end - 1, which the bot did not leave.
  // Returns how many there were.
  std::size_t keep_shards(std::uint32_t first, std::uint32_t end);

  // READY: the session's shard serves exactly these. Appends what differs from what was known: a
  // guild that is missing left while nobody looked, one that is new joined then, unless this shard
  // was never seen before.
  struct ReadyChanges {
    std::uint32_t joined = 0;
    std::uint32_t left = 0;
  };
  ReadyChanges begin_session(std::uint32_t shard, const std::vector<GuildId>& ids);

  // A session goes on: what is known of its shard is all there is.
  void on_resumed(std::uint32_t shard);

  struct Created {
    GuildId id;
    std::optional<std::uint64_t> members;  // Nothing, or no locale: not said.
    std::string_view locale;
    bool unavailable = false;
  };
  Change on_create(std::uint32_t shard, const Created& guild, SteadyTime now = {});
  // `unavailable` true is an outage; otherwise the bot was removed. The outage of an unknown guild
  // tells that the bot is in it: Joined.
  Change on_delete(std::uint32_t shard, GuildId id, bool unavailable);
  void on_update(GuildId id, std::string_view locale);
  void on_members(GuildId id, int difference);
  // The member count as REST told it.
  void on_counted(GuildId id, std::uint64_t members, SteadyTime now);
  // Guilds that can be asked for their member count, those first whose count is the oldest.
  std::vector<GuildId> by_age_of_count() const;
  // When the oldest member count was told; nothing when that is not known, or there are no guilds.
  std::optional<SteadyTime> oldest_count() const;
  // When this guild's count was told. Nothing: not in this process, or no such guild.
  std::optional<SteadyTime> counted_at(GuildId id) const;
  // No guild of this shard is waited for any longer: what has not come by now is out of service.
  void settle(std::uint32_t shard);

  // The shards whose guilds these are: the totals are known when each of them has had a READY.
  void expect_shards(std::uint32_t first, std::uint32_t end);
  bool was_seen(std::uint32_t shard) const { return shard < shards_.size() && shards_[shard].seen; }

  struct Totals {
    std::uint64_t guilds = 0;
    std::uint64_t users = 0;  // Sum of member counts, the last known ones during an outage.
    std::uint64_t unavailable = 0;
    std::uint64_t pending = 0;
    // Before these are true the numbers still grow with what is being loaded: they say nothing.
    bool guilds_known = false;
    bool users_known = false;
  };
  const Totals& totals() const { return totals_; }
  std::uint64_t guilds_of(std::uint32_t shard) const;
  std::vector<GuildId> guilds_on(std::uint32_t shard) const;
  // Guilds named in READY that have not come yet.
  std::uint64_t pending_of(std::uint32_t shard) const;

  std::vector<SavedGuild> all() const;
  // What changed since the last call, and since restore() for the first.
  GuildChanges take_changes();

 private:
  enum class State : std::uint8_t { Available, Pending, Unavailable };
  struct Guild {
    std::uint64_t members = 0;
    SteadyTime counted_at{};  // Zero: by an earlier process, or never.
    std::uint32_t shard = 0;
    std::uint16_t locale = 0;  // Index in locales_.
    State state = State::Available;
    bool dirty = false;
  };
  struct Shard {
    std::uint64_t guilds = 0;
    std::uint64_t pending = 0;
    bool seen = false;
  };
  using Map = boost::unordered_flat_map<GuildId, Guild, std::hash<GuildId>>;

  Guild& insert(std::uint32_t shard, GuildId id);
  void erase(Map::iterator at);
  void set_state(Guild& guild, State state);
  void set_members(Guild& guild, std::uint64_t members);
  void touch(GuildId id, Guild& guild);
  std::uint16_t intern(std::string_view locale);
  Shard& shard(std::uint32_t id);
  SavedGuild saved(GuildId id, const Guild& guild) const;
  void note_what_is_known();

  Map guilds_;
  std::vector<Shard> shards_;
  std::vector<std::string> locales_{""};
  std::vector<GuildId> dirty_;
  std::vector<GuildId> removed_;
  Totals totals_;
  std::uint32_t first_expected_ = 0;
  std::uint32_t end_expected_ = 1;
};

}  // namespace discern::discord
