#include "history/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "history/database.hpp"
#include "history/disk.hpp"

namespace discern::history {
namespace {

constexpr const char* kName = "discern.lock";

std::string holder_of(int folder) {
  const int fd = ::openat(folder, kName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return "unknown";
  char text[32];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  ::close(fd);
  std::string holder(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  holder.resize(std::min(holder.size(), holder.find_first_not_of("0123456789")));
  return holder.empty() ? "unknown" : holder;
}

Error in_use(const std::filesystem::path& folder, int fd) {
  return {Errc::Refused,
          folder.string() + " is in use by another Discern (process " + holder_of(fd) +
              "); stop it, or choose another data directory"};
}

bool has_no_locks(int number) {
  return number == ENOLCK || number == EOPNOTSUPP || number == ENOSYS || number == EINVAL;
}

Error no_locks(const std::filesystem::path& folder, int number) {
  return system_error(folder.string() + " cannot be locked; " + std::string(kLocalDisk), number);
}

// A disk without room, or one that cannot be written, must not keep the host from starting: the
// lock on the folder is enough.
Result<int> lock_file(const std::filesystem::path& folder, int folder_fd) {
  const int fd =
      ::openat(folder_fd, kName, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0 && errno == ELOOP) {
    return Error(Errc::Refused,
                 (folder / kName).string() +
                     " is a symbolic link; Discern does not write through links: remove it");
  }
  if (fd < 0) {
    const int number = errno;
    if (number == ENOSPC || number == EDQUOT || number == EROFS || number == EIO) return -1;
    Error error = system_error("cannot open " + (folder / kName).string(), number);
    if (const auto problem = find_write_problem(folder)) error.text.append("; ").append(*problem);
    return error;
  }
  struct stat about {};
  if (::fstat(fd, &about) == 0 && !S_ISREG(about.st_mode)) {
    ::close(fd);
    return Error(Errc::Refused, (folder / kName).string() + " is not a regular file; remove it");
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    ::close(fd);
    if (number == EWOULDBLOCK) return in_use(folder, folder_fd);
    if (has_no_locks(number)) return no_locks(folder, number);
    return system_error("cannot lock " + (folder / kName).string(), number);
  }
  ::fchmod(fd, 0600);
  // The process id only helps people.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, pid.data(), pid.size(), 0);
  return fd;
}

}  // namespace

Result<FolderLock> FolderLock::acquire(const std::filesystem::path& folder) {
  FolderLock lock;
  // Close-on-exec: a child program must not keep the folder locked after us.
  lock.folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock.folder_ < 0) return system_error("cannot open " + folder.string(), errno);
  if (::flock(lock.folder_, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    if (number == EWOULDBLOCK) return in_use(folder, lock.folder_);
    // NFS locks what is open for writing only, which a folder cannot be: there the file has to do.
    const bool only_files = number == EBADF || number == EISDIR;
    if (!only_files && has_no_locks(number)) return no_locks(folder, number);
    if (!only_files) return system_error("cannot lock " + folder.string(), number);
    log::warn("history",
              "{} is on {}: while a host runs there, do not remove discern.lock",
              folder.string(),
              find_network_file_system(folder));
  }
  Result<int> file = lock_file(folder, lock.folder_);
  if (!file) return std::move(file).error();
  lock.file_ = *file;
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : folder_(std::exchange(other.folder_, -1)), file_(std::exchange(other.file_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(file_, other.file_);
  return *this;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace discern::history
