#pragma once

// Every interaction from its arrival to its outcome: who answers, in which order, and by when.
//
// Answers to one interaction reach Discord one after the other, because an edit that overtakes the
// first answer fails. Each interaction is counted once, by type and outcome, when that is decided:
// the handler returned, and there was an answer or can be none.

#include <chrono>
#include <cstdint>
#include <deque>
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
#include "discord/model/dispatch.hpp"
#include "discord/model/rest_port.hpp"
#include "metrics/registry.hpp"
#include "plugin/answer_request.hpp"

namespace discern::plugin {

// Thread-safe; nothing blocks. Made with std::make_shared: requests under way keep it alive.
class Interactions : public std::enable_shared_from_this<Interactions> {
 public:
  Interactions(const Clock& clock, metrics::Registry& registry, discord::RestPort& rest);

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
  // The plugin answers. `done` is called once when Discord took it or did not; not on error.
  // Errors: NotFound (it is over), Limit (20 wait already), Exists and Invalid as in AnswerFsm.
  Result<void> answer(discord::InteractionId id,
                      std::uint64_t generation,
                      Given given,
                      discord::RestDone done);
  // The handler ended; on failure the person is told. True when by this the plugin has left the
  // person without an answer.
  bool handler_returned(discord::InteractionId id, bool failed);
  struct Abandoned {
    discord::InteractionType type{};
    std::string place;
  };
  // The plugin holds it no longer. Which one it was, when by this the plugin has left the person
  // without an answer.
  std::optional<Abandoned> released(discord::InteractionId id, std::uint64_t generation);
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
  struct Outgoing {
    discord::RestRequest request;
    discord::RestDone done;
    bool first = false;
  };
  struct Pending {
    AnswerAddress address;
    discord::InteractionType type{};
    std::string place;
    std::uint64_t generation = 0;
    SteadyTime begun;
    AnswerFsm fsm{discord::InteractionType::Command};
    std::deque<Outgoing> outbox;
    bool busy = false;      // A request is under way.
    bool returned = false;  // The handler ended.
    bool released = false;  // No copy is left in the plugin.
    bool failed = false;
    bool counted = false;
    std::string outcome;  // Set by `refuse`.
  };
  using Lock = std::unique_lock<std::mutex>;
  using Map = std::unordered_map<discord::InteractionId, Pending>;

  std::chrono::nanoseconds age_of(discord::InteractionId id) const;
  Result<void> enqueue(Pending& pending,
                       const AnswerSteps& steps,
                       Given given,
                       discord::RestDone done);
  void give_up(Pending& pending, std::string_view sentence);
  void give_up_on(Lock lock, Map::iterator at);
  bool settle(Pending& pending, std::string_view sentence);
  bool is_over(const Pending& pending) const;
  // Its token is no good any more: takes out what waits, and who is to be told, without the lock.
  void drop_waiting(Pending& pending, std::vector<discord::RestDone>& unsent);
  static void tell_unsent(const std::vector<discord::RestDone>& unsent);
  void count_unsent(const Pending& pending, std::string_view why, std::size_t n);
  // Sends what may be sent, or counts and forgets what is over. Unlocks.
  void pump(Lock lock, Map::iterator at);
  void on_outcome(discord::InteractionId id, bool first, const discord::RestOutcome& outcome);
  void count_first_answer(discord::InteractionId id, const Pending& pending);
  void count_once(Pending& pending);

  const Clock& clock_;
  discord::RestPort& rest_;
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
