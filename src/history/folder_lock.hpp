#pragma once

// Keeps two hosts from sharing one data folder.

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace discern::history {

// Holds an exclusive lock on the folder itself as long as it lives, so that nothing inside of the
// folder, a file that somebody removes for example, decides about it. The kernel releases the lock
// when the process ends, however it ends. `discern.lock` in the folder is locked too, for older
// versions, and says which process has the folder.
class FolderLock {
 public:
  // Errors: Refused when another process (or another FolderLock) holds it, and says which, or when
  // the file system has no locks; Io.
  static Result<FolderLock> acquire(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

  // Of the folder that is locked, wherever it was moved.
  int descriptor() const { return folder_; }

 private:
  FolderLock() = default;
  int folder_ = -1;
  int file_ = -1;
};

}  // namespace discern::history
