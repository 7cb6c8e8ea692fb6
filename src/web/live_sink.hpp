#pragma once

// The pipeline's end of the live stream: turns each live snapshot into a tick, encodes it once and
// hands it to the web thread.

#include <functional>
#include <mutex>

#include "export/seed_json.hpp"
#include "metrics/sink.hpp"
#include "plugin/status.hpp"
#include "web/live_hub.hpp"
#include "web/live_tick.hpp"

namespace discern::web {

class LiveSink final : public metrics::Sink {
 public:
  // `post` runs work on the web thread, where `hub` lives. `plugins` may be null.
  using Post = std::function<void(std::function<void()>)>;
  LiveSink(std::string io_loop, const plugin::StatusSource* plugins, LiveHub& hub, Post post);

  void consume(const metrics::SnapshotPtr& snapshot) override;

  struct Delays {
    double event_loop_ms = 0;
    double api_latency_ms = 0;
  };
  // Of the last tick; from any thread.
  Delays delays() const;

 private:
  LiveTicker ticker_;
  const plugin::StatusSource* plugins_;
  LiveHub& hub_;
  const Post post_;
  mutable std::mutex mutex_;
  Delays delays_;  // Guarded by mutex_.
};

}  // namespace discern::web
