#pragma once

// The tests' hand on the simulator: one action, by name, with JSON parameters. The HTTP paths below
// /_sim/ and the steps of a scenario are the same actions.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sim/life/life.hpp"
#include "sim/state.hpp"

namespace discern::sim {

class Control {
 public:
  // Both must outlive it.
  Control(State& state, Life& life) : state_(state), life_(life) {}

  // Errors: NotFound for an unknown action or object, Invalid for bad parameters, Unavailable when
  // nobody is connected.
  Result<json::object> act(std::string_view action, const json::object& parameters, Instant now);

  // The same at a later time, as actions with `for_s` undo themselves.
  void act_later(Instant at, std::string_view action, json::object parameters);
  void on_tick(Instant now);

  // The scenario's remaining steps are not wanted any more.
  void end_scenario() { scenario_ended_ = true; }
  bool scenario_ended() const { return scenario_ended_; }

  State& state() { return state_; }
  Life& life() { return life_; }

 private:
  struct Pending {
    std::string action;
    json::object parameters;
  };
  State& state_;
  Life& life_;
  std::multimap<Instant, Pending> later_;
  bool scenario_ended_ = false;
};

using ControlAction = Result<json::object> (*)(Control&, const json::object&, Instant);

struct NamedAction {
  std::string_view name;
  ControlAction run;
};

std::span<const NamedAction> gateway_actions();
std::span<const NamedAction> world_actions();
std::span<const NamedAction> rest_actions();

}  // namespace discern::sim
