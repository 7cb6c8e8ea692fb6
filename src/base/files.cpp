#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
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

Result<void> write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> write_and_sync(const std::string& path, std::string_view content, mode_t mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file) return system_error("open", errno);
  // One that is left from a crash keeps the mode it has.
  if (mode == kSecretMode && ::fchmod(file.get(), mode) != 0) return system_error("chmod", errno);
  if (auto written = write_all(file.get(), content); !written) return written;
  if (::fsync(file.get()) != 0) return system_error("fsync", errno);
  return {};
}

Result<void> write_atomically(const std::filesystem::path& path,
                              std::string_view content,
                              mode_t mode) {
  const std::string temporary = path.string() + ".tmp";
  if (auto written = write_and_sync(temporary, content, mode); !written) {
    ::unlink(temporary.c_str());
    return wrap("cannot write " + path.string(), std::move(written).error());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return system_error("cannot replace " + path.string(), number);
  }
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("cannot read " + path.string(), errno);
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

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  return write_atomically(path, content, 0644);
}

Result<void> replace_secret_file(const std::filesystem::path& path, std::string_view content) {
  // Keeps the old file alive without its name.
  const Descriptor old(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (auto written = write_atomically(path, content, kSecretMode); !written) return written;
  struct stat about {};
  if (!old || ::fstat(old.get(), &about) != 0) return {};
  const std::string zeros(static_cast<std::size_t>(about.st_size), '\0');
  if (auto erased = write_all(old.get(), zeros); !erased) return erased;
  if (::fsync(old.get()) != 0) return system_error("fsync", errno);
  return {};
}

Result<std::filesystem::path> set_aside(const std::filesystem::path& path) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string stem = fmt::format("{}.broken-{:%Y%m%dT%H%M%SZ}", path.string(), now);
  std::filesystem::path target = stem;
  std::error_code ec;
  for (int n = 2; std::filesystem::exists(target, ec); ++n) target = fmt::format("{}-{}", stem, n);
  std::filesystem::rename(path, target, ec);
  if (ec) return Error(Errc::Io, "cannot set " + path.string() + " aside: " + ec.message());
  return target;
}

}  // namespace discern
