#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern {

// Errors: Io, if the open file is anything but a regular one: what is read from a pipe, a device or
// a socket may never come.
Result<void> check_regular(int fd, const std::filesystem::path& path);

// The whole content of a regular file. Errors: NotFound, Io, Limit (larger than `max_bytes`).
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t max_bytes = 64 * 1024 * 1024);

// Who may read a file that is written: its owner (mode 0600), or everyone as the umask allows.
enum class FileFor { Owner, Everyone };

// Readers see the old content or the new, never a part: temporary file, fsync, rename, fsync of the
// folder. On error the old content is untouched and the temporary file is gone. Errors: Refused (a
// link, a folder or a device is in its place), NotFound (no such folder), Io.
Result<void> write_file_atomically(const std::filesystem::path& path,
                                   std::string_view content,
                                   FileFor readers = FileFor::Owner);

// The same for what nobody else may read: mode 0600, and the bytes that are replaced are
// overwritten before the disk gets them back, as far as the file system writes in place.
Result<void> replace_secret_file(const std::filesystem::path& path, std::string_view content);

// Moves a file that cannot be read aside, as "<name>.broken-<UTC time>", and returns the new path.
// Works for whatever is in the place of a file, and never replaces anything.
Result<std::filesystem::path> set_aside(const std::filesystem::path& path);

}  // namespace discern
