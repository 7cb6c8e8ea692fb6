#include "discord/gateway/cluster.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "discord/gateway/trouble.hpp"
#include "discord/model/close_code.hpp"
#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::hours kDay{24};
constexpr const char* kUserAgent = "DiscordBot (https://github.com/discern, 0.1.0)";

// A cut that was asked for; shared with the gateway thread, which may come to it after the asker
// gave up.
struct CutRequest {
  enum class Turn { Waiting, Taken, Abandoned };
  std::atomic<Turn> turn{Turn::Waiting};
  std::promise<void> done;
  metrics::slab::Latch latch;
  SavedSessions sessions;

  bool claim(Turn turn_now) {
    Turn expected = Turn::Waiting;
    return turn.compare_exchange_strong(expected, turn_now);
  }
};

}  // namespace

Cluster::Cluster(const ClientOptions& options,
                 Compression compression,
                 RestPort& rest,
                 metrics::Registry& registry,
                 const Clock& clock,
                 DiscordClock& discord_clock)
    : options_(options),
      intents_(options.intents),
      rest_(rest),
      registry_(registry),
      clock_(clock),
      discord_clock_(discord_clock),
      work_(asio::make_work_guard(io_)),
      connector_(
          net::make_websocket_connector(io_,
                                        {.user_agent = kUserAgent,
                                         .max_message_bytes = kMaxPayloadBytes,
                                         .prepare_tls = !options.api_url.starts_with("http://")})),
      retry_timer_(io_),
      slot_timer_(io_),
      start_timer_(io_),
      second_timer_(io_),
      metrics_(registry),
      router_(io_, metrics_, guilds_, reader_, discord_clock),
      queue_(options.identify_interval),
      refresh_(options.member_refresh),
      context_{
          io_, *connector_, *this, metrics_, router_, reader_, scratch_, clock, options_.token},
      jitter_(static_cast<std::uint64_t>(clock.steady_now().time_since_epoch().count())) {
  context_.allow_plain = options_.api_url.starts_with("http://");
  context_.compression = compression;
  context_.identify.intents = intents_;
  context_.identify.presence = options_.presence;
  if (options_.ask_for_cut) queue_.keep_on_disk();
}

Cluster::~Cluster() = default;

void Cluster::set_intents(Intents intents, std::vector<std::pair<Intents, std::string>> wishes) {
  intents_ = intents;
  wishes_ = std::move(wishes);
  context_.identify.intents = intents;
}

void Cluster::restore(SavedSessions saved) {
  if (saved.token_fingerprint != token_fingerprint(options_.token)) return;
  application_ = saved.application.value;
  guilds_.restore(saved.guilds);
  for (const SavedShard& shard : saved.shards) guilds_.mark_seen(shard.id);
  saved.guilds.clear();
  saved.changes = {};
  if (saved.identify_budget) {
    const auto left = saved.identify_budget->resets_at - discord_clock_.now();
    // Longer than a day it cannot be, whatever became of the clock.
    const auto sane = std::clamp<SystemTime::duration>(left, std::chrono::seconds(0), kDay);
    queue_.restore({saved.identify_budget->total,
                    saved.identify_budget->remaining,
                    clock_.steady_now() + sane});
  }
  saved_ = std::move(saved);
  metrics_.show_guilds(guilds_.totals());
}

Result<void> Cluster::start(DispatchSink& sink) {
  sink_ = &sink;
  router_.set_sink(&sink);
  running_ = true;
  auto thread = start_thread("gateway", [this] { run(); });
  if (!thread) {
    running_ = false;
    return std::move(thread).error();
  }
  thread_ = *std::move(thread);
  return {};
}

// Called again after an exception, a bug of ours or of the sink: it must not end all shards.
void Cluster::run() {
  if (!begun_) {
    every_second();
    ask_gateway(&Cluster::on_gateway);
    begun_ = true;
  }
  io_.run();
}

bool Cluster::stop(std::chrono::milliseconds limit) {
  if (!running_) return !connector_->is_looking_up();
  std::future<void> stopped = all_stopped_.get_future();
  insist("the stop of the gateway", [this] { asio::post(io_, [this] { begin_stop(); }); });
  if (stopped.wait_for(limit) != std::future_status::ready) {
    log::warn("gateway", "not every shard could say goodbye in time");
  }
  io_.stop();
  thread_.join();
  running_ = false;
  return !connector_->is_looking_up();
}

