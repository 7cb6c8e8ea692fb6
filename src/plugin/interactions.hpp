#pragma once

// Every interaction from its arrival to its outcome: who answers, in which order, and by when.
//
// Answers to one interaction reach Discord one after the other, because an edit that overtakes the
// first answer fails. Each interaction is counted once, by type and outcome, when that is decided:
// the handler returned, and there was an answer or can be none.
//
// An answer that Discord refuses changes nothing at Discord, so it changes nothing here: what comes
// after it is planned from what Discord has taken. If nothing comes, the person is told.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "discord/model/discord_clock.hpp"
#include "discord/model/dispatch.hpp"
#include "discord/model/rest_port.hpp"
#include "metrics/registry.hpp"
#include "plugin/answer_request.hpp"

namespace discern::plugin {

// Thread-safe; nothing blocks. Made with std::make_shared: requests under way keep it alive.
class Interactions : public std::enable_shared_from_this<Interactions> {
 public:
  // An answer of a plugin that Discord did not accept.
  struct Refusal {
    std::string plugin;
    discord::InteractionType type{};
    std::string place;
    int discord_code = 0;
    std::string text;
  };
  // Called on the thread that brings Discord's answer; must not call back.
  using OnRefusal = std::function<void(const Refusal&)>;

  // Without a clock of Discord's, ages are what `clock` says.
  Interactions(const Clock& clock,
               metrics::Registry& registry,
               discord::RestPort& rest,
               const discord::DiscordClock* discord_clock = nullptr,
               OnRefusal on_refusal = nullptr);

  // Refusals are not reported any more: who wanted to know ends.
  void forget_refusals();

  // Counts one that is not handed to anybody and gets no answer.
  void count(discord::InteractionType type, std::string_view outcome);

  // Counts one as received, however it ends. False when it came before: Discord may deliver an
  // event twice, and a command must not run twice.
  bool receive(const discord::InteractionHead& head);
  // `generation` is who may answer it, or 0 for the host alone; `place` what it is counted as.
  void begin(const discord::InteractionHead& head,
             std::string plugin,
             std::uint64_t generation,
             std::string place);
  // The host answers with a sentence; the outcome is what the caller says.
  void refuse(discord::InteractionId id, std::string_view outcome, std::string_view sentence);

  struct Given {
    AnswerKind kind{};
    bool ephemeral = false;
    std::string json;
    std::vector<discord::RestFile> files;
    std::uint64_t follow_up = 0;  // The one to edit or delete.
  };
  // The plugin answers. `done` is called once when Discord took it or did not; not on error. After
  // an answer that Discord refused, the next one takes its place.
  // Errors: NotFound (it is over), Limit (20 wait already), Exists and Invalid as in AnswerFsm.
  Result<void> answer(discord::InteractionId id,
                      std::uint64_t generation,
                      Given given,
                      discord::RestDone done);
  // The handler ended; on failure the person is told. True when by this the plugin has left the
  // person without an answer.
  bool handler_returned(discord::InteractionId id, bool failed);
  struct Which {
    discord::InteractionType type{};
    std::string place;
  };
  // A coroutine of its handler failed after the handler returned: the person is told. Which one it
  // was; nothing when it is over.
  std::optional<Which> failed(discord::InteractionId id, std::uint64_t generation);
  // A coroutine of its handler is given up because the plugin stops: the person is told.
  void cancelled(discord::InteractionId id, std::uint64_t generation);
  // The plugin holds it no longer. Which one it was, when by this the plugin has left the person
  // without an answer.
  std::optional<Which> released(discord::InteractionId id, std::uint64_t generation);
  // The same when the plugin is stopped: the person is told that, and it is nobody's failure.
  void released_at_end(discord::InteractionId id, std::uint64_t generation);
  // Two seconds have passed.
  void defer_if_unanswered(discord::InteractionId id, bool privately);
  // The generation is gone: nobody will answer what it held.
  void give_up_on(std::uint64_t generation);
  // Discord forgets interactions after 15 minutes, and so do we; what still waits is not sent.
  void forget_old();
  std::size_t pending() const;

