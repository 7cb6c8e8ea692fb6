#pragma once

// The control actions and the truth over HTTP: everything below /_sim/.

#include "sim/control/control.hpp"
#include "sim/http.hpp"

namespace discern::sim {

// POST /_sim/<action> with a JSON object; GET /_sim/state, /_sim/guilds, /_sim/interactions,
// /_sim/interaction/<id>, /_sim/message/<id>.
HttpReply handle_control(Control& control, const HttpRequest& request, Instant now);

}  // namespace discern::sim
