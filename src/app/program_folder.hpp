#pragma once

#include <filesystem>

namespace discern::app {

// The folder of this program: the simulator and the plugins lie beside it.
inline std::filesystem::path program_folder() {
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  return ec ? std::filesystem::path(".") : program.parent_path();
}

// The plugins that came with it: beside it in a build folder, or where they are installed.
inline std::filesystem::path bundled_plugins() {
  std::error_code ec;
  const std::filesystem::path beside = program_folder() / "plugins";
  return std::filesystem::is_directory(beside, ec)
             ? beside
             : program_folder().parent_path() / "lib" / "discern" / "plugins";
}

}  // namespace discern::app