 private:
  enum class By : std::uint8_t { Plugin, Deferral, Sentence };
  // One answer: of the plugin, or of the host in its place.
  struct Waiting {
    By by = By::Plugin;
    Given given;
    discord::RestDone done;
  };
  struct Pending {
    AnswerAddress address;
    discord::InteractionType type{};
    std::string place;
    std::uint64_t generation = 0;
    SteadyTime begun;
    // What Discord has taken, and what it will have taken when it takes all that waits.
    AnswerFsm taken{discord::InteractionType::Command};
    AnswerFsm planned{discord::InteractionType::Command};
    std::deque<Waiting> outbox;
    // The answer whose turn it is: its steps that are left, the first of them under way when busy,
    // and what Discord will have taken after the last.
    std::optional<Waiting> current;
    std::deque<AnswerStep> steps;
    AnswerFsm next{discord::InteractionType::Command};
    bool busy = false;
    bool returned = false;  // The handler ended.
    bool released = false;  // No copy is left in the plugin.
    bool failed = false;
    bool counted = false;
    bool told = false;     // The host said its sentence.
    bool refused = false;  // Discord did not take the plugin's last words.
    bool gone = false;     // No answer can reach the person any more.
    // The follow-up that took the original's place.
    std::uint64_t stand_in = 0;
    bool uncertain = false;               // Whether Discord has a first answer is not known.
    std::optional<bool> defer_privately;  // Set when two seconds have passed.
    std::string outcome;                  // Set by `refuse`.
  };
  using Lock = std::unique_lock<std::mutex>;
  using Map = std::unordered_map<discord::InteractionId, Pending>;
  // What is called when the lock is given up.
  using Calls = std::vector<std::function<void()>>;

  std::chrono::nanoseconds age_of(discord::InteractionId id) const;
  static AnswerSteps plan(AnswerFsm& fsm, const Waiting& waiting);
  void tell(Pending& pending, std::string_view sentence);
  void defer(Pending& pending);
  void give_up_on(Lock lock, Map::iterator at);
  bool settle(Pending& pending, std::string_view sentence);
  bool is_over(const Pending& pending) const;
  // Its token is no good any more: takes out what waits.
  void drop_waiting(Pending& pending, Calls& calls);
  void count_unsent(const Pending& pending, std::string_view why, std::size_t n);
  // Sends what may be sent, or counts and forgets what is over. Unlocks.
  void pump(Lock lock, Map::iterator at, Calls calls = {});
  // Makes the steps of the next answer; false when nothing is left to send.
  bool take_next(Pending& pending, Calls& calls);
  // The request of the step whose turn it is, to be sent without the lock.
  std::function<void()> next_request(discord::InteractionId id, Pending& pending);
  void on_outcome(discord::InteractionId id, const discord::RestOutcome& outcome);
  void on_accepted(discord::InteractionId id,
                   Pending& pending,
                   const AnswerStep& step,
                   const discord::RestResponse& response);
  // True when the same answer is tried in another way.
  bool on_refused(Pending& pending,
                  const AnswerStep& step,
                  const discord::RestOutcome& outcome,
                  Calls& calls);
  void count_first_answer(discord::InteractionId id, const Pending& pending);
  void count_once(Pending& pending);

  const Clock& clock_;
  discord::RestPort& rest_;
  const discord::DiscordClock* const discord_clock_;
  std::mutex refusal_mutex_;
  OnRefusal on_refusal_;  // Guarded by refusal_mutex_.
  metrics::Family<metrics::Counter>& received_;
  metrics::Family<metrics::Histogram>& arrival_;
  metrics::Family<metrics::Counter>& acknowledged_;
  metrics::Family<metrics::Histogram>& ack_;
  metrics::Family<metrics::Counter>& outcomes_;
  metrics::Family<metrics::Counter>& errors_;
  mutable std::mutex mutex_;
  Map pending_;  // Guarded by mutex_, as are those below.
  // Those of the last seconds, by arrival, for telling a second delivery.
  std::deque<std::pair<SteadyTime, discord::InteractionId>> recent_;
  std::unordered_set<discord::InteractionId> recent_ids_;
};

}  // namespace discern::plugin
