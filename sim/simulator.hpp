#pragma once

// Everything put together behind the server's three calls.

#include <chrono>
#include <memory>
#include <optional>

#include "sim/control/control.hpp"
#include "sim/control/scenario.hpp"
#include "sim/life/life.hpp"
#include "sim/net/server.hpp"
#include "sim/options.hpp"
#include "sim/state.hpp"

namespace discern::sim {

class Simulator final : public ServerHandler {
 public:
  struct Addresses {
    std::string url;
    std::string resume_url;
  };
  Simulator(const Options& options,
            const Addresses& addresses,
            std::vector<ScenarioStep> scenario,
            Instant now);

  HttpReply on_request(const HttpRequest& request) override;
  std::unique_ptr<SocketListener> on_socket(GatewaySocket& socket,
                                            const HttpRequest& upgrade) override;
  void on_tick() override;

  // Wall time at the start, carried on by the steady clock.
  Instant now() const;
  Gateway& gateway() { return state_.gateway; }

 private:
  void play_scenario(Instant now);

  Instant wall_start_;
  std::chrono::steady_clock::time_point steady_start_;
  State state_;
  Life life_;
  Control control_;
  Scenario scenario_;
  Instant next_slow_tick_;
};

}  // namespace discern::sim
