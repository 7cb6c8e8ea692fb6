#include "app/pipeline.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

namespace catalogue = metrics::catalogue;

// A gateway thread that is stuck for longer has lost its sessions at Discord as well, by heartbeats
// that it missed; history must not stand still with it.
constexpr std::chrono::seconds kCutPatience{60};

}  // namespace

Pipeline::Pipeline(metrics::Registry& registry,
                   const Clock& clock,
                   PipelineStages stages,
                   PipelineIntervals intervals)
    : registry_(registry),
      clock_(clock),
      stages_(std::move(stages)),
      intervals_(intervals),
      duration_(registry.histograms(catalogue::kTickDuration)),
      failures_(registry.counters(catalogue::kTickFailures)),
      own_cost_(registry) {
  const SteadyTime now = clock.steady_now();
  next_history_ = now + intervals.history;
  next_backup_ = now + intervals.backup;
}

Pipeline::~Pipeline() {
  stop();
}

void Pipeline::start() {
  thread_ = std::thread([this] { run(); });
}

void Pipeline::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
}

void Pipeline::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurried_ = true;
  }
  wake_.notify_all();
}

void Pipeline::run() {
  set_thread_name("pipeline");
  SteadyTime next = clock_.steady_now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool hurried = std::exchange(hurried_, false);
    lock.unlock();
    const SteadyTime now = clock_.steady_now();
    if (hurried) next_history_ = now;
    tick(now);
    // Ticks that were missed (a slow disk, a suspended machine) are not made up for.
    while (next <= clock_.steady_now()) next += intervals_.live;
    lock.lock();
    wake_.wait_until(lock, next, [&] { return stopping_ || hurried_; });
  }
  lock.unlock();
  tick(clock_.steady_now(), true);
}

template <class Work>
void Pipeline::timed(std::string_view part, Work&& work) {
  const SteadyTime begin = clock_.steady_now();
  // The fence: a bug in one part of one tick must not end the bot.
  try {
    work();
  } catch (const std::exception& error) {
    fail(part, Error(Errc::Internal, error.what()));
  }
  duration_.with(part).observe(clock_.steady_now() - begin);
}

void Pipeline::fail(std::string_view part, const Error& error) {
  failures_.with(part).add();
  log::error("pipeline", "{} failed, the next tick tries again: {}", part, error.text);
}

void Pipeline::tick(SteadyTime now, bool last) {
  timed("collect", [&] {
    stages_.collect();
    own_cost_.update();
  });
  const std::optional<Cut> cut = take_cut(now, last);

  metrics::SnapshotPtr snapshot;
  timed("snapshot", [&] {
    snapshot = registry_.snapshot(clock_.system_now(), now, cut == Cut::Taken ? &latch_ : nullptr);
  });
  if (!snapshot) return;
  // From here on nobody reads a live counter.

  if (stages_.live != nullptr) timed("live", [&] { stages_.live->consume(snapshot); });

  if (cut) {
    write_history(*snapshot, now, *cut);
  } else {
    stages_.note(snapshot->events());
  }
  if (stages_.backup && (last || now >= next_backup_)) {
    while (next_backup_ <= now) next_backup_ += intervals_.backup;
    timed("backup", [&] {
      if (auto done = stages_.backup(*snapshot); !done) fail("backup", done.error());
    });
  }
}

std::optional<Cut> Pipeline::take_cut(SteadyTime now, bool last) {
  if (!last && now < next_history_) return std::nullopt;
  if (stages_.cut(latch_)) {
    uncut_since_.reset();
    return Cut::Taken;
  }
  if (!uncut_since_) uncut_since_ = now;
  if (last || now - *uncut_since_ >= kCutPatience) return Cut::Lost;
  return std::nullopt;
}

void Pipeline::write_history(const metrics::Snapshot& snapshot, SteadyTime now, Cut cut) {
  while (next_history_ <= now) next_history_ += intervals_.history;
  timed("history", [&] {
    const bool failed_before = std::exchange(history_failing_, true);
    if (auto done = stages_.commit(snapshot, cut); !done) return fail("history", done.error());
    if (failed_before) log::info("pipeline", "history is written again");
    history_failing_ = false;
  });
}

}  // namespace discern::app
