#pragma once

// What the simulator knows to be true: GET /_sim/state.

#include <boost/json/object.hpp>

#include "sim/life/life.hpp"
#include "sim/state.hpp"

namespace discern::sim {

json::object describe_state(State& state, const Life& life, Instant now);

}  // namespace discern::sim
