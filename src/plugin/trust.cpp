#include "plugin/trust.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLookupBytes = 64 * 1024;

struct Group {
  std::string name;
  std::vector<std::string> members;
};

// Nothing when there is no such user.
std::optional<std::pair<std::string, gid_t>> find_user(uid_t user) {
  std::vector<char> room(kLookupBytes);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return std::pair(std::string(entry.pw_name), entry.pw_gid);
}

std::optional<Group> find_group(gid_t group) {
  std::vector<char> room(kLookupBytes);
  ::group entry{};
  ::group* found = nullptr;
  if (::getgrgid_r(group, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  Group result{entry.gr_name, {}};
  for (char** member = entry.gr_mem; *member != nullptr; ++member) {
    result.members.emplace_back(*member);
  }
  return result;
}

// Debian gives every user a group of their own, of the same name and with nobody else in it; and
// root's group has no members. Without any entry, as in a container that runs with a bare number, a
// group that has its owner's number is taken for the same.
bool is_private_group(gid_t group, uid_t owner) {
  const auto user = find_user(owner);
  const auto entry = find_group(group);
  if (!entry) return group == 0 || (!user && group == owner);
  const std::string name = group == 0 ? "root" : user ? user->first : std::string();
  const bool own = group == 0 || (user && user->second == group && entry->name == name);
  return own && std::all_of(entry->members.begin(), entry->members.end(), [&](const auto& member) {
           return member == name;
         });
}

// In a user namespace, users that have no number in it show as "nobody". They are the real root and
// others outside of the container, which cannot be told apart from here.
bool is_outside_user(uid_t owner) {
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  std::ifstream("/proc/self/uid_map") >> inside >> outside >> count;
  if (count == 0 || count == UINT32_MAX) return false;
  uid_t nobody = 65534;
  std::ifstream("/proc/sys/kernel/overflowuid") >> nobody;
  return owner == nobody;
}

std::string user_name(uid_t user) {
  const auto found = find_user(user);
  return found ? fmt::format("{} (uid {})", found->first, user) : fmt::format("uid {}", user);
}

// As a shell reads it.
std::string quoted(const fs::path& path) {
  const std::string text = path.string();
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+@:,";
  if (text.find_first_not_of(kPlain) == text.npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Accounts Accounts::of_system() {
  return {::geteuid(), is_private_group, is_outside_user};
}

std::string find_stranger(const fs::path& path,
                          const struct stat& status,
                          const Accounts& accounts) {
  const bool folder = S_ISDIR(status.st_mode);
  const char* all = folder ? "-R " : "";
  const uid_t owner = status.st_uid;
  if (owner != 0 && owner != accounts.self && !accounts.is_outside(owner)) {
    const auto me = find_user(accounts.self);
    return fmt::format("{} belongs to {}, who could change what runs here; run: chown {}{} {}",
                       path.string(),
                       user_name(owner),
                       all,
                       me ? me->first : std::to_string(accounts.self),
                       quoted(path));
  }
  // Only its owner can replace what lies in a folder with the sticky bit.
  if (folder && (status.st_mode & S_ISVTX) != 0) return {};
  const bool by_all = (status.st_mode & S_IWOTH) != 0;
  const bool by_group =
      (status.st_mode & S_IWGRP) != 0 && !accounts.is_private(status.st_gid, owner);
  if (!by_all && !by_group) return {};
  return fmt::format("{} can be changed by {} (mode {:04o}); run: chmod {}{} {}",
                     path.string(),
                     by_all ? "every user" : "other users of its group",
                     status.st_mode & 07777,
                     all,
                     by_all && by_group ? "go-w"
                     : by_all           ? "o-w"
                                        : "g-w",
                     quoted(path));
}

Result<void> check_trust(const fs::path& file, const fs::path& root) {
  static const Accounts accounts = Accounts::of_system();
  std::error_code bad;
  const fs::path end = fs::canonical(root, bad);
  const fs::path real = fs::canonical(file, bad);
  if (bad) return {};
  const std::string inside = end.string() + "/";
  fs::path at = real;
  for (bool last = false; !last; at = at.parent_path()) {
    // Outside, the folder that holds it is the last.
    last = at == end || at == at.parent_path() ||
           (at != real && !(at.string() + "/").starts_with(inside));
    struct stat status {};
    if (::stat(at.c_str(), &status) != 0) continue;
    if (std::string stranger = find_stranger(at, status, accounts); !stranger.empty()) {
      return Error(Errc::Refused, std::move(stranger));
    }
  }
  return {};
}

}  // namespace discern::plugin
