// What the cluster does on the gateway thread: find the gateway, start the shards, share out
// identify slots, and say what is wrong.

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "discord/gateway/cluster.hpp"
#include "discord/model/close_code.hpp"

namespace discern::discord {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Connections of shards that resume begin so far apart: a hundred at once would be a storm.
constexpr std::chrono::milliseconds kStartPause = 20ms;
// Guilds of READY that have not come after so long without any coming are out of service.
constexpr std::chrono::seconds kLoadingPatience = 30s;
// With the IDENTIFY budget used up, Discord is asked again this often: it may know better.
constexpr std::chrono::minutes kBudgetPatience = 10min;
// A disk that does not take the budget keeps the bot from Discord no longer than this.
constexpr std::chrono::seconds kDiskPatience = 15s;

// Seconds between two looks for the oldest member count, which goes over all guilds.
constexpr std::uint64_t kCountAgeEvery = 10;

bool is_about_shard_count(CloseCode code) {
  return code == CloseCode::ShardingRequired || code == CloseCode::InvalidShard;
}

}  // namespace

void Cluster::ask_gateway(void (Cluster::*answered)(const RestOutcome&)) {
  RestRequest request;
  request.route = "/gateway/bot";
  asked_since_ = clock_.steady_now().time_since_epoch().count();
  rest_.send(std::move(request), [this, answered](RestOutcome outcome) {
    asio::post(io_, [this, answered, outcome = std::move(outcome)] { (this->*answered)(outcome); });
  });
}

void Cluster::on_gateway(const RestOutcome& outcome) {
  if (stopping_) return;
  if (!outcome.response) {
    if (outcome.status == 401) {
      failed_ = true;
      const auto code = static_cast<std::uint16_t>(CloseCode::AuthenticationFailed);
      return explain(std::string(find_close_rule(code).advice));
    }
    return ask_gateway_later("Discord cannot be reached (" + outcome.response.error().text + ")");
  }
  const Result<GatewayAddress> address = parse_gateway_address(outcome.response->body);
  if (!address) return ask_gateway_later(address.error().text);
  const bool usable = address->url.starts_with("wss://") ||
                      (context_.allow_plain && address->url.starts_with("ws://"));
  if (!usable) return ask_gateway_later("the gateway's address is not a wss:// one");
  attempts_ = 0;
  explain("");
  build_shards(*address, choose_shard_count(options_.shard_count, *address, saved_.shard_count));
}

void Cluster::ask_gateway_later(std::string why) {
  const std::chrono::milliseconds pause = backoff_delay(attempts_++, jitter_.next());
  explain(std::move(why) + "; trying again");
  retry_timer_.expires_after(pause);
  retry_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) ask_gateway(&Cluster::on_gateway);
  });
}

bool Cluster::resumes_saved(std::uint32_t shard_count) const {
  return saved_.shard_count == shard_count && saved_.intents == intents_;
}

void Cluster::move_guilds(std::uint32_t shard_count) {
  std::vector<SavedGuild> guilds = guilds_.all();
  for (SavedGuild& guild : guilds) {
    guild.shard = static_cast<std::uint32_t>((guild.id.value >> 22) % shard_count);
  }
  bool all_seen = saved_.shard_count > 0;
  for (std::uint32_t id = 0; id < saved_.shard_count; ++id) {
    all_seen = all_seen && guilds_.is_seen(id);
  }
  guilds_ = GuildCache();
  guilds_.restore(guilds);
  for (std::uint32_t id = 0; all_seen && id < shard_count; ++id) guilds_.mark_seen(id);
  all_guilds_next_ = true;
}

