#pragma once

#include <string_view>

#include "plugin/web_request.hpp"

namespace discern::net {
class HttpOut;
}

namespace discern::app {

// Lets plugins send HTTP requests over `http`, which must live as long as the result is used.
// `public_only`: not to this machine and its own network.
plugin::OutgoingSend make_web_send(net::HttpOut& http, bool public_only, std::string_view version);

}  // namespace discern::app
