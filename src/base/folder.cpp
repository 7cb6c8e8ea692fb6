#include "base/folder.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace discern {

Result<std::vector<std::string>> read_folder(const std::filesystem::path& path) {
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> folder(::opendir(path.c_str()));
  if (!folder) return system_error("cannot read " + path.string(), errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return system_error("cannot read " + path.string(), errno);
  return names;
}

std::vector<std::filesystem::path> folders_in(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> folders;
  const Result<std::vector<std::string>> names = read_folder(path);
  if (!names) return folders;
  for (const std::string& name : names.value()) {
    struct stat about {};
    std::filesystem::path entry = path / name;
    if (::stat(entry.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) {
      folders.push_back(std::move(entry));
    }
  }
  return folders;
}

}  // namespace discern
