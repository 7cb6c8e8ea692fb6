#pragma once

// Time as a dependency, so that tests own it.

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
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  SystemTime system_now() const override { return std::chrono::system_clock::now(); }
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
