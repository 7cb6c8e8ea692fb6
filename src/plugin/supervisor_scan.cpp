// What is in the plugins folder, before any code of a plugin runs.

#include <algorithm>

#include "base/files.hpp"
#include "base/log.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

}  // namespace

void Supervisor::scan() {
  std::error_code bad;
  if (!options_.private_folder.empty()) {
    // Left over by a process that was killed.
    for (const auto& entry : fs::directory_iterator(options_.private_folder, bad)) {
      if (entry.path().extension() == ".so") fs::remove(entry.path(), bad);
    }
  }
  const Lock lock(mutex_);
  if (!options_.book_file.empty()) {
    Result<Book> book = Book::read(options_.book_file);
    if (book) {
      book_ = *std::move(book);
    } else {
      log::error("plugin", "what is known of the plugins is lost: {}", book.error().text);
    }
  }
  if (!options_.quiet && !fs::is_directory(options_.folder, bad)) {
    log::warn("plugin", "there is no plugins folder {}", options_.folder.string());
  }
  scan_new_folders();
}

std::vector<fs::path> Supervisor::folders_on_disk() const {
  std::error_code bad;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(options_.folder, bad)) {
    if (entry.is_directory(bad)) folders.push_back(entry.path());
  }
  for (const fs::path& more : options_.more_folders) {
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(more, absent)) {
      if (entry.is_directory(absent)) folders.push_back(entry.path());
    }
  }
  return folders;
}

void Supervisor::scan_new_folders(std::vector<fs::path> folders) {
  std::erase_if(folders, [this](const fs::path& folder) {
    return std::any_of(records_.begin(), records_.end(), [&](const auto& item) {
      return item.second.folder == folder;
    });
  });
  std::sort(folders.begin(), folders.end());
  // Those that say who they are come first: a broken one must not stand in a sound one's place.
  std::vector<std::pair<fs::path, Error>> broken;
  for (const fs::path& folder : folders) {
    if (auto read = scan_folder(folder); !read) broken.emplace_back(folder, read.error());
  }
  for (const auto& [folder, error] : broken) refuse_folder(folder, error.text);
}

Supervisor::Record& Supervisor::add_record(const std::string& id, const fs::path& folder) {
  Record& record = records_.try_emplace(id, registry_, id, options_.faults).first->second;
  record.folder = folder;
  record.manifest.id = id;
  record.manifest.name = id;
  record.handles.enabled.set(0);
  record.commands = book_.commands(id);
  record.loaded_mark = record.seen_mark = mark_of(record);
  record.loaded_values = values_of(id);
  return record;
}

// What it is called is not known for sure; it must not pass for another plugin.
void Supervisor::refuse_folder(const fs::path& folder, std::string why) {
  const std::string name = folder.filename().string();
  std::string id = name;
  for (int n = 2; records_.contains(id); ++n) id = name + " (" + std::to_string(n) + ")";
  refuse(add_record(id, folder), std::move(why));
}

Result<void> Supervisor::scan_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const Result<std::string> text = read_file(folder / "plugin.toml", 1024 * 1024);
  if (!text) {
    // A folder without a manifest is somebody's notes, unless a library lies in it.
    std::error_code bad;
    const bool meant = fs::exists(folder / (name + ".so"), bad);
    if (text.error().kind == Errc::NotFound && !meant) return {};
    return Error(text.error().kind,
                 name + ": its plugin.toml cannot be read: " + text.error().text);
  }
  Result<Manifest> manifest = parse_manifest(*text, name + "/plugin.toml");
  if (!manifest) return manifest.error();
  if (manifest->demonstration && !options_.demonstration) return {};

  const std::string prefix = metric_prefix(manifest->id);
  for (const auto& [id, other] : records_) {
    if (metric_prefix(id) != prefix) continue;
    const std::string problem =
        id == manifest->id ? "has the id \"" + id + "\" of folder "
                           : "has metric names equal to those of \"" + id + "\" in folder ";
    return Error(Errc::Exists,
                 "folder " + name + " " + problem + other.folder.filename().string() +
                     "; give one of them another id");
  }
  Record& record = add_record(manifest->id, folder);
  record.manifest = *std::move(manifest);
  const std::string& id = record.manifest.id;
  const auto& off = options_.disabled;
  const bool configured = std::find(off.begin(), off.end(), id) == off.end();
  const std::optional<bool> wish = book_.wish(id);
  record.wanted = wish.value_or(configured);
  if (!record.wanted) {
    record.message = wish ? "disabled by the operator" : "disabled in the configuration";
  } else {
    refuse_after_crashes(record);
  }
  return {};
}

}  // namespace discern::plugin
