#pragma once

// A plugin's request to Discord, read and checked. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "discern/plugin/abi.h"
#include "discord/model/rest_port.hpp"

namespace discern::plugin {

// Errors: Invalid, with what is wrong about the method, the route or its parameters.
// `now` is Discord's time, for what Discord compares with it.
Result<discord::RestRequest> read_rest_request(const discern_rest_request& given,
                                               const std::string& plugin,
                                               SystemTime now = std::chrono::system_clock::now());

// Errors: Invalid (a name), Limit (more than 10 files or 25 MiB).
Result<std::vector<discord::RestFile>> read_files(const discern_file* files, std::uint32_t count);

}  // namespace discern::plugin
