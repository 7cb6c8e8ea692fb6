#pragma once

// Time as a dependency, so that tests own it.

#include <time.h>

#include <chrono>
#include <mutex>

namespace discern {

using SteadyTime = std::chrono::steady_clock::time_point;
using SystemTime = std::chrono::system_clock::time_point;

// Seconds since the Unix epoch, as they cross every edge (JSON, SQL, text formats).
inline double epoch_seconds(SystemTime t) {
  return std::chrono::duration<double>(t.time_since_epoch()).count();
}
// Milliseconds since the Unix epoch.
inline std::int64_t epoch_ms(SystemTime t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}
inline SystemTime from_epoch_ms(std::int64_t ms) {
  return SystemTime(std::chrono::milliseconds(ms));
}
inline double seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

// Safe to call from every thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;
  virtual SystemTime system_now() const = 0;
  // Time since some moment in the past; goes on while the machine sleeps, and nobody sets it.
  virtual std::chrono::nanoseconds boot_now() const { return steady_now().time_since_epoch(); }
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  SystemTime system_now() const override { return std::chrono::system_clock::now(); }
  std::chrono::nanoseconds boot_now() const override {
    timespec now{};
    if (::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return Clock::boot_now();
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  }
};

// When something began, on the wall clock. A clock that is set right later, such as one that began
// in 1970, sets this right too.
class Since {
 public:
  explicit Since(const Clock& clock)
      : clock_(clock), boot_(clock.boot_now()), shown_(clock.system_now()) {}

  // Does not follow what a time service corrects all the time: the value is that of a second ago
  // unless it is off by more.
  SystemTime now() {
    const SystemTime derived =
        clock_.system_now() -
        std::chrono::duration_cast<SystemTime::duration>(clock_.boot_now() - boot_);
    if (std::chrono::abs(derived - shown_) > std::chrono::seconds(1)) shown_ = derived;
    return shown_;
  }

 private:
  const Clock& clock_;
  const std::chrono::nanoseconds boot_;
  SystemTime shown_;
};

// Moves only when told to. Starts at 2026-01-01T00:00:00Z.
class ManualClock final : public Clock {
 public:
  SteadyTime steady_now() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  SystemTime system_now() const override {
    const std::lock_guard lock(mutex_);
    return system_;
  }
  void advance(std::chrono::nanoseconds by) {
    const std::lock_guard lock(mutex_);
    steady_ += std::chrono::duration_cast<SteadyTime::duration>(by);
    system_ += std::chrono::duration_cast<SystemTime::duration>(by);
  }
  // The wall clock alone, as when somebody sets it.
  void set_ahead(std::chrono::nanoseconds by) {
    const std::lock_guard lock(mutex_);
    system_ += std::chrono::duration_cast<SystemTime::duration>(by);
  }

 private:
  mutable std::mutex mutex_;
  SteadyTime steady_{std::chrono::hours(1)};
  SystemTime system_{std::chrono::seconds(1767225600)};
};

}  // namespace discern
