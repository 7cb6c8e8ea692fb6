#pragma once

// Templated routes: "/channels/{}/messages" and what fills the holes. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace discern::discord {

// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

// The path with its holes filled and escaped. "{token}" takes the secret, "{}" the parameters in
// order. Invalid: holes and parameters do not match. The result may hold a secret.
Result<std::string> expand_route(std::string_view route,
                                 const std::vector<std::string>& parameters,
                                 const Secret& secret);

// What Discord keeps limits apart by: the first channel, guild or webhook id of the route, with the
// webhook's token when there is one. Never shown anywhere: it may hold a secret.
std::string major_parameter(std::string_view route,
                            const std::vector<std::string>& parameters,
                            const Secret& secret);

// "/v10" added unless the address names a version; no slash at the end.
std::string api_base(std::string_view api_url);

}  // namespace discern::discord
