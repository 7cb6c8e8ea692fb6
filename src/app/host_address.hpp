#pragma once

// Where the running host of a data folder answers: data/host.json, for the command line.

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace discern::app {

// Holds no secret: who may ask is the server's decision, as for every other client.
Result<void> write_host_address(const std::filesystem::path& data_dir, const std::string& url);
void remove_host_address(const std::filesystem::path& data_dir);
// "http://127.0.0.1:8080/", of a host that runs or was killed; nothing when none was started or the
// last one ended by itself.
std::optional<std::string> find_host_address(const std::filesystem::path& data_dir);

}  // namespace discern::app
