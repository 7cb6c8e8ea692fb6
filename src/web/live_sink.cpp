#include "web/live_sink.hpp"

#include <cmath>

#include "base/log.hpp"

namespace discern::web {
namespace {

double value_of(const LiveTick& tick, std::string_view key) {
  for (std::size_t i = 0; i < kLiveSeries.size(); ++i) {
    if (kLiveSeries[i].key == key) return std::isnan(tick.values[i]) ? 0 : tick.values[i];
  }
  return 0;
}

}  // namespace

LiveSink::LiveSink(std::string io_loop,
                   const plugin::StatusSource* plugins,
                   LiveHub& hub,
                   Post post)
    : ticker_(std::move(io_loop)), plugins_(plugins), hub_(hub), post_(std::move(post)) {}

void LiveSink::consume(const metrics::SnapshotPtr& snapshot) {
  // A sink does not throw; a tick that failed is a gap of one second.
  try {
    LiveTick tick = ticker_.step(
        *snapshot, plugins_ ? plugins_->plugins() : std::vector<plugin::PluginStatus>());
    {
      const std::lock_guard lock(mutex_);
      delays_ = {value_of(tick, "loop_delay"), value_of(tick, "api_latency")};
    }
    auto event = std::make_shared<std::string>();
    append_event(*event, tick);
    post_([this, snapshot, tick = std::move(tick), event = std::move(event)]() mutable {
      hub_.on_tick(snapshot, std::move(tick), std::move(event));
    });
  } catch (const std::exception& e) {
    log::error("web", "a live tick failed: {}", e.what());
  }
}

LiveSink::Delays LiveSink::delays() const {
  const std::lock_guard lock(mutex_);
  return delays_;
}

}  // namespace discern::web
