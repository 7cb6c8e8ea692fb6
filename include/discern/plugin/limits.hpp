#pragma once

// Discord's limits and what they say about a body, as the host checks them before it sends:
//
//   limits::kEmbedTitle.most                                     256
//   limits::check_message(Json(text)).front().sentence()         "content has 2001 characters; ..."
//
// Pure and header only, without anything of the host: the simulator and the test kit use it, too.

#include "discern/plugin/limits/commands.hpp"
#include "discern/plugin/limits/components.hpp"
#include "discern/plugin/limits/guild.hpp"
#include "discern/plugin/limits/message.hpp"
#include "discern/plugin/limits/registration.hpp"
#include "discern/plugin/limits/table.hpp"
