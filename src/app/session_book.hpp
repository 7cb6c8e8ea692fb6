#pragma once

// Gateway sessions as rows of history's state, and back. Pure: the rows travel in the transaction
// of their tick.

#include <set>
#include <vector>

#include "discord/session.hpp"
#include "history/store.hpp"

namespace discern::app {

// Areas of history::StateRow that hold the sessions.
inline constexpr std::string_view kSessionArea = "gateway";
inline constexpr std::string_view kShardArea = "gateway.shard";
inline constexpr std::string_view kGuildArea = "gateway.guild";

// Knows which rows are on disk, so that a tick writes only what changed. Pipeline thread.
class SessionBook {
 public:
  // What the rows of the three areas say. Rows that make no sense are left out: a session that is
  // not there is begun anew, which is always right.
  discord::SavedSessions load(const std::vector<history::StateRow>& session,
                              const std::vector<history::StateRow>& shards,
                              const std::vector<history::StateRow>& guilds);

  // The rows that turn what is on disk into `sessions`.
  std::vector<history::StateRow> changes(const discord::SavedSessions& sessions);
  // The rows that leave nothing to resume. Guilds and budget stay.
  std::vector<history::StateRow> forget_shards();

 private:
  void change_guilds(const discord::SavedSessions& sessions, std::vector<history::StateRow>& rows);

  std::set<std::uint64_t> guilds_;
  std::set<std::uint32_t> shards_;
};

}  // namespace discern::app
