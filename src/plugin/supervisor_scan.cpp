// What is in the plugins folder, before any code of a plugin runs.

#include <algorithm>

#include "base/files.hpp"
#include "base/folder.hpp"
#include "base/kept_file.hpp"
#include "base/log.hpp"
#include "plugin/supervisor.hpp"
#include "plugin/trust.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

}  // namespace

void Supervisor::scan() {
  std::error_code bad;
  if (!options_.private_folder.empty()) {
    if (auto made = ensure_private_folder(options_.private_folder); !made) {
      log::error("plugin", "{}", made.error().text);
    }
    // Left over by a process that was killed.
    if (const auto left = read_folder(options_.private_folder); left) {
      for (const std::string& name : left.value()) {
        if (name.ends_with(".so")) fs::remove(options_.private_folder / name, bad);
      }
    }
  }
  const Lock lock(mutex_);
  if (!options_.book_file.empty()) {
    book_ = Book::read(book_file_);
  }
  if (!options_.quiet && !fs::is_directory(options_.folder, bad)) {
    log::warn("plugin", "there is no plugins folder {}", options_.folder.string());
  }
  scan_new_folders();
}

std::vector<fs::path> Supervisor::folders_on_disk() const {
  std::vector<fs::path> folders = folders_in(options_.folder);
  for (const fs::path& more : options_.more_folders) {
    for (fs::path& one : folders_in(more)) folders.push_back(std::move(one));
  }
  return folders;
}

bool Supervisor::is_known(const fs::path& folder) const {
  return std::any_of(records_.begin(), records_.end(), [&](const auto& item) {
    return item.second.folder == folder;
  });
}

void Supervisor::scan_new_folders(std::vector<fs::path> folders) {
  std::erase_if(folders, [this](const fs::path& folder) { return is_known(folder); });
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
  record.handles.queue_depth.set(0);
  record.handles.pinned.set(0);
  record.commands = book_.commands(id);
  record.loaded_mark = record.seen_mark = off_lock([&] { return mark_of(record); });
  record.loaded_values = values_of(id);
  return record;
}

// What it is called is not known for sure; it must not pass for another plugin.
void Supervisor::refuse_folder(const fs::path& folder, std::string why) {
  const std::string name = folder.filename().string();
  std::string id = name;
  for (int n = 2; records_.contains(id); ++n) id = name + " (" + std::to_string(n) + ")";
  Record& record = add_record(id, folder);
  record.unread = true;
  refuse(record, std::move(why));
}

Result<void> Supervisor::scan_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const Result<void> trusted =
      off_lock([&] { return check_trust(folder / "plugin.toml", folder.parent_path()); });
  if (!trusted) {
    return Error(Errc::Refused, "plugin \"" + name + "\": " + trusted.error().text);
  }
  const Result<std::string> text =
      off_lock([&] { return read_file(folder / "plugin.toml", 1024 * 1024); });
  if (!text) {
    // A folder without a manifest is somebody's notes, unless a library lies in it.
    std::error_code bad;
    const bool meant = off_lock([&] { return fs::exists(folder / (name + ".so"), bad); });
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
