#include "plugin/interactions.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "metrics/catalogue.hpp"

namespace discern::plugin {
namespace {

constexpr std::chrono::minutes kTokenLife{15};
// Longer than the 3 s after which an interaction is expired anyway.
constexpr std::chrono::seconds kRemembered{10};
constexpr std::size_t kMostRemembered = 100'000;
// Answers to one interaction that wait for those before them.
constexpr std::size_t kMostWaiting = 20;
constexpr std::string_view kOver =
    "this interaction is over: it was answered, or 15 minutes passed";
constexpr std::string_view kHandlerFailed =
    "Something went wrong with this command. The operator of the bot can see what.";
constexpr std::string_view kNoAnswer =
    "This command gave no answer. The operator of the bot can see which plugin it belongs to.";
constexpr std::string_view kPluginGone = "This command was stopped while it ran. Please try again.";

namespace catalogue = metrics::catalogue;
using discord::InteractionId;
using discord::RestOutcome;

}  // namespace

Interactions::Interactions(const Clock& clock, metrics::Registry& registry, discord::RestPort& rest)
    : clock_(clock),
      rest_(rest),
      received_(registry.counters(catalogue::kInteractionsReceived)),
      arrival_(registry.histograms(catalogue::kInteractionArrival)),
      acknowledged_(registry.counters(catalogue::kInteractionsAcknowledged)),
      ack_(registry.histograms(catalogue::kInteractionAck)),
      outcomes_(registry.counters(catalogue::kInteractions)),
      errors_(registry.counters(catalogue::kInteractionErrors)) {}

// The clocks of Discord and of this machine differ a little: never less than nothing.
std::chrono::nanoseconds Interactions::age_of(InteractionId id) const {
  const auto age = clock_.system_now() - id.created();
  return std::max<std::chrono::nanoseconds>(age, std::chrono::nanoseconds::zero());
}

bool Interactions::receive(const discord::InteractionHead& head) {
  received_.with(discord::to_string(head.type)).add();
  const SteadyTime now = clock_.steady_now();
  {
    const Lock lock(mutex_);
    while (!recent_.empty() &&
           (now - recent_.front().first > kRemembered || recent_.size() >= kMostRemembered)) {
      recent_ids_.erase(recent_.front().second);
      recent_.pop_front();
    }
    if (!pending_.contains(head.id) && recent_ids_.insert(head.id).second) {
      recent_.emplace_back(now, head.id);
      arrival_.with(discord::to_string(head.type)).observe(age_of(head.id));
      return true;
    }
  }
  count(head.type, "duplicate");
  return false;
}

void Interactions::count(discord::InteractionType type, std::string_view outcome) {
  outcomes_.with(discord::to_string(type), outcome).add();
}

void Interactions::begin(const discord::InteractionHead& head,
                         std::string plugin,
                         std::uint64_t generation,
                         std::string place) {
  const Lock lock(mutex_);
  Pending& pending = pending_[head.id];
  pending.address = {head.id, head.application, head.token, std::move(plugin)};
  pending.type = head.type;
  pending.place = std::move(place);
  pending.generation = generation;
  pending.begun = clock_.steady_now();
  pending.fsm = AnswerFsm(head.type);
}

void Interactions::refuse(InteractionId id, std::string_view outcome, std::string_view sentence) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  Pending& pending = at->second;
  pending.outcome = outcome;
  pending.returned = true;
  pending.released = true;
  give_up(pending, sentence);
  pump(std::move(lock), at);
}

