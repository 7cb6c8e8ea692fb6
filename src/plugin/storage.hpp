#pragma once

// What one plugin keeps: keys and values in an SQLite file of its own.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace discern::plugin {

// Thread-safe; every call waits for the disk. What was written survives the end of the process,
// however it ends; a power cut may take the last moments (WAL with synchronous = NORMAL), which is
// what a plugin's counts and settings are worth an fsync for: none.
class PluginStorage {
 public:
  static constexpr std::size_t kMaxKeyBytes = 256;
  static constexpr std::size_t kMaxValueBytes = 1024 * 1024;
  static constexpr std::size_t kMaxChanges = 10'000;
  static constexpr std::uint32_t kMaxRows = 10'000;

  // A file that is damaged is set aside with a message in the log, and an empty one takes its
  // place. Errors: Io, Refused, Unavailable.
  static Result<std::unique_ptr<PluginStorage>> open(const std::filesystem::path& file,
                                                     std::uint64_t limit_bytes);
  ~PluginStorage();

  using Row = std::pair<std::string, std::string>;
  Result<std::optional<std::string>> read(std::string_view key);
  // Rows whose key begins with `prefix` and comes after `after`, in the order of the keys' bytes.
  Result<std::vector<Row>> list(std::string_view prefix,
                                std::string_view after,
                                std::uint32_t most);

  struct Change {
    std::string_view key;
    std::optional<std::string_view> value;  // None removes the key.
  };
  // All of them or none. Errors: Invalid (sizes), Limit (the storage is full).
  Result<void> write(const std::vector<Change>& changes);

 private:
  struct Parts;
  explicit PluginStorage(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace discern::plugin
