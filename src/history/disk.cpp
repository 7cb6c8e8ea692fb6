#include "history/disk.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace discern::history {
namespace {

// A tick, and what SQLite needs beside the database: an index of 32 kB and a log.
constexpr std::size_t kRoomNeeded = 1024 * 1024;
// Written at once; a quota or a full disk shows here, not when the file is created.
constexpr std::size_t kProbeBytes = 64 * 1024;

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0);
}

std::string sentence(int number, const std::filesystem::path& folder) {
  const std::string where = folder.string();
  switch (number) {
    case ENOSPC: {
      struct statvfs disk {};
      std::uint64_t free = 0;
      if (::statvfs(folder.c_str(), &disk) == 0) free = disk.f_bavail * disk.f_frsize;
      return fmt::format(
          "the disk of {} is full: {:.1f} MB are free and at least {:.0f} MB are needed; "
          "delete something there",
          where,
          megabytes(free),
          megabytes(kRoomNeeded));
    }
    case EDQUOT:
      return fmt::format(
          "the disk quota for {} is used up, at least {:.0f} MB are needed; delete something, or "
          "raise the quota",
          where,
          megabytes(kRoomNeeded));
    case EROFS:
      return fmt::format(
          "{} is on a disk that is mounted read-only; mount it for writing, or "
          "choose another folder with --data",
          where);
    case EACCES:
    case EPERM:
      return fmt::format("the user with id {} may not write in {}; run: chown {} '{}'",
                         ::geteuid(),
                         where,
                         ::geteuid(),
                         where);
    case EFBIG:
      return "files of this process may not grow further; raise its limit (ulimit -f)";
    case EIO:
      return fmt::format("the disk of {} reports errors; check the disk", where);
    case ENOENT:
      return fmt::format("{} does not exist any more", where);
    default:
      return fmt::format(
          "{} cannot be written: {}", where, std::generic_category().message(number));
  }
}

int probe(const std::filesystem::path& folder) {
  std::string name = (folder / ".discern-probe-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return errno;
  int problem = 0;
  const std::string bytes(kProbeBytes, '\x5a');
  const ssize_t written = ::write(fd, bytes.data(), bytes.size());
  if (written < 0) {
    problem = errno;
  } else if (static_cast<std::size_t>(written) < bytes.size()) {
    problem = ENOSPC;
  } else if (::fsync(fd) != 0) {
    problem = errno;
  }
  ::unlink(name.c_str());
  ::close(fd);
  return problem;
}

}  // namespace

std::optional<std::string> find_write_problem(const std::filesystem::path& folder) {
  if (const int number = probe(folder); number != 0) return sentence(number, folder);
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kRoomNeeded) {
    return sentence(ENOSPC, folder);
  }
  return std::nullopt;
}

std::string_view find_network_file_system(const std::filesystem::path& folder) {
  struct statfs disk {};
  if (::statfs(folder.c_str(), &disk) != 0) return {};
  return network_file_system_name(static_cast<long>(disk.f_type));
}

std::string_view network_file_system_name(long type) {
  switch (static_cast<std::uint32_t>(type)) {
    case 0x6969:
      return "NFS";
    case 0x517b:
    case 0xff534d42:
    case 0xfe534d42:
      return "SMB";
    case 0x01021997:
      return "9p";
    case 0x5346414f:
      return "AFS";
    case 0x00c36400:
      return "Ceph";
    case 0x786f4256:
      return "a VirtualBox shared folder";
    case 0xbacbacbc:
      return "a VMware shared folder";
    case 0x47504653:
      return "GPFS";
    default:
      return {};
  }
}

}  // namespace discern::history
