#include "sim/control/control.hpp"

#include <fmt/format.h>

#include <array>

namespace discern::sim {

Result<json::object> Control::act(std::string_view action,
                                  const json::object& parameters,
                                  Instant now) {
  const std::array tables = {gateway_actions(), world_actions(), rest_actions()};
  for (const std::span<const NamedAction> table : tables) {
    for (const NamedAction& known : table) {
      if (known.name == action) return known.run(*this, parameters, now);
    }
  }
  return Error(Errc::NotFound, fmt::format("there is no action \"{}\"", action));
}

void Control::act_later(Instant at, std::string_view action, json::object parameters) {
  later_.emplace(at, Pending{std::string(action), std::move(parameters)});
}

void Control::on_tick(Instant now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    const Pending due = std::move(later_.extract(later_.begin()).mapped());
    // What it was to undo may have ended by itself.
    static_cast<void>(act(due.action, due.parameters, now).ok());
  }
}

}  // namespace discern::sim
