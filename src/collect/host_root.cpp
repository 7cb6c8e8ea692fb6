#include "collect/host_root.hpp"

#include "base/files.hpp"

namespace discern::collect {

Result<std::string> HostRoot::read(std::string_view path) const {
  return read_file(root_ / path, 4 * 1024 * 1024);
}

Result<std::size_t> HostRoot::count_entries(std::string_view path) const {
  std::error_code ec;
  std::size_t count = 0;
  auto it = std::filesystem::directory_iterator(root_ / path, ec);
  for (; !ec && it != std::filesystem::directory_iterator(); it.increment(ec)) ++count;
  if (ec) return Error(Errc::Io, "cannot list " + (root_ / path).string() + ": " + ec.message());
  return count;
}

}  // namespace discern::collect