void Cluster::build_shards(const GatewayAddress& address, std::uint32_t count) {
  shard_count_ = count;
  const std::uint32_t first = options_.first_shard;
  std::uint32_t end = shard_count_;
  if (options_.shards_here > 0) end = std::min(end, first + options_.shards_here);
  if (first >= end) {
    failed_ = true;
    return explain("the first shard of this process is " + std::to_string(first) +
                   ", but there are only " + std::to_string(shard_count_) +
                   " shards: lower it, or raise the shard count");
  }
  if (saved_.shard_count > 0 && saved_.shard_count != shard_count_) move_guilds(shard_count_);
  // Those of shards that this process ran before and another one has now.
  if (guilds_.keep_shards(first, end) > 0) all_guilds_next_ = true;
  guilds_.expect_shards(first, end);
  metrics_.show_guilds(guilds_.totals());
  budget_known_at_ = clock_.steady_now();
  queue_.set_limit(address.start_limit, budget_known_at_);
  show_budget();
  context_.gateway_url = address.url;
  context_.identify.shard_count = shard_count_;

  Cells cells;
  std::size_t resumable = 0;
  for (std::uint32_t id = first; id < end; ++id) {
    std::optional<Session> session;
    for (const SavedShard& saved : saved_.shards) {
      if (saved.id != id || saved.session_id.empty() || !resumes_saved(shard_count_)) continue;
      session = Session{saved.session_id, saved.resume_url, saved.sequence};
      ++resumable;
    }
    cells.push_back(std::make_shared<ShardCells>(id, registry_, budget_known_at_));
    if (guilds_.was_seen(id)) {
      cells.back()->set_guilds(guilds_.guilds_of(id), guilds_.pending_of(id), budget_known_at_);
    }
    shards_.push_back(std::make_unique<Shard>(context_, *cells.back(), std::move(session)));
  }
  loading_.resize(shards_.size());
  log::info("gateway",
            "starting {} of {} shards, {} of them with a session to resume",
            shards_.size(),
            shard_count_,
            resumable);
  {
    const std::lock_guard lock(status_mutex_);
    cells_ = std::move(cells);
    known_shard_count_ = shard_count_;
  }
  start_next_shard(0);
}

void Cluster::start_next_shard(std::size_t index) {
  // After a refusal only those that cost no IDENTIFY may try.
  if (!failed_ || shards_[index]->session()) shards_[index]->start();
  if (++index == shards_.size()) return;
  start_timer_.expires_after(kStartPause);
  start_timer_.async_wait([this, index](const boost::system::error_code& cancelled) {
    if (!cancelled && !stopping_) start_next_shard(index);
  });
}

void Cluster::every_second() {
  second_timer_.expires_after(1s);
  second_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || stopping_) return;
    const SteadyTime now = clock_.steady_now();
    check_wall_clock();
    settle_guilds(now);
    refresh_members(now);
    if (++seconds_ % kCountAgeEvery == 0) show_count_age();
    const std::uint32_t before = queue_.remaining();
    queue_.refill(now);
    if (queue_.remaining() != before) show_budget();
    if (cut_asked_at_ && now - *cut_asked_at_ >= kDiskPatience) {
      log::warn("gateway", "the IDENTIFY budget is not on disk after 15 s; going on without");
      // The cut may not even have been taken.
      (void)queue_.ledger_to_store(now);
      cut_stored();
    }
    every_second();
  });
}

// Once for each time that the clock goes wrong.
void Cluster::check_wall_clock() {
  const std::string wrong = describe_wall_clock(discord_clock_);
  if (!wrong.empty() && !wall_clock_wrong_) log::warn("gateway", "{}", wrong);
  wall_clock_wrong_ = !wrong.empty();
}

void Cluster::settle_guilds(SteadyTime now) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Loading& loading = loading_[i];
    const std::uint32_t id = shards_[i]->id();
    const std::uint64_t pending = guilds_.pending_of(id);
    if (pending != loading.pending || shards_[i]->state() != ShardFsm::State::Live) {
      loading = {pending, now};
    } else if (pending > 0 && now - loading.since >= kLoadingPatience) {
      guilds_.settle(id);
      metrics_.show_guilds(guilds_.totals());
      // Only this thread writes cells_.
      cells_[i]->set_guilds(guilds_.guilds_of(id), guilds_.pending_of(id), now);
    }
  }
}

void Cluster::ask_slot(std::uint32_t shard) {
  queue_.ask(shard);
  grant_slots();
}

void Cluster::return_slot(std::uint32_t shard, bool spent) {
  queue_.give_back(shard, spent, clock_.steady_now());
  if (spent) show_budget();
  grant_slots();
}

// Later, not now: it is shards that call, in the middle of their own step.
void Cluster::grant_slots() {
  if (std::exchange(slots_pending_, true)) return;
  asio::post(io_, [this] {
    slots_pending_ = false;
    if (queue_.has_waiting() && !budget_is_fresh(clock_.steady_now())) return ask_budget();
    hand_out_slots();
  });
}

