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

}  // namespace

Interactions::Interactions(const Clock& clock,
                           metrics::Registry& registry,
                           discord::RestPort& rest,
                           const discord::DiscordClock* discord_clock,
                           OnRefusal on_refusal)
    : clock_(clock),
      rest_(rest),
      discord_clock_(discord_clock),
      on_refusal_(std::move(on_refusal)),
      received_(registry.counters(catalogue::kInteractionsReceived)),
      arrival_(registry.histograms(catalogue::kInteractionArrival)),
      acknowledged_(registry.counters(catalogue::kInteractionsAcknowledged)),
      ack_(registry.histograms(catalogue::kInteractionAck)),
      outcomes_(registry.counters(catalogue::kInteractions)),
      errors_(registry.counters(catalogue::kInteractionErrors)) {}

std::chrono::nanoseconds Interactions::age_of(InteractionId id) const {
  if (discord_clock_ != nullptr) return discord_clock_->age(id.created());
  // The clocks of Discord and of this machine differ a little: never less than nothing.
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
  pending.taken = pending.planned = AnswerFsm(head.type);
}

void Interactions::refuse(InteractionId id, std::string_view outcome, std::string_view sentence) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  Pending& pending = at->second;
  pending.outcome = outcome;
  pending.returned = true;
  pending.released = true;
  tell(pending, sentence);
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
  Result<void> fits = check_content(given.kind, given.json, given.files.size());
  if (!fits) return fits;
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation || is_over(at->second)) {
    return Error(Errc::NotFound, std::string(kOver));
  }
  Pending& pending = at->second;
  AnswerFsm planned = pending.planned;
  if (Result<AnswerSteps> steps = planned.answer(given.kind, given.ephemeral); !steps) {
    return std::move(steps).error();
  }
  if (pending.outbox.size() >= kMostWaiting) {
    count_unsent(pending, "limit", 1);
    return Error(Errc::Limit, "20 answers to this interaction are waiting; wait for some of them");
  }
  pending.outbox.push_back({By::Plugin, std::move(given), std::move(done)});
  pending.planned = planned;
  pump(std::move(lock), at);
  return {};
}

AnswerSteps Interactions::plan(AnswerFsm& fsm, const Waiting& waiting) {
  switch (waiting.by) {
    case By::Deferral:
      return fsm.defer_for_plugin(waiting.given.ephemeral);
    case By::Sentence:
      return fsm.tell();
    case By::Plugin:
      break;
  }
  return fsm.plan(waiting.given.kind, waiting.given.ephemeral);
}

void Interactions::tell(Pending& pending, std::string_view sentence) {
  if (pending.gone || std::exchange(pending.told, true)) return;
  Waiting waiting{By::Sentence, {}, nullptr};
  waiting.given.json = sentence_json(sentence);
  pending.outbox.push_back(std::move(waiting));
  (void)pending.planned.tell();
}

void Interactions::defer(Pending& pending) {
  if (pending.planned.acknowledged()) return;
  Waiting waiting{By::Deferral, {}, nullptr};
  waiting.given.ephemeral = pending.defer_privately.value_or(false);
  pending.outbox.push_back(std::move(waiting));
  (void)pending.planned.defer_for_plugin(pending.defer_privately.value_or(false));
}

bool Interactions::settle(Pending& pending, std::string_view sentence) {
  // Counted already. The person is told when nothing is under way any more.
  if (pending.refused || pending.gone || pending.planned.answered()) return false;
  pending.failed = true;
  tell(pending, sentence);
  return true;
}

bool Interactions::handler_returned(InteractionId id, bool failed) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return false;
  at->second.returned = true;
  bool unanswered = false;
  if (failed) {
    at->second.failed = true;
    tell(at->second, kHandlerFailed);
  } else if (at->second.released) {
    unanswered = settle(at->second, kNoAnswer);
  }
  pump(std::move(lock), at);
  return unanswered;
}

std::optional<Interactions::Which> Interactions::failed(InteractionId id,
                                                        std::uint64_t generation) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation) return std::nullopt;
  const Which which{at->second.type, at->second.place};
  at->second.failed = true;
  tell(at->second, kHandlerFailed);
  pump(std::move(lock), at);
  return which;
}

void Interactions::cancelled(InteractionId id, std::uint64_t generation) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation) return;
  at->second.failed = true;
  tell(at->second, kPluginGone);
  pump(std::move(lock), at);
}

std::optional<Interactions::Which> Interactions::released(InteractionId id,
                                                          std::uint64_t generation) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || at->second.generation != generation) return std::nullopt;
  at->second.released = true;
  // While the handler runs, whether it failed is not known yet.
  const bool unanswered = at->second.returned && settle(at->second, kNoAnswer);
  std::optional<Which> abandoned;
  if (unanswered) abandoned = {at->second.type, at->second.place};
  pump(std::move(lock), at);
  return abandoned;
}

void Interactions::defer_if_unanswered(InteractionId id, bool privately) {
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  at->second.defer_privately = privately;
  defer(at->second);
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
  Pending& pending = at->second;
  pending.released = true;
  if (!std::exchange(pending.returned, true)) {
    // It was in the middle of its handler, whatever it said before.
    pending.failed = true;
    tell(pending, kPluginGone);
  }
  (void)settle(pending, kPluginGone);
  pump(std::move(lock), at);
}

void Interactions::forget_old() {
  Calls calls;
  {
    const Lock lock(mutex_);
    for (auto at = pending_.begin(); at != pending_.end();) {
      const bool over = is_over(at->second);
      if (over) drop_waiting(at->second, calls);
      const bool old = over && !at->second.busy;
      if (old) count_once(at->second);
      at = old ? pending_.erase(at) : std::next(at);
    }
  }
  for (const auto& call : calls) call();
}

bool Interactions::is_over(const Pending& pending) const {
  return clock_.steady_now() - pending.begun >= kTokenLife;
}

void Interactions::count_unsent(const Pending& pending, std::string_view why, std::size_t n) {
  if (n > 0) errors_.with(discord::to_string(pending.type), why).add(n);
}

void Interactions::forget_refusals() {
  const std::lock_guard lock(refusal_mutex_);
  on_refusal_ = nullptr;
}

std::size_t Interactions::pending() const {
  const Lock lock(mutex_);
  return pending_.size();
}

}  // namespace discern::plugin
