#pragma once

// The data folder and the files that the host keeps in it from one start to the next. Links in the
// place of such a file are refused: whoever can put one there could redirect what is written.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace discern {

// Creates a folder, and those above it, that only its owner can enter; others may not write into
// one that exists. Errors: Refused (it belongs to another user, or everybody can write into it),
// Io.
Result<void> ensure_data_folder(const std::filesystem::path& folder);
// The same for a folder of the host's own inside of it: nobody else can even enter. A link in its
// place is refused.
Result<void> ensure_private_folder(const std::filesystem::path& folder);

// Once the folder is locked: removes what crashes left, and takes rights on the host's files from
// everybody else. What cannot be changed stays as it is.
void tidy_data_folder(const std::filesystem::path& folder);

// Errors: Refused when a link, a folder or a device is in the place of a file.
Result<void> check_regular_or_absent(const std::filesystem::path& file);

// One file that is read at start and replaced as a whole. One thread at a time.
class KeptFile {
 public:
  // `lost` ends the log line about a file that cannot be used: "the last errors are forgotten".
  KeptFile(std::filesystem::path path, std::size_t max_bytes, std::string lost)
      : path_(std::move(path)), max_bytes_(max_bytes), lost_(std::move(lost)) {}

  const std::filesystem::path& path() const { return path_; }

  // The content; nothing if there is no file. One that cannot be read, for whatever reason, is set
  // aside, the log says so, and reads as nothing.
  std::optional<std::string> read();
  // Sets the file aside because its content makes no sense. `why` completes "… cannot be used (".
  void reject(std::string_view why);

  // Errors: Refused as long as a file that could not be read is still in its place.
  Result<void> make_way();
  // Replaces the file. Errors: Refused as long as a file that could not be read is still in its
  // place; as write_file_atomically.
  Result<void> write(std::string_view content);

 private:
  std::filesystem::path path_;
  std::size_t max_bytes_;
  std::string lost_;
  std::string in_the_way_;  // Why the file that is there must not be replaced; empty if it may.
};

}  // namespace discern