void Cluster::hand_out_slots() {
  if (stopping_ || failed_) return;
  const SteadyTime now = clock_.steady_now();
  while (const std::optional<std::uint32_t> id = queue_.grant(now)) {
    if (Shard* shard = find_shard(*id)) shard->slot_granted();
  }
  const std::optional<SteadyTime> next = queue_.next_grant(now);
  out_of_budget_ = next && queue_.exhausted();
  if (out_of_budget_) {
    const auto wait = std::chrono::ceil<std::chrono::minutes>(queue_.reset_at() - now).count();
    explain(
        "the IDENTIFY budget of the day is used up, and going on would make Discord reset the "
        "token: waiting " +
        std::to_string(wait) + " min");
  }
  if (queue_.needs_cover()) ask_for_cut(now);
  if (!next) return;
  slot_timer_.expires_at(out_of_budget_ ? std::min(*next, now + kBudgetPatience) : *next);
  slot_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) grant_slots();
  });
}

void Cluster::ask_for_cut(SteadyTime now) {
  if (cut_asked_at_) return;
  cut_asked_at_ = now;
  options_.ask_for_cut();
}

bool Cluster::budget_is_fresh(SteadyTime now) {
  return now - budget_known_at_ <= options_.identify_budget_age;
}

void Cluster::ask_budget() {
  if (stopping_ || failed_ || std::exchange(asking_budget_, true)) return;
  ask_gateway(&Cluster::on_budget);
}

// Without an answer, what is known has to do.
void Cluster::on_budget(const RestOutcome& outcome) {
  asking_budget_ = false;
  if (stopping_) return;
  budget_known_at_ = clock_.steady_now();
  if (outcome.response) {
    if (const auto address = parse_gateway_address(outcome.response->body)) {
      queue_.set_limit(address->start_limit, budget_known_at_);
      show_budget();
    }
  }
  // Without asking again, however short an answer counts as new.
  hand_out_slots();
}

void Cluster::show_budget() {
  const std::lock_guard lock(status_mutex_);
  // Series only from here on: 0 before the first answer would say that nothing is left.
  if (!budget_) metrics_.begin_budget(registry_);
  metrics_.identify_remaining.set(queue_.remaining());
  budget_ = IdentifyBudget{queue_.total(), queue_.remaining(), 0};
  budget_reset_ = queue_.reset_at();
}

void Cluster::explain(std::string message) {
  {
    const std::lock_guard lock(status_mutex_);
    if (message == message_) return;
    message_ = message;
  }
  if (message.empty()) return;
  log::at(failed_ ? log::Level::Error : log::Level::Warn, "gateway", "{}", message);
}

void Cluster::on_session(std::uint32_t shard, ApplicationId application) {
  if (application) application_ = application.value;
  log::info("gateway", "shard {} is {}", shard, application ? "ready" : "resumed");
  if (!failed_ && !out_of_budget_) explain("");
  sink_->on_ready(this->application());
}

std::string Cluster::explain_failure(std::uint32_t shard, std::uint16_t code) const {
  std::string text = "shard " + std::to_string(shard) + " was refused (" + describe_close(code) +
                     "): " + std::string(find_close_rule(code).advice);
  const auto rule = static_cast<CloseCode>(code);
  if (is_about_shard_count(rule) && chooses_shard_count()) {
    return "shard " + std::to_string(shard) + " was refused (" + describe_close(code) +
           "): the bot has outgrown its " + std::to_string(shard_count_) +
           " shards; asking Discord for another number";
  }
  if (rule != CloseCode::DisallowedIntents && rule != CloseCode::InvalidIntents) return text;
  const bool privileged_only = rule == CloseCode::DisallowedIntents;
  const Intents mask = privileged_only ? intent::kPrivileged : ~Intents{0};
  text.append(". Asked for: ").append(describe_intents(intents_ & mask));
  for (const auto& [intents, who] : wishes_) {
    if ((intents & mask) == 0) continue;
    text.append("; ").append(who).append(" wants ").append(describe_intents(intents & mask));
  }
  return text;
}

void Cluster::on_failed(std::uint32_t shard, std::uint16_t code) {
  failed_ = true;
  const auto rule = static_cast<CloseCode>(code);
  if (is_about_shard_count(rule)) shard_count_refused_ = code;
  explain(explain_failure(shard, code));
  if (is_about_shard_count(rule) && chooses_shard_count()) {
    ask_gateway(&Cluster::on_more_shards);
  }
  // What one shard was refused for, the others would be, too, at the price of an IDENTIFY each.
  // Those that live go on, and so do those that can resume, which costs none.
  asio::post(io_, [this] {
    for (const auto& other : shards_) {
      if (other->state() != ShardFsm::State::Failed && !other->session()) other->stop(true);
    }
  });
}

}  // namespace discern::discord
