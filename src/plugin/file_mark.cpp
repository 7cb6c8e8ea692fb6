#include "plugin/file_mark.hpp"

#include <sys/stat.h>

#include <string>

#include "base/folder.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

}  // namespace

FileMark mark_of_folder(const fs::path& folder) {
  FileMark mark;
  const auto add = [&](const fs::path& path, bool is_content) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return;
    mark.changed_ns += nanoseconds(status.st_ctim);
    if (!is_content) return;
    mark.time_ns += nanoseconds(status.st_mtim);
    mark.bytes += static_cast<std::uint64_t>(status.st_size);
    mark.inode += status.st_ino;
  };
  add(folder / "plugin.toml", true);
  if (const auto names = read_folder(folder); names) {
    for (const std::string& name : names.value()) {
      if (name.ends_with(".so")) add(folder / name, true);
    }
  }
  add(folder, false);
  add(folder.parent_path(), false);
  return mark;
}

}  // namespace discern::plugin
