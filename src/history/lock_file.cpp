#include "history/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace discern::history {
namespace {

std::string holder_of(int fd) {
  char text[32];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  std::string holder(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  holder.resize(std::min(holder.size(), holder.find_first_not_of("0123456789")));
  return holder.empty() ? "unknown" : holder;
}

}  // namespace

Result<LockFile> LockFile::acquire(const std::filesystem::path& path) {
  // Close-on-exec: a child program must not keep the directory locked after us.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("cannot open " + path.string(), errno);
  LockFile lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("cannot lock " + path.string(), errno);
    return Error(Errc::Refused,
                 path.parent_path().string() + " is in use by another Discern (process " +
                     holder_of(fd) + "); stop it, or choose another data directory");
  }
  // The process id only helps people; the lock does not depend on it.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace discern::history
