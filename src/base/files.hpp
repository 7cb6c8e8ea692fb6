#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern {

// The whole content. Errors: NotFound, Io, Limit (larger than `max_bytes`).
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t max_bytes = 64 * 1024 * 1024);

// Readers see the old content or the new, never a part: temporary file, fsync, rename, fsync of the
// folder. On error the old content is untouched and the temporary file is gone.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

// The same for what nobody else may read: mode 0600, and the bytes that are replaced are
// overwritten before the disk gets them back, as far as the file system writes in place.
Result<void> replace_secret_file(const std::filesystem::path& path, std::string_view content);

// Moves a file that cannot be read aside, as "<name>.broken-<UTC time>", and returns the new path.
Result<std::filesystem::path> set_aside(const std::filesystem::path& path);

}  // namespace discern
