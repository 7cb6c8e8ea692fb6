#include "app/plugin_template.hpp"

#include <fmt/format.h>

#include "app/command_line.hpp"
#include "app/tell.hpp"
#include "base/files.hpp"
#include "plugin/manifest.hpp"

namespace discern::app {
namespace {

constexpr std::string_view kTemplateId = "new-plugin";
constexpr std::string_view kTemplateClass = "NewPlugin";

// "my-plugin" is the class MyPlugin.
std::string class_name(std::string_view id) {
  std::string name;
  bool upper = true;
  for (const char c : id) {
    const bool letter = c >= 'a' && c <= 'z';
    if (c != '-' && c != '_') name += upper && letter ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '-' || c == '_';
  }
  return name;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string for_plugin(std::string_view text, std::string_view id) {
  std::string out(text);
  replace_all(out, kTemplateClass, class_name(id));
  replace_all(out, kTemplateId, id);
  return out;
}

Result<std::vector<std::string>> make_plugin(std::string_view id,
                                             const std::filesystem::path& parent) {
  if (!plugin::is_plugin_id(id)) {
    return Error(Errc::Invalid,
                 fmt::format("\"{}\" is not a plugin's id: 1 to 32 of a-z, 0-9, - and _, beginning "
                             "with a letter",
                             id));
  }
  const std::filesystem::path folder = parent / id;
  std::error_code bad;
  if (std::filesystem::exists(folder, bad)) {
    return Error(Errc::Exists,
                 fmt::format("{} exists already; remove it or choose another id", folder.string()));
  }
  if (!std::filesystem::create_directories(folder, bad)) {
    return Error(Errc::Io, fmt::format("could not make {}: {}", folder.string(), bad.message()));
  }
  std::vector<std::string> names;
  for (const TextFile& file : plugin_template()) {
    auto written =
        write_file_atomically(folder / file.name, for_plugin(file.text, id), FileFor::Everyone);
    if (!written) return std::move(written).error();
    names.emplace_back(file.name);
  }
  return names;
}

int run_plugin_new(std::string_view id) {
  const auto made = make_plugin(id, ".");
  if (!made) {
    complain(made.error().text);
    return made.error().kind == Errc::Io ? kExitFailed : kExitUsage;
  }
  tell(
      "Made {0}/ with {1}.\n"
      "Build and test it:\n"
      "  cmake -S {0} -B {0}/build && cmake --build {0}/build && ctest --test-dir {0}/build\n"
      "See it run:\n"
      "  DISCERN_PLUGINS_FOLDER={0}/build/plugins discern demo\n",
      id,
      fmt::format("{}", fmt::join(*made, ", ")));
  return kExitFine;
}

}  // namespace discern::app