Result<void> Interactions::answer(InteractionId id,
                                  std::uint64_t generation,
                                  Given given,
                                  discord::RestDone done) {
  const bool changes_one =
      given.kind == AnswerKind::EditFollowUp || given.kind == AnswerKind::DeleteFollowUp;
  if (changes_one && given.follow_up == 0) {
    return Error(Errc::Invalid, "there is no message 0; the reply of follow_up() has the id");
  }
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation || is_over(at->second)) {
    return Error(Errc::NotFound, std::string(kOver));
  }
  AnswerFsm next = at->second.fsm;
  Result<AnswerSteps> steps = next.answer(given.kind, given.ephemeral);
  if (!steps) return std::move(steps).error();
  if (at->second.outbox.size() + steps->size() > kMostWaiting) {
    count_unsent(at->second, "limit", 1);
    return Error(Errc::Limit, "20 answers to this interaction are waiting; wait for some of them");
  }
  Result<void> queued = enqueue(at->second, *steps, std::move(given), done);
  if (!queued) return queued;
  at->second.fsm = next;
  const bool nothing_to_send = steps->empty();
  pump(std::move(lock), at);
  if (nothing_to_send && done) done({discord::RestResponse{204, {}}, 0, 204});
  return {};
}

Result<void> Interactions::enqueue(Pending& pending,
                                   const AnswerSteps& steps,
                                   Given given,
                                   discord::RestDone done) {
  std::vector<Outgoing> made;
  for (const AnswerStep& step : steps) {
    Result<discord::RestRequest> request = make_answer_request(
        pending.address,
        step,
        given.json,
        step.with_content ? std::move(given.files) : std::vector<discord::RestFile>(),
        given.follow_up);
    if (!request) return std::move(request).error();
    made.push_back({*std::move(request), nullptr, step.to == AnswerStep::To::Callback});
  }
  if (!made.empty()) made.back().done = std::move(done);
  std::move(made.begin(), made.end(), std::back_inserter(pending.outbox));
  return {};
}

void Interactions::give_up(Pending& pending, std::string_view sentence) {
  const AnswerSteps steps = pending.fsm.give_up();
  Given given;
  given.json = sentence_json(sentence);
  const Result<void> queued = enqueue(pending, steps, std::move(given), nullptr);
  if (!queued) log::error("plugin", "{}", queued.error().text);
}

bool Interactions::settle(Pending& pending, std::string_view sentence) {
  const bool unanswered = !pending.fsm.answered();
  if (unanswered) pending.failed = true;
  give_up(pending, sentence);
  return unanswered;
}

bool Interactions::handler_returned(InteractionId id, bool failed) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return false;
  at->second.returned = true;
  bool unanswered = false;
  if (failed) {
    at->second.failed = true;
    give_up(at->second, kHandlerFailed);
  } else if (at->second.released) {
    unanswered = settle(at->second, kNoAnswer);
  }
  pump(std::move(lock), at);
  return unanswered;
}

std::optional<Interactions::Abandoned> Interactions::released(InteractionId id,
                                                              std::uint64_t generation) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation) return std::nullopt;
  at->second.released = true;
  // While the handler runs, whether it failed is not known yet.
  const bool unanswered = at->second.returned && settle(at->second, kNoAnswer);
  std::optional<Abandoned> abandoned;
  if (unanswered) abandoned = {at->second.type, at->second.place};
  pump(std::move(lock), at);
  return abandoned;
}

void Interactions::defer_if_unanswered(InteractionId id, bool privately) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  const AnswerSteps steps = at->second.fsm.defer_for_plugin(privately);
  if (const Result<void> queued = enqueue(at->second, steps, {}, nullptr); !queued) {
    log::error("plugin", "{}", queued.error().text);
  }
  pump(std::move(lock), at);
}

void Interactions::give_up_on(std::uint64_t generation) {
  std::vector<InteractionId> held;
  {
    const Lock lock(mutex_);
    for (const auto& [id, pending] : pending_) {
      if (pending.generation == generation) held.push_back(id);
    }
  }
  for (const InteractionId id : held) {
    Lock lock(mutex_);
    const auto at = pending_.find(id);
    if (at == pending_.end()) continue;
    give_up_on(std::move(lock), at);
  }
}

void Interactions::released_at_end(InteractionId id, std::uint64_t generation) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation) return;
  give_up_on(std::move(lock), at);
}

