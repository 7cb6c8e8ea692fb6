#pragma once

#include <string>

#include "discord/client.hpp"

namespace discern::discord {

// Client::register_commands: asks what is registered and replaces it only when it differs. Warns
// when the application has an Interactions Endpoint URL, because then no interaction comes by the
// gateway. `application` may be none; Discord is asked then.
//
// `rest` must live until `done` was called.
void register_commands(RestPort& rest,
                       ApplicationId application,
                       std::string commands,
                       GuildId guild,
                       RegistrationDone done);

}  // namespace discern::discord
