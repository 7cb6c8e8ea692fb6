#pragma once

// Keeps two hosts from sharing one data directory.

#include <filesystem>

#include "base/error.hpp"

namespace discern::history {

// Holds an exclusive lock as long as it lives; the kernel lets go of it when the process dies, in
// whatever way. The file stays, with the process id of its last holder in it.
class LockFile {
 public:
  // Errors: Refused when another process (or another LockFile) holds it, and names it; Io.
  static Result<LockFile> acquire(const std::filesystem::path& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace discern::history
