#pragma once

// A plugin's shared library, opened from a copy of its own.

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "discern/plugin/abi.h"

namespace discern::plugin {

// Opening a file that was replaced may give the old code again, so each generation is opened from a
// copy with a name never used before.
class Library {
 public:
  // Copies `file` to `copy` and opens it; static constructors of the plugin run here, on the
  // calling thread. Errors name the plugin and what to do.
  static Result<Library> open(const std::string& plugin,
                              const std::filesystem::path& file,
                              const std::filesystem::path& copy);
  Library(Library&& other) noexcept;
  Library& operator=(Library&& other) noexcept;
  // Unloads and removes the copy. Contract: no thread is inside, and none will be.
  ~Library();

  const discern_plugin& table() const { return *table_; }
  // Unloads; false when the code stays mapped all the same (something pins it).
  bool close();
  // Never unload: a thread may still be inside.
  void abandon();

 private:
  Library(std::string plugin, void* handle, const discern_plugin* table, std::filesystem::path copy)
      : plugin_(std::move(plugin)), handle_(handle), table_(table), copy_(std::move(copy)) {}

  std::string plugin_;
  void* handle_ = nullptr;
  const discern_plugin* table_ = nullptr;
  std::filesystem::path copy_;
};

}  // namespace discern::plugin
