#include "collect/loop_probe.hpp"

#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

// Shared with the work that is under way, which may outlive the prober.
struct Ping {
  std::atomic<bool> pending{false};
};

}  // namespace

struct LoopProber::Loop {
  Post post;
  metrics::Histogram delay;
  metrics::Gauge stall;
  std::shared_ptr<Ping> ping = std::make_shared<Ping>();
  SteadyTime sent{};
};

LoopProber::LoopProber(metrics::Registry& registry, const Clock& clock)
    : clock_(clock), registry_(registry) {}
LoopProber::~LoopProber() = default;

void LoopProber::add(std::string_view name, Post post) {
  auto loop = std::make_unique<Loop>();
  loop->post = std::move(post);
  loop->delay = registry_.histogram(metrics::catalogue::kLoopDelay, name);
  loop->stall = registry_.gauge(metrics::catalogue::kLoopStall, name);
  loops_.push_back(std::move(loop));
}

void LoopProber::ping() {
  for (const auto& loop : loops_) {
    const SteadyTime now = clock_.steady_now();
    if (loop->ping->pending.load(std::memory_order_acquire)) {
      loop->stall.set(seconds(now - loop->sent));
      continue;
    }
    loop->stall.set(0);
    loop->sent = now;
    loop->ping->pending.store(true, std::memory_order_release);
    loop->post([ping = loop->ping, delay = loop->delay, now, &clock = clock_] {
      delay.observe(clock.steady_now() - now);
      ping->pending.store(false, std::memory_order_release);
    });
  }
}

}  // namespace discern::collect
