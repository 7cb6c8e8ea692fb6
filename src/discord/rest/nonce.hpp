#pragma once

// Discord's own protection against a message that is sent twice. See Discord Docs/Message Resource,
// Create Message: for some minutes, a message with `enforce_nonce` and the nonce of an earlier one
// is not created; the earlier one is returned.

#include <string>
#include <string_view>

#include "discord/model/rest_port.hpp"

namespace discern::discord {

// Adds a nonce and enforce_nonce to a message that has no nonce. Returns true if the request can be
// repeated without a second message: it creates one and its nonce is enforced. A nonce of the
// caller's own stays as it is, because the caller may use one twice.
bool ensure_nonce(RestRequest& request);

// The same with a given nonce, at most 25 characters. Pure.
bool ensure_nonce(RestRequest& request, std::string_view nonce);

}  // namespace discern::discord
