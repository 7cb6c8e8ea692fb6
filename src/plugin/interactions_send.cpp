// How answers reach Discord, one after the other, and what becomes of them.

#include "base/log.hpp"
#include "discern/plugin/json.hpp"
#include "plugin/interactions.hpp"

namespace discern::plugin {
namespace {

constexpr std::string_view kTokenEnded = "this interaction is over: 15 minutes passed";
constexpr std::string_view kRefused =
    "The bot's answer was refused by Discord. The operator of the bot can see why.";
constexpr int kAlreadyAcknowledged = 40060;

using discord::InteractionId;
using discord::RestOutcome;

// Discord knows nothing of the interaction any more: no further answer can reach anybody.
bool is_gone(int discord_code) {
  constexpr int kUnknownInteraction = 10062;
  constexpr int kUnknownWebhook = 10015;
  constexpr int kInvalidWebhookToken = 50027;
  return discord_code == kUnknownInteraction || discord_code == kUnknownWebhook ||
         discord_code == kInvalidWebhookToken;
}

std::uint64_t message_id(const std::string& body) {
  return Json(body)["id"].id();
}

// Where there is nothing to defer or to delete any more, that is as good as done.
bool needs_no_request(AnswerKind kind) {
  return kind == AnswerKind::Defer || kind == AnswerKind::Delete ||
         kind == AnswerKind::DeleteFollowUp;
}

bool was_stopped(const RestOutcome& outcome) {
  return !outcome.response.ok() && outcome.response.error().kind == Errc::Closed;
}

}  // namespace

void Interactions::drop_waiting(Pending& pending, Calls& calls) {
  if (pending.current && !pending.busy) {
    // One whose first step was taken.
    pending.outbox.push_front(*std::move(pending.current));
    pending.current.reset();
    pending.steps.clear();
  }
  count_unsent(pending, "expired", pending.outbox.size());
  for (Waiting& waiting : pending.outbox) {
    if (!waiting.done) continue;
    calls.push_back([done = std::move(waiting.done)] {
      done({Error(Errc::Timeout, std::string(kTokenEnded)), 0, 0});
    });
  }
  pending.outbox.clear();
}

bool Interactions::take_next(Pending& pending, Calls& calls) {
  while (pending.steps.empty() && !pending.outbox.empty()) {
    pending.current = std::move(pending.outbox.front());
    pending.outbox.pop_front();
    pending.next = pending.taken;
    const AnswerSteps steps = plan(pending.next, *pending.current);
    pending.steps.assign(steps.begin(), steps.end());
    if (!steps.empty()) break;
    pending.taken = pending.next;
    if (pending.current->done) {
      calls.push_back([done = std::move(pending.current->done),
                       fits = needs_no_request(pending.current->given.kind)] {
        if (fits) return done({discord::RestResponse{204, {}}, 0, 204});
        done({Error(Errc::Refused,
                    "the answer before it was refused, and this one cannot take its place"),
              0,
              0});
      });
    }
    pending.current.reset();
  }
  return !pending.steps.empty();
}

std::function<void()> Interactions::next_request(InteractionId id, Pending& pending) {
  pending.busy = true;
  AnswerStep step = pending.steps.front();
  Given& given = pending.current->given;
  std::uint64_t message = given.follow_up;
  if (pending.stand_in != 0 && step.to == AnswerStep::To::EditOriginal) {
    step.to = AnswerStep::To::EditFollowUp;
    message = pending.stand_in;
  } else if (pending.stand_in != 0 && step.to == AnswerStep::To::DeleteOriginal) {
    step.to = AnswerStep::To::DeleteFollowUp;
    message = pending.stand_in;
  }
  std::vector<discord::RestFile> files;
  if (step.with_content) {
    // Only a first answer that may be there already is sent in another way.
    files = pending.uncertain ? given.files : std::move(given.files);
  }
  auto request = std::make_shared<Result<discord::RestRequest>>(
      make_answer_request(pending.address, step, given.json, std::move(files), message));
  return [this, id, request] {
    // Contract of answer(): the content was checked when it was given.
    if (!*request) return on_outcome(id, {request->error(), 0, 0});
    rest_.send(std::move(**request), [weak = weak_from_this(), id](const RestOutcome& outcome) {
      if (const auto self = weak.lock()) self->on_outcome(id, outcome);
    });
  };
}

void Interactions::pump(Lock lock, Map::iterator at, Calls calls) {
  Pending& pending = at->second;
  if (!pending.busy) {
    if (is_over(pending)) drop_waiting(pending, calls);
    bool more = take_next(pending, calls);
    if (!more && pending.returned && pending.released && pending.refused && !is_over(pending) &&
        !pending.told) {
      pending.failed = true;
      tell(pending, kRefused);
      more = take_next(pending, calls);
    }
    if (more) {
      calls.push_back(next_request(at->first, pending));
    } else {
      if (pending.returned && (pending.released || pending.taken.answered())) count_once(pending);
      if (pending.returned && pending.released) pending_.erase(at);
    }
  }
  lock.unlock();
  for (const auto& call : calls) call();
}

void Interactions::on_outcome(InteractionId id, const RestOutcome& outcome) {
  Calls calls;
  Lock lock(mutex_);
  const auto at = pending_.find(id);
  if (at == pending_.end() || !at->second.busy) return;
  Pending& pending = at->second;
  pending.busy = false;
  const AnswerStep step = pending.steps.front();
  if (outcome.response.ok()) {
    pending.steps.pop_front();
    on_accepted(id, pending, step, *outcome.response);
    if (pending.steps.empty()) pending.taken = pending.next;
  } else if (!on_refused(pending, step, outcome, calls)) {
    pending.steps.clear();
  }
  if (pending.steps.empty()) {
    if (pending.current->done) {
      calls.push_back([done = std::move(pending.current->done), outcome] { done(outcome); });
    }
    pending.current.reset();
  }
  pump(std::move(lock), at, std::move(calls));
}

void Interactions::on_accepted(InteractionId id,
                               Pending& pending,
                               const AnswerStep& step,
                               const discord::RestResponse& response) {
  if (step.to == AnswerStep::To::Callback) {
    count_first_answer(id, pending);
    pending.uncertain = false;
  }
  if (step.to == AnswerStep::To::DeleteOriginal && !pending.steps.empty()) {
    pending.taken.original_is_gone();
    pending.next.original_is_gone();
    pending.planned.original_is_gone();
  } else if (step.to == AnswerStep::To::FollowUp && pending.taken.is_original_gone() &&
             pending.stand_in == 0) {
    pending.stand_in = message_id(response.body);
  }
  if (step.with_content && pending.current->by == By::Plugin) pending.refused = false;
}

bool Interactions::on_refused(Pending& pending,
                              const AnswerStep& step,
                              const RestOutcome& outcome,
                              Calls& calls) {
  const bool first = step.to == AnswerStep::To::Callback;
  const int code = outcome.discord_code;
  if (first && code == kAlreadyAcknowledged && std::exchange(pending.uncertain, false)) {
    pending.taken.assume_acknowledged();
    pending.next = pending.taken;
    const AnswerSteps steps = plan(pending.next, *pending.current);
    pending.steps.assign(steps.begin(), steps.end());
    if (!steps.empty()) return true;
  }
  const bool stopped = was_stopped(outcome);
  errors_.with(discord::to_string(pending.type), std::to_string(code)).add();
  if (first && !stopped && (outcome.status == 0 || outcome.status >= 500)) {
    pending.uncertain = true;
  }
  pending.gone =
      pending.gone || stopped || is_gone(code) || (first && code == kAlreadyAcknowledged);
  const std::string& text = outcome.response.error().text;
  if (pending.current->by != By::Plugin || pending.generation == 0) {
    log::warn("plugin",
              "the host's own answer to {} \"{}\" was not accepted: {}",
              discord::to_string(pending.type),
              pending.place,
              text);
  } else if (step.with_content && !stopped) {
    pending.refused = !pending.gone;
    calls.push_back(
        [this, refusal = Refusal{pending.address.plugin, pending.type, pending.place, code, text}] {
          const std::lock_guard hold(refusal_mutex_);
          if (on_refusal_) on_refusal_(refusal);
        });
  } else {
    log::warn("plugin",
              "an answer of plugin \"{}\" to {} \"{}\" was not accepted: {}",
              pending.address.plugin,
              discord::to_string(pending.type),
              pending.place,
              text);
  }
  // What comes after it is planned from what Discord has taken.
  pending.planned = pending.taken;
  for (const Waiting& waiting : pending.outbox) (void)plan(pending.planned, waiting);
  const bool over = pending.returned && pending.released;
  const bool retry = pending.current->by == By::Plugin && !over && !pending.gone;
  if (pending.defer_privately && retry) defer(pending);
  return false;
}

void Interactions::count_first_answer(InteractionId id, const Pending& pending) {
  const std::string_view type = discord::to_string(pending.type);
  const bool by_host = pending.generation == 0 || pending.current->by != By::Plugin;
  acknowledged_.with(type, by_host ? "host" : "plugin").add();
  ack_.with(type).observe(age_of(id));
}

void Interactions::count_once(Pending& pending) {
  if (pending.counted) return;
  pending.counted = true;
  if (pending.outcome.empty()) {
    if (pending.failed || !pending.taken.answered()) {
      pending.outcome = "failed";
    } else {
      pending.outcome = pending.taken.deferred_by_host() ? "late" : "done";
    }
  }
  count(pending.type, pending.outcome);
}

}  // namespace discern::plugin
