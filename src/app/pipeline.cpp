#include "app/pipeline.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/thread.hpp"
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

Result<void> Pipeline::start() {
  next_ = clock_.steady_now();
  auto thread = start_thread("pipeline", [this] { run(); });
  if (!thread) return std::move(thread).error();
  thread_ = *std::move(thread);
  return {};
}

void Pipeline::save() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  const std::uint64_t mine = ++saves_asked_;
  wake_.notify_all();
  saved_.wait(lock, [&] { return saves_done_ >= mine; });
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
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t asked = saves_asked_;
    const bool hurried = std::exchange(hurried_, false) || asked > saves_done_;
    lock.unlock();
    const SteadyTime now = clock_.steady_now();
    if (hurried) next_history_ = now;
    tick(now);
    // Ticks that were missed (a slow disk, a suspended machine) are not made up for.
    while (next_ <= clock_.steady_now()) next_ += intervals_.live;
    lock.lock();
    saves_done_ = asked;
    saved_.notify_all();
    wake_.wait_until(
        lock, next_, [&] { return stopping_ || hurried_ || saves_asked_ > saves_done_; });
  }
  saves_done_ = saves_asked_;
  saved_.notify_all();
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
    fenced("the pipeline", [&] { fail(part, Error(Errc::Internal, error.what())); });
  }
  fenced("the pipeline", [&] { duration_.with(part).observe(clock_.steady_now() - begin); });
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
  // Not an optional: GCC 12 takes one that a fence assigns for uninitialized.
  bool is_cut = false;
  Cut cut = Cut::Lost;
  fenced("the cut of a tick", [&] {
    const std::optional<Cut> taken = take_cut(now, last);
    is_cut = taken.has_value();
    cut = taken.value_or(Cut::Lost);
  });

  metrics::SnapshotPtr snapshot;
  timed("snapshot", [&] {
    snapshot = registry_.snapshot(
        clock_.system_now(), now, is_cut && cut == Cut::Taken ? &latch_ : nullptr);
  });
  if (!snapshot) return;
  // From here on nobody reads a live counter.

  if (stages_.live != nullptr) timed("live", [&] { stages_.live->consume(snapshot); });

  if (is_cut) {
    write_history(*snapshot, now, cut);
  } else {
    fenced("the marks of a tick", [&] { stages_.note(snapshot->events()); });
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
    if (auto done = stages_.commit(snapshot, cut); !done) {
      // A damaged database was replaced: what it lacks yet, such as the guilds, comes at once.
      if (done.error().kind == Errc::Corrupt) next_history_ = now;
      return fail("history", done.error());
    }
    if (failed_before) log::info("pipeline", "history is written again");
    history_failing_ = false;
  });
}

}  // namespace discern::app
