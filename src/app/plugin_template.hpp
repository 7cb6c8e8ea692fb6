#pragma once

// `discern plugin new`: a folder that builds, is tested and loads. What is in it is
// examples/new_plugin, embedded, with the names replaced.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace discern::app {

struct TextFile {
  std::string_view name;
  std::string_view text;
};
std::span<const TextFile> plugin_template();

// `text` of the template for a plugin of that id. Pure.
std::string for_plugin(std::string_view text, std::string_view id);

// Makes the folder <parent>/<id> and returns the names of the files in it. Errors: Invalid (the
// id), Exists (the folder), Io.
Result<std::vector<std::string>> make_plugin(std::string_view id,
                                             const std::filesystem::path& parent);

// The command: makes it in the current folder, says what to do next; an exit code.
int run_plugin_new(std::string_view id);

}  // namespace discern::app