void Cluster::begin_stop() {
  stopping_ = true;
  for (asio::steady_timer* timer : {&retry_timer_, &slot_timer_, &start_timer_, &second_timer_}) {
    timer->cancel();
  }
  const auto runs = [](const auto& shard) { return shard->state() != ShardFsm::State::Stopped; };
  still_running_ = static_cast<std::size_t>(std::count_if(shards_.begin(), shards_.end(), runs));
  if (still_running_ == 0) return all_stopped_.set_value();
  for (const auto& shard : shards_) shard->stop(options_.resume_on_stop);
}

void Cluster::on_stopped(std::uint32_t) {
  if (stopping_) {
    if (still_running_ > 0 && --still_running_ == 0) all_stopped_.set_value();
  } else if (leaving_ > 0 && --leaving_ == 0) {
    // Later, not now: it is a shard that calls.
    asio::post(io_, [this] { replace_shards(); });
  }
}

void Cluster::cut_stored() {
  asio::post(io_, [this] {
    cut_asked_at_.reset();
    queue_.on_stored();
    if (queue_.has_waiting()) grant_slots();
  });
}

void Cluster::post(std::function<void()> work) {
  asio::post(io_, std::move(work));
}

bool Cluster::cut(metrics::slab::Latch& latch,
                  SavedSessions& sessions,
                  GuildList guilds,
                  std::chrono::milliseconds timeout) {
  auto request = std::make_shared<CutRequest>();
  // The latch's memory goes along, so that steady cuts allocate nothing.
  request->latch = std::move(latch);
  latch = {};
  if (!running_) {
    take_cut(sessions, guilds);
    return true;
  }
  std::future<void> done = request->done.get_future();
  asio::post(io_, [this, request, guilds] {
    if (!request->claim(CutRequest::Turn::Taken)) return;
    take_cut(request->sessions, guilds);
    metrics::slab::latch_current_thread(request->latch);
    request->done.set_value();
  });
  const bool in_time = done.wait_for(timeout) == std::future_status::ready;
  if (!in_time && request->claim(CutRequest::Turn::Abandoned)) return false;
  done.wait();
  latch = std::move(request->latch);
  sessions = std::move(request->sessions);
  return true;
}

void Cluster::take_cut(SavedSessions& sessions, GuildList guilds) {
  metrics_.activity.publish();
  sessions = SavedSessions{};
  sessions.application = application();
  sessions.intents = intents_;
  sessions.token_fingerprint = token_fingerprint(options_.token);
  const SteadyTime now = clock_.steady_now();
  if (const auto ledger = queue_.ledger_to_store(now)) {
    sessions.identify_budget =
        SavedBudget{ledger->total, ledger->remaining, discord_clock_.now() + (ledger->until - now)};
  }
  if (shard_count_refused_) {
    // Nothing to go on with: the next start asks Discord how many shards it takes.
  } else if (shards_.empty()) {
    sessions.shard_count = saved_.shard_count;
    sessions.intents = saved_.shards.empty() ? intents_ : saved_.intents;
    sessions.shards = saved_.shards;
  } else {
    sessions.shard_count = shard_count_;
    for (const auto& shard : shards_) {
      auto session = shard->session();
      // Without a session, too: a shard without guilds would otherwise look like one that was
      // never there, and its first guild like one that was there already.
      if (!session && !guilds_.is_seen(shard->id())) continue;
      if (!session) session.emplace();
      sessions.shards.push_back(
          {shard->id(), std::move(session->id), std::move(session->resume_url), session->sequence});
    }
  }
  sessions.all_guilds = guilds == GuildList::All || std::exchange(all_guilds_next_, false);
  sessions.changes = guilds_.take_changes();
  if (!sessions.all_guilds) return;
  sessions.guilds = guilds_.all();
  sessions.changes = {};
}

