#pragma once

#include <functional>
#include <string>

#include "discord/client.hpp"

namespace discern::discord {

// Client::register_commands: asks what is registered and replaces it only when it differs.
// `application` may be none; Discord is asked then. `warn` gets a sentence when the application has
// an Interactions Endpoint URL, because then no interaction comes by the gateway, and an empty text
// when it has none.
//
// `rest` must live until `done` was called.
void register_commands(RestPort& rest,
                       ApplicationId application,
                       std::string commands,
                       GuildId guild,
                       std::function<void(std::string)> warn,
                       RegistrationDone done);

}  // namespace discern::discord
