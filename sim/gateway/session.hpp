#pragma once

// A gateway session: what one shard of a bot is sent, and what can be sent again after a resume.
//
// Pure and not thread-safe. A session outlives its connections.

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sim/gateway/event.hpp"
#include "sim/instant.hpp"

namespace discern::sim {

struct Shard {
  std::uint32_t id = 0;
  std::uint32_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

struct SentEvent {
  std::uint64_t sequence = 0;
  std::string_view type;
  // Null for the GUILD_CREATE of `guild` after READY: it is made from the world whenever it is
  // sent, because keeping 100,000 of them would take a gigabyte.
  Text d;
  Snowflake guild{};
  // READY and RESUMED answer one connection; they keep their number and are not sent again.
  bool replayable = true;
  bool lost = false;  // Not replayable, and the client did not get it.
};

// How much is kept for a resume. What is older is forgotten, and asking for it is an invalid
// session.
struct ReplayLimits {
  std::size_t events = 65'536;
  std::size_t bytes = std::size_t{64} * 1024 * 1024;
};

class Session {
 public:
  Session(std::string id, Shard shard, Intents intents, ReplayLimits limits = {})
      : id_(std::move(id)), shard_(shard), intents_(intents), limits_(limits) {}

  const std::string& id() const { return id_; }
  Shard shard() const { return shard_; }
  Intents intents() const { return intents_; }

  // True when this session is to hear of `event`: its shard, its intents.
  bool hears(const Event& event) const;
  // The text of `event` this session may see.
  const Text& text_for(const Event& event) const;

  // Gives the next sequence number, beginning with 1, and keeps the event for replay.
  std::uint64_t append(std::string_view type, Text d, bool replayable = true);
  std::uint64_t append_guild_create(Snowflake guild);

  std::uint64_t last_sequence() const { return last_sequence_; }
  // The event of that number; null when it is forgotten or not yet there.
  const SentEvent* find(std::uint64_t sequence) const;
  // Whether a client that has seen everything up to `sequence` can be brought up to date.
  bool can_resume_after(std::uint64_t sequence) const;

  const std::map<std::string_view, std::uint64_t>& counts() const { return counts_; }

  // The highest number ever sent, and the highest the client is known to have seen.
  void note_sent(std::uint64_t sequence) { sent_ = std::max(sent_, sequence); }
  void note_received(std::uint64_t sequence) { received_ = std::max(received_, sequence); }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  // After a resume at `sequence`: the types of what came later and will not be sent again.
  std::vector<std::string_view> take_lost(std::uint64_t sequence);

  // Guilds named in READY whose GUILD_CREATE is still to come, in order. Until then their events
  // are held back, as Discord's are.
  void await_guilds(const std::vector<Snowflake>& guilds);
  // Takes the next of them off the list.
  std::optional<Snowflake> take_awaited_guild();
  bool awaits_guilds() const { return !awaited_.empty(); }

  // How many events of the load mode are still to be sent.
  std::uint64_t flood_left = 0;
  // How the bot shows itself, as it last said.
  boost::json::object presence;

 private:
  std::uint64_t append(SentEvent event);
  void forget_old();

  std::string id_;
  Shard shard_;
  Intents intents_;
  ReplayLimits limits_;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::deque<SentEvent> buffer_;
  std::size_t buffered_bytes_ = 0;
  std::map<std::string_view, std::uint64_t> counts_;
  std::deque<Snowflake> awaited_;
  std::unordered_set<Snowflake> awaited_set_;
};

}  // namespace discern::sim
