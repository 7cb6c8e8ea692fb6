#include "plugin/loop.hpp"

#include <algorithm>

namespace discern::plugin {

std::string_view to_string(WorkKind kind) {
  switch (kind) {
    case WorkKind::Init:
      return "init";
    case WorkKind::Command:
      return "command";
    case WorkKind::Event:
      return "event";
    case WorkKind::Timer:
      return "timer";
    case WorkKind::Route:
      return "route";
    case WorkKind::Response:
      return "response";
    case WorkKind::Host:
      return "host";
  }
  return "unknown";
}

bool Loop::try_post(Work work, Wake wake) {
  work.due = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  if (closed_ || queue_.size() >= limit_) return false;
  queue_.push_back(std::move(work));
  if (wake == Wake::Now || queue_.size() * 2 >= limit_) wake_.notify_one();
  return true;
}

bool Loop::post(Work work) {
  work.due = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  queue_.push_back(std::move(work));
  wake_.notify_one();
  return true;
}

std::uint64_t Loop::start_timer(std::chrono::nanoseconds delay,
                                std::chrono::nanoseconds repeat,
                                Work work) {
  work.due = clock_.steady_now() + std::chrono::duration_cast<SteadyTime::duration>(delay);
  const std::lock_guard lock(mutex_);
  if (closed_) return 0;
  const std::uint64_t id = next_timer_++;
  due_.emplace(work.due, id);
  timers_.emplace(id, Timer{repeat, work.due, std::move(work)});
  wake_.notify_one();
  return id;
}

void Loop::stop_timer(std::uint64_t timer) {
  std::map<std::uint64_t, Timer>::node_type stopped;  // Ends outside of the lock, as in close().
  const std::lock_guard lock(mutex_);
  stopped = timers_.extract(timer);
  if (stopped) due_.erase({stopped.mapped().due, timer});
}

void Loop::close() {
  // Destroyed outside the lock: work may own things that call back into the loop.
  std::deque<Work> dropped;
  std::map<std::uint64_t, Timer> stopped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(queue_);
  stopped.swap(timers_);
  due_.clear();
  wake_.notify_all();
}

void Loop::poke() {
  // With the lock, or a loop that has just read the clock and is about to wait would miss it.
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

std::size_t Loop::timers() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

std::size_t Loop::depth() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

bool Loop::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Loop::run_due_timer(Lock& lock,
                         SteadyTime& now,
                         const std::function<SteadyTime(Work&, SteadyTime)>& run_one) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto [due, id] = *due_.begin();
    const auto found = timers_.find(id);
    if (found == timers_.end()) {
      due_.erase(due_.begin());
      continue;
    }
    // Where this throws for want of memory, nothing has changed yet and the timer stays due.
    Timer timer = found->second.repeat.count() > 0 ? found->second : std::move(found->second);
    auto place = due_.extract(due_.begin());
    if (timer.repeat.count() > 0) {
      // The next run counts from the last one that was due; missed ones are skipped.
      const auto behind = (now - due) / timer.repeat;
      const SteadyTime next =
          due + std::chrono::duration_cast<SteadyTime::duration>(timer.repeat) * (behind + 1);
      found->second.due = next;
      place.value() = {next, id};
      due_.insert(std::move(place));
    } else {
      timers_.erase(found);
    }
    timer.work.due = due;
    lock.unlock();
    now = run_one(timer.work, now);
    timer = {};
    lock.lock();
    return true;
  }
  return false;
}

void Loop::wait(Lock& lock, SteadyTime now) {
  if (due_.empty()) {
    wake_.wait(lock);
  } else {
    wake_.wait_for(lock, std::max(due_.begin()->first - now, SteadyTime::duration::zero()));
  }
}

void Loop::run(const std::function<SteadyTime(Work&, SteadyTime)>& run_one) {
  Lock lock(mutex_);
  SteadyTime now = clock_.steady_now();
  while (!closed_) {
    // One timer, then one work: neither kind can keep the other from running.
    const bool ran_timer = run_due_timer(lock, now, run_one);
    if (closed_) break;
    if (!queue_.empty()) {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      now = run_one(work, now);
      work = {};
      lock.lock();
    } else if (!ran_timer) {
      now = clock_.steady_now();
      if (due_.empty() || due_.begin()->first > now) {
        wait(lock, now);
        now = clock_.steady_now();
      }
    }
  }
}

}  // namespace discern::plugin
