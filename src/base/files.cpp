#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <random>
#include <system_error>
#include <utility>

namespace discern {
namespace {

constexpr mode_t kSecretMode = 0600;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string_view kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a pipe";
    case S_IFSOCK:
      return "a socket";
    case S_IFCHR:
    case S_IFBLK:
      return "a device";
    default:
      return "something else";
  }
}

Result<void> write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> write_and_sync(int fd, std::string_view content, mode_t mode) {
  // Whatever the umask says.
  if (mode == kSecretMode && ::fchmod(fd, mode) != 0) return system_error("chmod", errno);
  if (auto written = write_all(fd, content); !written) return written;
  if (::fsync(fd) != 0) return system_error("fsync", errno);
  return {};
}

// Not to be guessed, so that nobody can put something there first.
std::string temporary_name(const std::string& name) {
  static std::atomic<unsigned> count{0};
  std::random_device random;
  return fmt::format("{}.{:08x}{:08x}.tmp", name, random(), random() ^ ++count);
}

// A rename would replace a link and leave alone what it points to, which its maker may not expect.
Result<void> check_target(int folder, const std::filesystem::path& path) {
  struct stat about {};
  const std::string name = path.filename().string();
  if (::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (S_ISREG(about.st_mode)) return {};
  return Error(Errc::Refused,
               path.string() +
                   (S_ISLNK(about.st_mode)   ? " is a symbolic link"
                    : S_ISDIR(about.st_mode) ? " is a folder"
                                             : " is not a regular file") +
                   "; Discern writes regular files only: remove it");
}

// All steps are relative to the open folder: a link that somebody puts into the path meanwhile
// redirects nothing.
Result<void> write_atomically(const std::filesystem::path& path,
                              std::string_view content,
                              mode_t mode) {
  const std::string doing = "cannot write " + path.string();
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_error(doing + ": open " + parent.string(), errno);
  if (auto free = check_target(folder.get(), path); !free) return free;
  const std::string name = path.filename().string();
  const std::string temporary = temporary_name(name);
  const Descriptor file(::openat(
      folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return system_error(doing + ": open", errno);
  if (auto written = write_and_sync(file.get(), content, mode); !written) {
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    return wrap(doing, std::move(written).error());
  }
  if (::renameat(folder.get(), temporary.c_str(), folder.get(), name.c_str()) != 0) {
    const int number = errno;
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    return system_error("cannot replace " + path.string(), number);
  }
  ::fsync(folder.get());
  return {};
}

}  // namespace

Result<void> check_regular(int fd, const std::filesystem::path& path) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return system_error("cannot read " + path.string(), errno);
  if (S_ISREG(about.st_mode)) return {};
  return Error(Errc::Io,
               fmt::format("cannot read {}: it is {}, and only regular files are read",
                           path.string(),
                           kind_of(about.st_mode)));
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  // A FIFO without a writer would keep its reader waiting, and a terminal would become ours.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return system_error("cannot read " + path.string(), errno);
  if (auto regular = check_regular(file.get(), path); !regular) return std::move(regular).error();
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t n = ::read(file.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot read " + path.string(), errno);
    if (n == 0) return content;
    if (content.size() + static_cast<std::size_t>(n) > max_bytes) {
      return Error(Errc::Limit,
                   fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
    content.append(chunk, static_cast<std::size_t>(n));
  }
}

Result<void> write_file_atomically(const std::filesystem::path& path,
                                   std::string_view content,
                                   FileFor readers) {
  return write_atomically(path, content, readers == FileFor::Everyone ? 0644 : kSecretMode);
}

Result<void> replace_secret_file(const std::filesystem::path& path, std::string_view content) {
  // Keeps the old file alive without its name.
  const Descriptor old(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (auto written = write_atomically(path, content, kSecretMode); !written) return written;
  struct stat about {};
  if (!old || ::fstat(old.get(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  const std::string zeros(static_cast<std::size_t>(about.st_size), '\0');
  if (auto erased = write_all(old.get(), zeros); !erased) return erased;
  if (::fsync(old.get()) != 0) return system_error("fsync", errno);
  return {};
}

namespace {

// Never replaces what is there. False with errno set.
bool rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  // Not every file system knows the flag.
  if (errno != EINVAL && errno != ENOSYS) return false;
  struct stat about {};
  if (::lstat(to.c_str(), &about) == 0) {
    errno = EEXIST;
    return false;
  }
  return ::rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

Result<std::filesystem::path> set_aside(const std::filesystem::path& path) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string stem = fmt::format("{}.broken-{:%Y%m%dT%H%M%SZ}", path.string(), now);
  std::filesystem::path target = stem;
  for (int n = 2; !rename_to_new(path, target); ++n) {
    if (errno != EEXIST) {
      return Error(
          Errc::Io,
          "cannot set " + path.string() + " aside: " + std::generic_category().message(errno));
    }
    target = fmt::format("{}-{}", stem, n);
  }
  return target;
}

}  // namespace discern
