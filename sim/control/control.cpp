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

}  // namespace discern::sim