GatewayStatus Cluster::status() const {
  const SteadyTime now = clock_.steady_now();
  GatewayStatus out;
  const auto known = [](const std::atomic<std::int64_t>& number) {
    const std::int64_t value = number.load(std::memory_order_relaxed);
    return value < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(value));
  };
  out.guilds = known(metrics_.guilds_now);
  out.users = known(metrics_.users_now);
  out.unavailable_guilds = metrics_.unavailable_now.load(std::memory_order_relaxed);
  Cells cells;
  {
    const std::lock_guard lock(status_mutex_);
    cells = cells_;
    out.message = message_;
    if (!endpoint_warning_.empty()) out.warnings.push_back(endpoint_warning_);
    out.warnings.insert(out.warnings.end(), command_warnings_.begin(), command_warnings_.end());
    if (const auto late = router_.interactions_late(); late.count() > 0) {
      out.warnings.push_back("interactions are " + std::to_string(late.count()) +
                             " s old when they come, and older than 3 s they cannot be answered: "
                             "this machine, its connection or Discord is too slow");
    }
    if (const std::string wrong = describe_wall_clock(discord_clock_); !wrong.empty()) {
      out.warnings.push_back(wrong);
    }
    out.shard_count = known_shard_count_;
    out.identify_budget = budget_;
    if (out.identify_budget) {
      out.identify_budget->reset_in_seconds =
          budget_reset_ == SteadyTime{} ? 0 : std::max(seconds(budget_reset_ - now), 0.0);
    }
  }
  for (const auto& shard : cells) out.shards.push_back(shard->status(now));
  out.users_exact = counts_by_events();
  if (!out.users_exact) out.users_age_seconds = users_age(now);
  if (!out.message.empty()) return out;
  if (!cells.empty()) {
    out.message = describe_troubles(out.shards, intents_);
  } else if (const std::int64_t since = asked_since_.load(std::memory_order_relaxed); since != 0) {
    const double age = seconds(now - SteadyTime(SteadyTime::duration(since)));
    if (age >= kWorthTelling) {
      out.message = "waiting for Discord's answer to GET /gateway/bot for " +
                    std::to_string(static_cast<int>(age)) + " s";
    }
  }
  return out;
}

void Cluster::sample(SteadyTime now) {
  Cells cells;
  {
    const std::lock_guard lock(status_mutex_);
    cells = cells_;
  }
  for (const auto& shard : cells) shard->sample(now);
  // Looked up each time: without an age there is no such series.
  if (const auto age = users_age(now); age && !counts_by_events()) {
    registry_.gauge(metrics::catalogue::kUsersAge).set(*age);
  }
  const std::lock_guard lock(status_mutex_);
  if (!budget_) return;
  metrics_.identify_reset.set(
      budget_reset_ == SteadyTime{} ? 0 : std::max(seconds(budget_reset_ - now), 0.0));
}

void Cluster::set_endpoint_warning(std::string text) {
  const std::lock_guard lock(status_mutex_);
  if (text == endpoint_warning_) return;
  if (!text.empty()) log::warn("discord", "{}", text);
  endpoint_warning_ = std::move(text);
}

void Cluster::set_command_warnings(std::vector<std::string> sentences) {
  const std::lock_guard lock(status_mutex_);
  for (const std::string& sentence : sentences) {
    const auto& before = command_warnings_;
    if (std::find(before.begin(), before.end(), sentence) == before.end()) {
      log::warn("discord", "{}", sentence);
    }
  }
  command_warnings_ = std::move(sentences);
}

void Cluster::set_presence(const Presence& presence) {
  asio::post(io_, [this, presence] {
    context_.identify.presence = presence;
    for (const auto& shard : shards_) shard->show_presence();
  });
}

void Cluster::send(Op op, GuildId guild, std::string d, std::function<void(Result<void>)> done) {
  asio::post(io_, [this, op, guild, d = std::move(d), done = std::move(done)] {
    done(send_to_shard(op, guild, d));
  });
}

Result<void> Cluster::send_to_shard(Op op, GuildId guild, std::string_view d) {
  if (shard_count_ == 0) return Error(Errc::Unavailable, "the gateway is not known yet");
  const auto id = static_cast<std::uint32_t>((guild.value >> 22) % shard_count_);
  Shard* shard = find_shard(id);
  if (shard == nullptr) {
    return Error(Errc::NotFound,
                 "shard " + std::to_string(id) + " is run by another process of this bot");
  }
  return shard->send(op, encode_payload(op, d));
}

ApplicationId Cluster::application() const {
  return {application_.load(std::memory_order_relaxed)};
}

Shard* Cluster::find_shard(std::uint32_t id) {
  for (const auto& shard : shards_) {
    if (shard->id() == id) return shard.get();
  }
  return nullptr;
}

}  // namespace discern::discord
