#pragma once

// All shards of this process, the thread they live on, and what is known about them.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "discord/client.hpp"
#include "discord/gateway/gateway_address.hpp"
#include "discord/gateway/member_refresh.hpp"
#include "discord/gateway/shard.hpp"
#include "metrics/slab.hpp"

namespace discern::discord {

// Contracts of the public members: Client (client.hpp), which passes them through.
class Cluster final : public StatusSource, private ShardOwner {
 public:
  Cluster(const ClientOptions& options,
          Compression compression,
          RestPort& rest,
          metrics::Registry& registry,
          const Clock& clock,
          DiscordClock& discord_clock);
  // Precondition: stopped, or never started.
  ~Cluster() override;

  void set_intents(Intents intents, std::vector<std::pair<Intents, std::string>> wishes);
  void restore(SavedSessions saved);
  Result<void> start(DispatchSink& sink);
  bool stop(std::chrono::milliseconds limit);
  bool cut(metrics::slab::Latch& latch,
           SavedSessions& sessions,
           GuildList guilds,
           std::chrono::milliseconds timeout);
  void cut_stored();
  void post(std::function<void()> work);
  GatewayStatus status() const override;
  void sample(SteadyTime now);
  void set_presence(const Presence& presence);
  void send(Op op, GuildId guild, std::string d, std::function<void(Result<void>)> done);
  // None until the first session.
  ApplicationId application() const;
  // Shown in status() and logged when it is new; empty takes it back. Any thread.
  void set_endpoint_warning(std::string text);
  // Any thread, as above: what is wrong with the bot's commands, in place of what was said before.
  void set_command_warnings(std::vector<std::string> sentences);

 private:
  using Cells = std::vector<std::shared_ptr<ShardCells>>;

  // ---- Gateway thread.
  // GET /gateway/bot; the answer comes on the gateway thread.
  void ask_gateway(void (Cluster::*answered)(const RestOutcome&));
  void on_gateway(const RestOutcome& outcome);
  void ask_gateway_later(std::string why);
  void build_shards(const GatewayAddress& address, std::uint32_t count);
  void start_next_shard(std::size_t index);
  void every_second();
  bool counts_by_events() const;
  void refresh_members(SteadyTime now);
  void on_member_count(GuildId guild, const RestOutcome& outcome);
  void show_count_age();
  std::optional<double> users_age(SteadyTime now) const;
  void check_wall_clock();
  void grant_slots();
  void hand_out_slots();
  void ask_for_cut(SteadyTime now);
  bool budget_is_fresh(SteadyTime now);
  void ask_budget();
  void on_budget(const RestOutcome& outcome);
  void show_budget();
  void explain(std::string message);
  std::string explain_failure(std::uint32_t shard, std::uint16_t code) const;
  bool chooses_shard_count() const;
  void on_more_shards(const RestOutcome& outcome);
  void replace_shards();
  void begin_stop();
  void take_cut(SavedSessions& sessions, GuildList guilds);
  bool resumes_saved(std::uint32_t shard_count) const;
  void move_guilds(std::uint32_t shard_count);
  void settle_guilds(SteadyTime now);
  Shard* find_shard(std::uint32_t id);
  Result<void> send_to_shard(Op op, GuildId guild, std::string_view d);

  void ask_slot(std::uint32_t shard) override;
  void return_slot(std::uint32_t shard, bool spent) override;
  void on_session(std::uint32_t shard, ApplicationId application) override;
  void on_failed(std::uint32_t shard, std::uint16_t code) override;
  void on_stopped(std::uint32_t shard) override;

  const ClientOptions options_;
  Intents intents_;  // Constant from start() on, as are the wishes.
  std::vector<std::pair<Intents, std::string>> wishes_;
  RestPort& rest_;
  metrics::Registry& registry_;
  const Clock& clock_;
  DiscordClock& discord_clock_;
  bool wall_clock_wrong_ = false;

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<net::WebSocketConnector> connector_;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer slot_timer_;
  boost::asio::steady_timer start_timer_;
  boost::asio::steady_timer second_timer_;

  GatewayMetrics metrics_;
  GuildCache guilds_;
  PayloadReader reader_;
  TextBuffer scratch_;
  DispatchRouter router_;
  IdentifyQueue queue_;
  MemberRefresh refresh_;
  ShardContext context_;
  std::vector<std::unique_ptr<Shard>> shards_;
  DispatchSink* sink_ = nullptr;
  // Sessions from an earlier process; kept until the shards take them over, so that a cut before
  // that does not forget them.
  SavedSessions saved_;
  bool all_guilds_next_ = false;
  // By shard: how many guilds were still to come, and since when.
  struct Loading {
    std::uint64_t pending = 0;
    SteadyTime since{};
  };
  std::vector<Loading> loading_;
  std::uint32_t shard_count_ = 0;
  std::uint32_t attempts_ = 0;
  std::uint64_t seconds_ = 0;  // Since start, roughly.
  Jitter jitter_;
  bool slots_pending_ = false;
  bool stopping_ = false;
  bool failed_ = false;
  bool out_of_budget_ = false;  // Shards wait for the day's IDENTIFY budget to be reset.
  bool asking_budget_ = false;
  SteadyTime budget_known_at_{};
  std::optional<SteadyTime> cut_asked_at_;  // While IDENTIFYs wait for the disk.
  // Discord refused the number of shards: an earlier process must not be followed in it.
  std::optional<std::uint16_t> shard_count_refused_;
  // While larger numbers of shards take over: how many of the old ones are still on their way out.
  std::size_t leaving_ = 0;
  std::optional<GatewayAddress> replacement_;
  // Those that left, with their cells. What they had set in motion may still come back to them.
  std::vector<std::unique_ptr<Shard>> retired_;
  Cells retired_cells_;
  std::size_t still_running_ = 0;
  std::promise<void> all_stopped_;

  // ---- Any thread.
  std::atomic<std::uint64_t> application_{0};
  std::atomic<std::int64_t> oldest_count_{0};  // Steady clock; 0: not known.
  std::atomic<std::int64_t> asked_since_{0};   // GET /gateway/bot, steady clock; 0: not asked.
  mutable std::mutex status_mutex_;
  // Guarded by status_mutex_.
  Cells cells_;
  std::string message_;
  std::string endpoint_warning_;
  std::vector<std::string> command_warnings_;
  std::uint32_t known_shard_count_ = 0;
  std::optional<IdentifyBudget> budget_;
  SteadyTime budget_reset_{};

  void run();
  std::thread thread_;
  bool begun_ = false;  // Gateway thread only.
  std::atomic<bool> running_{false};
};

}  // namespace discern::discord
