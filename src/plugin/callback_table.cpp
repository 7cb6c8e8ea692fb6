#include "plugin/callback_table.hpp"

#include <vector>

namespace discern::plugin {
namespace {

void release(const discern_callback& callback) noexcept {
  if (callback.release == nullptr) return;
  try {
    callback.release(callback.context);
  } catch (...) {
    // A destructor that throws has nothing left to tell us; the callback is gone either way.
  }
}

}  // namespace

std::uint64_t CallbackTable::add(const discern_callback& callback) {
  const std::lock_guard lock(mutex_);
  if (closed_ || entries_.size() >= kMost) return 0;
  const std::uint64_t id = next_++;
  entries_[id].callback = callback;
  return id;
}

bool CallbackTable::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void CallbackTable::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) found->second.removed = true;
}

std::optional<discern_callback> CallbackTable::take_back(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  const discern_callback callback = found->second.callback;
  entries_.erase(found);
  return callback;
}

std::optional<std::int32_t> CallbackTable::call(std::uint64_t id,
                                                const void* message,
                                                discern_failure* failure) {
  Entry* entry = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.removed) return std::nullopt;
    entry = &found->second;
    ++entry->running;
  }
  struct Leave {
    ~Leave() {
      const std::lock_guard lock(mutex);
      --entry->running;
    }
    std::mutex& mutex;
    Entry* entry;
  };
  const Leave leave{mutex_, entry};
  return entry->callback.run(entry->callback.context, message, failure);
}

void CallbackTable::sweep() {
  std::vector<discern_callback> done;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& item) {
      if (!item.second.removed || item.second.running > 0) return false;
      done.push_back(item.second.callback);
      return true;
    });
  }
  for (const discern_callback& callback : done) release(callback);
}

void CallbackTable::close() {
  std::map<std::uint64_t, Entry> all;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    all.swap(entries_);
  }
  for (const auto& [id, entry] : all) release(entry.callback);
}

}  // namespace discern::plugin
