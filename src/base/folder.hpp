#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace discern {

// The names in a folder, without "." and "..", in no order. Errors: NotFound, Io.
//
// In place of std::filesystem::directory_iterator: libstdc++'s ends the program when it gets no
// memory in the middle of a folder.
Result<std::vector<std::string>> read_folder(const std::filesystem::path& path);

// Those of its entries that are folders, or links to some. Empty when it cannot be read.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& path);

}  // namespace discern
