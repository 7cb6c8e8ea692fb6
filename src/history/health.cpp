#include "history/health.hpp"

#include <utility>

namespace discern::history {
namespace {

// Beyond these only the number of the newest is known, and that is enough for a sentence.
constexpr std::size_t kMostTicks = 10'000;

}  // namespace

void Health::suspect(std::string_view found) {
  const std::lock_guard lock(mutex_);
  if (!suspicion_) suspicion_ = std::string(found);
}

std::optional<std::string> Health::take_suspicion() {
  const std::lock_guard lock(mutex_);
  return std::exchange(suspicion_, std::nullopt);
}

bool Health::add_damaged_tick(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  if (ticks_.size() >= kMostTicks || !ticks_.insert(id).second) return false;
  ++damaged_ticks_;
  return true;
}

void Health::forget_damaged_ticks() {
  const std::lock_guard lock(mutex_);
  ticks_.clear();
}

void Health::set(Topic topic, std::string sentence) {
  const std::lock_guard lock(mutex_);
  topics_[static_cast<std::size_t>(topic)] = std::move(sentence);
}

void Health::count_repair() {
  const std::lock_guard lock(mutex_);
  ++repairs_;
}

std::vector<std::string> Health::warnings() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const std::string& topic : topics_) {
    if (!topic.empty()) all.push_back(topic);
  }
  if (!ticks_.empty()) {
    all.push_back(std::to_string(ticks_.size()) +
                  " ticks of history are damaged; charts have gaps there");
  }
  return all;
}

std::uint64_t Health::damaged_ticks() const {
  const std::lock_guard lock(mutex_);
  return damaged_ticks_;
}

std::uint64_t Health::repairs() const {
  const std::lock_guard lock(mutex_);
  return repairs_;
}

}  // namespace discern::history
