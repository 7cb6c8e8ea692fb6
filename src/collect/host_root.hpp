#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace discern::collect {

// Where /proc and /sys are found; a test puts a captured tree in their place.
class HostRoot {
 public:
  explicit HostRoot(std::filesystem::path root = "/") : root_(std::move(root)) {}

  // The text of a file such as "proc/self/stat". Errors: NotFound, Io.
  Result<std::string> read(std::string_view path) const;
  // How many entries a folder such as "proc/self/fd" has.
  Result<std::size_t> count_entries(std::string_view path) const;

 private:
  std::filesystem::path root_;
};

}  // namespace discern::collect
