#pragma once

// What tells a plugin's files from what they were at the last look.

#include <cstdint>
#include <filesystem>

namespace discern::plugin {

struct FileMark {
  std::int64_t time_ns = 0;
  std::uint64_t bytes = 0;
  std::uint64_t inode = 0;
  // Of the files, their folder and the folder above: when an owner or a mode changed, too.
  std::int64_t changed_ns = 0;

  bool same_content(const FileMark& other) const {
    return time_ns == other.time_ns && bytes == other.bytes && inode == other.inode;
  }
  bool operator==(const FileMark&) const = default;
};

// Of plugin.toml and every *.so directly in the folder. Files that are not there count nothing.
FileMark mark_of_folder(const std::filesystem::path& folder);

}  // namespace discern::plugin
