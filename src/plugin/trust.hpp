#pragma once

// Whether only the operator can change what a plugin is loaded from.

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"

namespace discern::plugin {

// Who is asked about users and groups; a test gives its own.
struct Accounts {
  uid_t self = 0;
  // Whether nobody but `owner` is in the group, as with a user's own group on Debian.
  std::function<bool(gid_t group, uid_t owner)> is_private;
  // Whether files of real users from outside of this container show with that number.
  std::function<bool(uid_t owner)> is_outside;
  static Accounts of_system();
};

// What is wrong with a file or folder of a plugin and the command that repairs it; empty when
// nothing is. Refused: an owner who is neither root nor this process, and write permission for
// others. Fine: the owner's private group (umask 002), and folders with the sticky bit, like /tmp.
std::string find_stranger(const std::filesystem::path& path,
                          const struct stat& status,
                          const Accounts& accounts);

// The same for `file` and for its folder and those above, up to the plugins folder `root`. Symbolic
// links are followed; of what lies outside of `root` the folder that holds it is looked at. A path
// that does not exist is fine. Errors: Refused.
Result<void> check_trust(const std::filesystem::path& file, const std::filesystem::path& root);

}  // namespace discern::plugin
