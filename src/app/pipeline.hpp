#pragma once

// The tick: collect, snapshot, each sink, in that order, on the pipeline thread.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "metrics/own_cost.hpp"
#include "metrics/registry.hpp"
#include "metrics/sink.hpp"

namespace discern::app {

// Whether a history tick has the sessions that belong to its totals. Totals that are ahead of the
// sessions would have the replay of a resume counted twice, so the two never part on disk.
enum class Cut : std::uint8_t {
  Taken,
  // The gateway's thread has not answered for long: the sessions must be forgotten with this tick.
  Lost,
};

// What the pipeline calls; all on its thread.
struct PipelineStages {
  // Producers publish what only they can read.
  std::function<void()> collect;
  // One ordered cut: copies the gateway thread's cells and its sessions at one instant. False when
  // the gateway did not answer in time; then the history tick waits for the next live one.
  std::function<bool(metrics::slab::Latch&)> cut;
  // Every live tick.
  metrics::Sink* live = nullptr;
  // Marks of a live tick that is not written; they must reach the disk with the next one.
  std::function<void(std::span<const metrics::Event>)> note;
  // Every history tick: the snapshot and what the cut says of the sessions, in one transaction.
  std::function<Result<void>(const metrics::Snapshot&, Cut cut)> commit;
  // metrics.json; empty when switched off.
  std::function<Result<void>(const metrics::Snapshot&)> backup;
};

struct PipelineIntervals {
  std::chrono::milliseconds live{1000};
  std::chrono::milliseconds history{10000};
  std::chrono::milliseconds backup{300000};
};

class Pipeline {
 public:
  Pipeline(metrics::Registry& registry,
           const Clock& clock,
           PipelineStages stages,
           PipelineIntervals intervals);
  ~Pipeline();

  // The first tick comes at once: a page opened in the first second finds numbers. Errors: Limit
  // (no thread).
  Result<void> start();
  // Writes a history tick now and returns when it is written, or has failed. Not after stop().
  void save();
  // Writes a last history tick and the backup, then ends the thread. Safe to call twice.
  void stop();

  // The next tick comes at once and is a history tick. Any thread.
  void hurry();

  // One tick now; for `start`'s thread and for tests.
  void tick(SteadyTime now, bool last = false);

 private:
  void run();
  void fail(std::string_view part, const Error& error);
  // What to write of this tick; nothing: it is no history tick.
  std::optional<Cut> take_cut(SteadyTime now, bool last);
  void write_history(const metrics::Snapshot& snapshot, SteadyTime now, Cut cut);
  template <class Work>
  void timed(std::string_view part, Work&& work);

  metrics::Registry& registry_;
  const Clock& clock_;
  const PipelineStages stages_;
  const PipelineIntervals intervals_;
  metrics::Family<metrics::Histogram>& duration_;
  metrics::Family<metrics::Counter>& failures_;
  const metrics::OwnCost own_cost_;

  SteadyTime next_history_{};
  SteadyTime next_backup_{};
  metrics::slab::Latch latch_;
  bool history_failing_ = false;
  std::optional<SteadyTime> uncut_since_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool hurried_ = false;
  bool stopping_ = false;
  std::uint64_t saves_asked_ = 0;
  std::uint64_t saves_done_ = 0;
  std::condition_variable saved_;
  std::thread thread_;
  // The thread's alone.
  SteadyTime next_{};
};

}  // namespace discern::app
