#pragma once

// What every loaded plugin shares: made by the host, passed by reference.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "discord/model/rest_port.hpp"
#include "metrics/registry.hpp"
#include "plugin/command_spec.hpp"
#include "plugin/exchanges.hpp"
#include "plugin/fault_meter.hpp"
#include "plugin/host_options.hpp"
#include "plugin/incidents.hpp"
#include "plugin/interactions.hpp"
#include "plugin/plugin_metrics.hpp"

namespace discern::plugin {

class Instance;

// Who hears of an instance's life. Called on the instance's thread (add_command, on_registrations:
// on whichever thread registers); must not wait for it.
class InstanceObserver {
 public:
  virtual ~InstanceObserver() = default;
  // Loading ended, well or not.
  virtual void on_opened(Instance& instance, Result<void> outcome) = 0;
  // The thread runs none of the plugin's code any more and is about to end.
  virtual void on_ended(Instance& instance) = 0;
  virtual void on_too_many_faults(Instance& instance, std::string last) = 0;
  // Runs `add` when neither this plugin nor another has that command and there is room for it.
  // Nobody else's comes between the check and `add`, which must not call back.
  virtual Result<void> add_command(const Instance& instance,
                                   const CommandSpec& spec,
                                   const std::function<Result<void>()>& add) = 0;
  // Commands or subscriptions changed.
  virtual void on_registrations(Instance& instance) = 0;
};

struct Services {
  const Clock& clock;
  metrics::Registry& registry;
  discord::RestPort& rest;
  std::shared_ptr<Interactions> interactions;
  Exchanges& exchanges;
  OwnFamilies& families;
  InstanceObserver& observer;
  Incidents& incidents;
  metrics::Family<metrics::Counter>& errors;          // kPluginErrors
  metrics::Family<metrics::Counter>& commands;        // kCommands
  metrics::Family<metrics::Counter>& command_errors;  // kCommandErrors
  metrics::Family<metrics::Histogram>& command_duration;
  metrics::Family<metrics::Counter>& web_requests;    // kPluginHttp
  metrics::Family<metrics::Histogram>& web_duration;  // kPluginHttpDuration
  const HostOptions& options;
  WebGate& web;
  std::size_t queue_limit;
  std::chrono::nanoseconds time_budget;
  FaultLimits fault_limits;
};

}  // namespace discern::plugin