void Interactions::give_up_on(Lock lock, Map::iterator at) {
  at->second.returned = true;
  at->second.released = true;
  // An answer that the plugin gave and that is still under way stays the plugin's.
  if (settle(at->second, kPluginGone)) at->second.generation = 0;
  pump(std::move(lock), at);
}

void Interactions::forget_old() {
  std::vector<discord::RestDone> unsent;
  {
    const Lock lock(mutex_);
    for (auto at = pending_.begin(); at != pending_.end();) {
      const bool over = is_over(at->second);
      if (over) drop_waiting(at->second, unsent);
      const bool old = over && !at->second.busy;
      if (old) count_once(at->second);
      at = old ? pending_.erase(at) : std::next(at);
    }
  }
  tell_unsent(unsent);
}

bool Interactions::is_over(const Pending& pending) const {
  return clock_.steady_now() - pending.begun >= kTokenLife;
}

void Interactions::drop_waiting(Pending& pending, std::vector<discord::RestDone>& unsent) {
  count_unsent(pending, "expired", pending.outbox.size());
  for (Outgoing& waiting : pending.outbox) {
    if (waiting.first) pending.failed = true;
    if (waiting.done) unsent.push_back(std::move(waiting.done));
  }
  pending.outbox.clear();
}

void Interactions::tell_unsent(const std::vector<discord::RestDone>& unsent) {
  for (const discord::RestDone& done : unsent)
    done({Error(Errc::Timeout, std::string(kOver)), 0, 0});
}

void Interactions::count_unsent(const Pending& pending, std::string_view why, std::size_t n) {
  if (n > 0) errors_.with(discord::to_string(pending.type), why).add(n);
}

std::size_t Interactions::pending() const {
  const Lock lock(mutex_);
  return pending_.size();
}

void Interactions::pump(Lock lock, Map::iterator at) {
  Pending& pending = at->second;
  if (pending.busy) return;
  std::vector<discord::RestDone> unsent;
  if (is_over(pending)) drop_waiting(pending, unsent);
  if (pending.outbox.empty()) {
    if (pending.returned && (pending.released || pending.fsm.answered())) count_once(pending);
    if (pending.returned && pending.released) pending_.erase(at);
    lock.unlock();
    return tell_unsent(unsent);
  }
  Outgoing next = std::move(pending.outbox.front());
  pending.outbox.pop_front();
  pending.busy = true;
  lock.unlock();
  rest_.send(
      std::move(next.request),
      [weak = weak_from_this(), id = at->first, first = next.first, done = std::move(next.done)](
          RestOutcome outcome) {
        if (const auto self = weak.lock()) self->on_outcome(id, first, outcome);
        if (done) done(std::move(outcome));
      });
}

void Interactions::on_outcome(InteractionId id, bool first, const RestOutcome& outcome) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  Pending& pending = at->second;
  pending.busy = false;
  if (first && outcome.response.ok()) count_first_answer(id, pending);
  if (!outcome.response.ok()) {
    if (first) pending.failed = true;
    errors_.with(discord::to_string(pending.type), std::to_string(outcome.discord_code)).add();
    log::warn("plugin",
              "an answer of plugin \"{}\" was not accepted: {}",
              pending.address.plugin,
              outcome.response.error().text);
  }
  pump(std::move(lock), at);
}

void Interactions::count_first_answer(InteractionId id, const Pending& pending) {
  const std::string_view type = discord::to_string(pending.type);
  const bool by_host = pending.generation == 0 || pending.fsm.deferred_by_host();
  acknowledged_.with(type, by_host ? "host" : "plugin").add();
  ack_.with(type).observe(age_of(id));
}

void Interactions::count_once(Pending& pending) {
  if (pending.counted) return;
  pending.counted = true;
  if (pending.outcome.empty()) {
    if (pending.failed || !pending.fsm.answered()) {
      pending.outcome = "failed";
    } else {
      pending.outcome = pending.fsm.deferred_by_host() ? "late" : "done";
    }
  }
  count(pending.type, pending.outcome);
}

}  // namespace discern::plugin
