#include "base/kept_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/files.hpp"
#include "base/log.hpp"

namespace discern {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

std::string user_name(uid_t id) {
  std::array<char, 4096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, memory.data(), memory.size(), &found);
  return found != nullptr ? fmt::format("{} (id {})", found->pw_name, id)
                          : fmt::format("the user with id {}", id);
}

// Each one that is missing, from the top. mkdir(2) with its mode: a moment of 0777 is too much.
Result<void> make_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  struct stat about {};
  for (fs::path at = folder; !at.empty() && ::stat(at.c_str(), &about) != 0;) {
    if (errno != ENOENT) return system_error("cannot look at " + at.string(), errno);
    missing.push_back(at);
    const fs::path parent = at.has_filename() ? at.parent_path() : at.parent_path().parent_path();
    if (parent == at) break;
    at = parent;
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    if (::mkdir(at->c_str(), 0700) != 0 && errno != EEXIST) {
      return system_error("cannot create " + at->string(), errno);
    }
  }
  return {};
}

Result<void> check_owner(const fs::path& folder, const struct stat& about) {
  const uid_t self = ::geteuid();
  if (about.st_uid == self) return {};
  const bool everybody_writes = (about.st_mode & S_IWOTH) != 0;
  // Root owns volumes that are handed to a user by group, and may do everything anyway.
  if (about.st_uid == 0 && !everybody_writes) return {};
  if (about.st_uid == 0) {
    return Error(Errc::Refused,
                 fmt::format("everybody can write into {}, and it belongs to root; run: chmod o-w "
                             "'{}', or choose another folder with --data",
                             folder.string(),
                             folder.string()));
  }
  return Error(
      Errc::Refused,
      fmt::format("{} belongs to {}, who could change what Discern ({}) stores and runs; start "
                  "Discern as that user, run: chown -R {} '{}', or choose another folder with "
                  "--data",
                  folder.string(),
                  user_name(about.st_uid),
                  user_name(self),
                  self,
                  folder.string()));
}

bool is_left_over(std::string_view name) {
  if (name.starts_with(".discern-probe-")) return true;
  constexpr std::string_view kEnd = ".tmp";
  constexpr std::size_t kDigits = 16;
  if (!name.ends_with(kEnd) || name.size() < kEnd.size() + kDigits + 1) return false;
  name.remove_suffix(kEnd.size());
  const std::string_view digits = name.substr(name.size() - kDigits);
  return name[name.size() - kDigits - 1] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

bool is_ours(std::string_view name) {
  constexpr std::string_view kNames[] = {"discern.db",
                                         "discern.lock",
                                         "metrics.json",
                                         "period.keys",
                                         "plugins.json",
                                         "plugin-errors.json",
                                         "crash.txt",
                                         "host.json"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view known) {
    return name.starts_with(known);
  });
}

}  // namespace

Result<void> ensure_data_folder(const fs::path& folder) {
  if (auto made = make_folders(folder); !made) return made;
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error("cannot open the folder " + folder.string(), errno);
  struct stat about {};
  Result<void> done;
  if (::fstat(fd, &about) != 0) {
    done = system_error("cannot look at " + folder.string(), errno);
  } else {
    done = check_owner(folder, about);
  }
  if (done && about.st_uid == ::geteuid() && (about.st_mode & kOthersWrite) != 0) {
    if (::fchmod(fd, 0700) == 0) {
      log::warn("storage",
                "others could write into {} (mode {:04o}); its mode is 0700 now",
                folder.string(),
                about.st_mode & 07777);
    } else {
      done = Error(Errc::Refused,
                   fmt::format("others can write into {}, and that cannot be changed; choose "
                               "another folder with --data",
                               folder.string()));
    }
  }
  ::close(fd);
  return done;
}

Result<void> ensure_private_folder(const fs::path& folder) {
  if (auto made = make_folders(folder.parent_path()); !made) return made;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error("cannot create " + folder.string(), errno);
  }
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    const bool is_link = errno == ELOOP || errno == ENOTDIR;
    return is_link
               ? Error(Errc::Refused,
                       folder.string() + " is a link or a file, and has to be a folder; remove it")
               : system_error("cannot open " + folder.string(), errno);
  }
  struct stat about {};
  Result<void> done;
  if (::fstat(fd, &about) == 0) {
    done = check_owner(folder, about);
    if (done && about.st_uid == ::geteuid() && (about.st_mode & kOthers) != 0) ::fchmod(fd, 0700);
  }
  ::close(fd);
  return done;
}

void tidy_data_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  DIR* listing = ::fdopendir(fd);
  if (listing == nullptr) {
    ::close(fd);
    return;
  }
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    struct stat about {};
    if (::fstatat(fd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(about.st_mode)) continue;
    if (is_left_over(name)) {
      ::unlinkat(fd, entry->d_name, 0);
    } else if (is_ours(name) && (about.st_mode & kOthers) != 0) {
      const int file = ::openat(fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      if (file < 0) continue;
      ::fchmod(file, about.st_mode & 0700);
      ::close(file);
    }
  }
  ::closedir(listing);
}

Result<void> check_regular_or_absent(const fs::path& file) {
  struct stat about {};
  if (::lstat(file.c_str(), &about) != 0 || S_ISREG(about.st_mode)) return {};
  const char* what = S_ISLNK(about.st_mode)   ? "a symbolic link"
                     : S_ISDIR(about.st_mode) ? "a folder"
                                              : "not a regular file";
  return Error(
      Errc::Refused,
      fmt::format(
          "{} is {}; Discern reads and writes regular files only: remove it", file.string(), what));
}

std::optional<std::string> KeptFile::read() {
  in_the_way_.clear();
  if (auto plain = check_regular_or_absent(path_); !plain) {
    reject(plain.error().text);
    return std::nullopt;
  }
  Result<std::string> text = read_file(path_, max_bytes_);
  if (text) return *std::move(text);
  if (text.error().kind != Errc::NotFound) reject(text.error().text);
  return std::nullopt;
}

void KeptFile::reject(std::string_view why) {
  const Result<fs::path> kept = set_aside(path_);
  if (kept) {
    log::warn("storage",
              "{} cannot be used ({}) and was kept as {}; {}",
              path_.string(),
              why,
              kept->string(),
              lost_);
    return;
  }
  in_the_way_ = fmt::format("{} cannot be used ({}) and stays as it is", path_.string(), why);
  log::error("storage",
             "{}, because it cannot be moved ({}): nothing is written there. Move it away. Until "
             "then, {}",
             in_the_way_,
             kept.error().text,
             lost_);
}

Result<void> KeptFile::make_way() {
  if (in_the_way_.empty()) return {};
  const Result<fs::path> kept = set_aside(path_);
  struct stat about {};
  const bool is_gone = ::lstat(path_.c_str(), &about) != 0 && errno == ENOENT;
  if (!kept && !is_gone) return Error(Errc::Refused, in_the_way_ + "; move it away");
  if (kept) log::info("storage", "{} was kept as {}", path_.string(), kept->string());
  in_the_way_.clear();
  return {};
}

Result<void> KeptFile::write(std::string_view content) {
  if (auto free = make_way(); !free) return free;
  return write_file_atomically(path_, content);
}

}  // namespace discern
