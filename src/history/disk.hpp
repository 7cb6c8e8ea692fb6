#pragma once

// What the folder of a file allows, for error messages that say what to do.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace discern::history {

// Why nothing can be written into `folder`, as a sentence without a period: the disk is full, the
// quota is used up, mounted read-only, and so on. Nothing if a test file can be written.
std::optional<std::string> find_write_problem(const std::filesystem::path& folder);

// The name of the network file system that holds `folder`; empty for a local one.
std::string_view find_network_file_system(const std::filesystem::path& folder);
// By the type that statfs reports. Pure.
std::string_view network_file_system_name(long type);

}  // namespace discern::history
