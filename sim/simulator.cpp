#include "sim/simulator.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "sim/control/control_api.hpp"
#include "sim/rest/rest_api.hpp"

namespace discern::sim {
namespace {

GatewaySettings settings_of(const Options& options, const Simulator::Addresses& addresses) {
  GatewaySettings settings;
  settings.heartbeat_interval = Millis{options.heartbeat_ms};
  settings.session_ttl = Millis{options.session_ttl_ms};
  settings.recommended_shards = options.shards != 0
                                    ? options.shards
                                    : static_cast<std::uint32_t>((options.guilds + 999) / 1000);
  settings.url = addresses.url;
  settings.resume_url = addresses.resume_url;
  settings.identify.max_concurrency = options.max_concurrency;
  settings.identify.interval = Millis{options.identify_interval_ms};
  return settings;
}

// One WebSocket, with the gateway's half of it.
class Listener final : public SocketListener {
 public:
  Listener(Simulator& simulator, Connection& connection)
      : simulator_(simulator), connection_(connection) {}

  void on_message(std::string_view message) override {
    connection_.on_message(message, simulator_.now());
  }
  void on_drained() override { connection_.pump(simulator_.now()); }
  void on_closed(std::uint16_t code) override {
    simulator_.gateway().closed(connection_, code, simulator_.now());
  }

 private:
  Simulator& simulator_;
  Connection& connection_;
};

// A connection that asked for what Discord does not offer.
class Refused final : public SocketListener {
  void on_message(std::string_view) override {}
  void on_drained() override {}
  void on_closed(std::uint16_t) override {}
};

}  // namespace

Simulator::Simulator(const Options& options,
                     const Addresses& addresses,
                     std::vector<ScenarioStep> scenario,
                     Instant now)
    : wall_start_(now),
      steady_start_(std::chrono::steady_clock::now()),
      state_({options.seed, options.guilds}, settings_of(options, addresses), now),
      life_(state_, {options.rate, std::chrono::seconds{options.day_s}, options.same_guilds}, now),
      control_(state_, life_),
      scenario_(std::move(scenario), now),
      next_slow_tick_(now) {
  state_.rest.latency_median = Millis{options.latency_ms};
  state_.rest.fault_rate = options.fault_rate;
  state_.complaints = Complaints([](std::string_view kind, std::string_view text) {
    fmt::print(stderr, "COMPLAINT [{}] {}\n", kind, text);
  });
}

Instant Simulator::now() const {
  return wall_start_ + std::chrono::floor<Millis>(std::chrono::steady_clock::now() - steady_start_);
}

HttpReply Simulator::on_request(const HttpRequest& request) {
  const std::string_view path = request.path();
  if (path.starts_with("/_sim/")) return handle_control(control_, request, now());
  if (path.starts_with("/api")) {
    HttpReply reply = handle_rest(state_, request, now());
    reply.headers.emplace_back("Date", http_date(now()));
    return reply;
  }
  HttpReply reply;
  reply.status = 404;
  reply.content_type = "text/plain";
  reply.body = "A simulated Discord: REST below /api/v10, control below /_sim/.\n";
  return reply;
}

std::unique_ptr<SocketListener> Simulator::on_socket(GatewaySocket& socket,
                                                     const HttpRequest& upgrade) {
  const auto compression = parse_compression(query_value(upgrade.query(), "compress"));
  if (query_value(upgrade.query(), "v") != "10") {
    state_.complaints.add(now(), "gateway_version", "a gateway connection without v=10");
    socket.close(close_code::kInvalidApiVersion, close_reason(close_code::kInvalidApiVersion));
    return std::make_unique<Refused>();
  }
  if (query_value(upgrade.query(), "encoding") != "json" || !compression) {
    state_.complaints.add(now(), "gateway_encoding", "an encoding or compression we do not have");
    socket.close(close_code::kDecodeError, close_reason(close_code::kDecodeError));
    return std::make_unique<Refused>();
  }
  const bool resuming = ("ws://" + upgrade.host) == state_.gateway.settings().resume_url;
  Connection& connection = state_.gateway.open(socket, {*compression, resuming}, now());
  return std::make_unique<Listener>(*this, connection);
}

void Simulator::on_tick() {
  const Instant at = now();
  play_scenario(at);
  control_.on_tick(at);
  life_.on_tick(at);
  if (at < next_slow_tick_) return;
  next_slow_tick_ = at + Millis{100};
  state_.gateway.on_tick(at);
  state_.interactions.on_tick(at);
  state_.limiter.on_tick(at);
}

void Simulator::play_scenario(Instant at) {
  if (control_.scenario_ended()) return;
  for (const ScenarioStep& step : scenario_.take_due(at)) {
    const auto result = control_.act(step.action, step.parameters, at);
    fmt::print(stderr,
               "scenario {:.1f} s: {}{}{}\n",
               static_cast<double>(step.at.count()) / 1000.0,
               step.action,
               result ? "" : " failed: ",
               result ? "" : result.error().text);
  }
}

}  // namespace discern::sim
