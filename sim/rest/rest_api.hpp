#pragma once

// REST v10 as a whole: what happens to a request before and after its handler.

#include "sim/http.hpp"
#include "sim/state.hpp"

namespace discern::sim {

// `request.target` begins with "/api". Never throws for anything the client sent.
HttpReply handle_rest(State& state, const HttpRequest& request, Instant now);

}  // namespace discern::sim
