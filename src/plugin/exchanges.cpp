#include "plugin/exchanges.hpp"

#include <utility>
#include <vector>

namespace discern::plugin {
namespace {

RouteResponse failure(int status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n"};
}

}  // namespace

std::uint64_t Exchanges::open(std::uint64_t generation, RouteDone done) {
  const SteadyTime now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_++;
  open_.emplace(id, Open{generation, now, std::move(done)});
  return id;
}

// Generation 0 stands for any.
RouteDone Exchanges::take(std::uint64_t id, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  if (found == open_.end()) return nullptr;
  if (generation != 0 && found->second.generation != generation) return nullptr;
  RouteDone done = std::move(found->second.done);
  open_.erase(found);
  return done;
}

bool Exchanges::answer(std::uint64_t id, std::uint64_t generation, RouteResponse response) {
  const RouteDone done = take(id, generation);
  if (done) done(std::move(response));
  return done != nullptr;
}

void Exchanges::fail(std::uint64_t id, int status, const std::string& text) {
  if (const RouteDone done = take(id, 0)) done(failure(status, text));
}

void Exchanges::fail_all_of(std::uint64_t generation, int status, const std::string& text) {
  std::vector<std::uint64_t> held;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, open] : open_) {
      if (open.generation == generation) held.push_back(id);
    }
  }
  for (const std::uint64_t id : held) fail(id, status, text);
}

void Exchanges::expire(std::chrono::nanoseconds limit) {
  const SteadyTime oldest =
      clock_.steady_now() - std::chrono::duration_cast<SteadyTime::duration>(limit);
  std::vector<std::uint64_t> late;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, open] : open_) {
      if (open.since <= oldest) late.push_back(id);
    }
  }
  for (const std::uint64_t id : late) fail(id, 504, "the plugin did not answer in time");
}

}  // namespace discern::plugin
