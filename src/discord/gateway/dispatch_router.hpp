#pragma once

// One dispatch on its way from a shard to the metrics, the guild cache and whoever asked for it.

#include <atomic>

#include "discord/gateway/gateway_metrics.hpp"
#include "discord/gateway/guild_cache.hpp"
#include "discord/gateway/payload.hpp"
#include "discord/gateway/shard_cells.hpp"
#include "discord/model/discord_clock.hpp"

namespace boost::asio {
class io_context;
}

namespace discern::discord {

// Gateway thread only.
class DispatchRouter {
 public:
  DispatchRouter(boost::asio::io_context& io,
                 GatewayMetrics& metrics,
                 GuildCache& guilds,
                 PayloadReader& reader,
                 DiscordClock& discord_clock)
      : io_(io),
        metrics_(metrics),
        guilds_(guilds),
        reader_(reader),
        discord_clock_(discord_clock) {}

  // How old the last interactions were when they came, if that was too old to answer them; else
  // zero. Any thread.
  std::chrono::seconds interactions_late() const {
    return std::chrono::seconds(late_seconds_.load(std::memory_order_relaxed));
  }

  void set_sink(DispatchSink* sink) { sink_ = sink; }

  struct Arrival {
    ShardCells& shard;
    const PayloadHead& head;
    std::string_view text;  // The whole payload, just read by the reader.
    SteadyTime received;
    bool replayed = false;
    bool backlog = false;
  };
  // Counts it, remembers what metrics need and hands it on. READY comes with its fields, because
  // the shard needed them, too.
  void route(const Arrival& arrival, EventType type, const ReadyFields* ready = nullptr);

 private:
  // False when a field that is needed is missing; then nobody gets the event.
  bool learn(const Arrival& arrival, EventType type, const ReadyFields* ready, Dispatch& dispatch);
  bool learn_guild(const Arrival& arrival, EventType type, Dispatch& dispatch);
  void count_change(GuildCache::Change change);
  void hand_on(const Arrival& arrival, Dispatch& dispatch);
  void announce_pause();
  void note_age(InteractionId id);

  boost::asio::io_context& io_;
  GatewayMetrics& metrics_;
  GuildCache& guilds_;
  PayloadReader& reader_;
  DiscordClock& discord_clock_;
  DispatchSink* sink_ = nullptr;
  bool pause_announced_ = false;
  unsigned late_in_a_row_ = 0;
  std::atomic<std::int64_t> late_seconds_{0};
  InteractionHead interaction_;
};

}  // namespace discern::discord
