#include "collect/host_root.hpp"

#include "base/files.hpp"
#include "base/folder.hpp"

namespace discern::collect {

Result<std::string> HostRoot::read(std::string_view path) const {
  return read_file(root_ / path, 4 * 1024 * 1024);
}

Result<std::size_t> HostRoot::count_entries(std::string_view path) const {
  const Result<std::vector<std::string>> names = read_folder(root_ / path);
  if (!names) return names.error();
  return names.value().size();
}

}  // namespace discern::collect
