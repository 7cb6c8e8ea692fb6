#include "plugin/library_copy.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discern/plugin/abi.h"
#include "plugin/elf.hpp"
#include "plugin/trust.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

// Debug information of a very large plugin is far below it.
constexpr off_t kMostBytes = off_t{1} << 30;

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

bool same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

Result<std::string> read_whole(const fs::path& file) {
  const std::string name = file.filename().string();
  // A FIFO must not make anybody wait.
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat before {};
  if (!in && errno == ENOENT) {
    return Error(Errc::NotFound, "there is no " + name + " beside its plugin.toml");
  }
  if (!in || ::fstat(in.get(), &before) != 0) return system_error("cannot read " + name, errno);
  if (!S_ISREG(before.st_mode)) {
    return Error(Errc::Invalid, name + " is not a file; put the plugin's library there");
  }
  if (before.st_size > kMostBytes) {
    return Error(Errc::Limit, name + " is larger than 1 GiB; strip its debug information");
  }
  std::string bytes(static_cast<std::size_t>(before.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(in.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot read " + name, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  struct stat after {};
  if (done < bytes.size() || ::fstat(in.get(), &after) != 0 || !same(before, after)) {
    return Error(Errc::Corrupt, name + " changed while it was read; reload when it is complete");
  }
  return bytes;
}

Result<void> write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<std::string> read_library(const std::string& plugin, const fs::path& file) {
  const auto refuse = [&](const Error& error) {
    return Error(error.kind, "plugin \"" + plugin + "\": " + error.text);
  };
  const std::string name = file.filename().string();
  if (auto trusted = check_trust(file, file.parent_path().parent_path()); !trusted) {
    return refuse(trusted.error());
  }
  Result<std::string> bytes = read_whole(file);
  if (!bytes) return refuse(bytes.error());
  if (auto fits = check_shared_library(*bytes, name); !fits) return refuse(fits.error());
  if (!exports_symbol(*bytes, DISCERN_PLUGIN_ENTRY)) {
    return refuse(Error(
        Errc::Invalid,
        name + " has no " DISCERN_PLUGIN_ENTRY "; write DISCERN_PLUGIN(YourClass) once in it"));
  }
  return bytes;
}

Result<void> write_library_copy(const std::string& bytes, const fs::path& copy) {
  const auto failed = [&](const Error& error) {
    return Error(error.kind,
                 "could not copy it to " + copy.parent_path().string() + ": " + error.text);
  };
  std::error_code bad;
  if (fs::create_directories(copy.parent_path(), bad)) {
    fs::permissions(copy.parent_path(), fs::perms::owner_all, bad);
  }
  ::unlink(copy.c_str());
  const Descriptor out(
      ::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return failed(system_error("open", errno));
  if (auto written = write_whole(out.get(), bytes); !written) {
    ::unlink(copy.c_str());
    return failed(written.error());
  }
  return {};
}

}  // namespace discern::plugin
