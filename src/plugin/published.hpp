#pragma once

// A value that one thread replaces now and then and others read all the time.

#include <memory>
#include <mutex>
#include <utility>

namespace discern::plugin {

// Thread-safe. Readers wait for the copy of a pointer and for nothing else; what they got stays as
// it was. A mutex, because libstdc++ 12's atomic<shared_ptr> is a lock of its own that the thread
// sanitizer does not understand.
template <class Value>
class Published {
 public:
  std::shared_ptr<const Value> read() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void write(std::shared_ptr<const Value> value) {
    // The old value ends outside of the lock: it may own much.
    const std::lock_guard lock(mutex_);
    value_.swap(value);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Value> value_ =
      std::make_shared<Value>();  // Guarded by mutex_; never null.
};

}  // namespace discern::plugin
