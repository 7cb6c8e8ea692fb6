// What is in the plugins folder, before any code of a plugin runs.

#include <algorithm>

#include "base/files.hpp"
#include "base/log.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

// Whether `id` needs itself, over one or more others.
bool needs_itself(const std::string& id,
                  const std::map<std::string, std::vector<std::string>>& needs) {
  std::vector<std::string> seen;
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const std::string at = std::move(open.back());
    open.pop_back();
    const auto found = needs.find(at);
    if (found == needs.end()) continue;
    for (const std::string& next : found->second) {
      if (next == id) return true;
      if (std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
      seen.push_back(next);
      open.push_back(next);
    }
  }
  return false;
}

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
  std::sort(folders.begin(), folders.end());
  const std::size_t before = records_.size();
  for (const fs::path& folder : folders) {
    const bool known = std::any_of(records_.begin(), records_.end(), [&](const auto& item) {
      return item.second.folder == folder;
    });
    if (!known) scan_folder(folder);
  }
  if (records_.size() != before) refuse_cycles();
}

Supervisor::Record& Supervisor::add_record(const std::string& id, const fs::path& folder) {
  Record& record = records_.try_emplace(id, registry_, id, options_.faults).first->second;
  record.folder = folder;
  record.manifest.id = id;
  record.manifest.name = id;
  record.handles.enabled.set(0);
  record.commands = book_.commands(id);
  record.loaded_mark = record.seen_mark = mark_of(record);
  return record;
}

void Supervisor::scan_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const Result<std::string> text = read_file(folder / "plugin.toml", 1024 * 1024);
  if (!text) {
    // A folder without a manifest is somebody's notes, unless a library lies in it.
    std::error_code bad;
    const bool meant = fs::exists(folder / (name + ".so"), bad);
    if (text.error().kind == Errc::NotFound && !meant) return;
    Record& record = add_record(name, folder);
    return refuse(record, name + ": its plugin.toml cannot be read: " + text.error().text);
  }
  Result<Manifest> manifest = parse_manifest(*text, name + "/plugin.toml");
  if (!manifest) return refuse(add_record(name, folder), manifest.error().text);
  if (manifest->demonstration && !options_.demonstration) return;

  const std::string prefix = metric_prefix(manifest->id);
  for (const auto& [id, other] : records_) {
    if (metric_prefix(id) != prefix) continue;
    const std::string problem =
        id == manifest->id ? "has the id \"" + id + "\" of folder "
                           : "has metric names equal to those of \"" + id + "\" in folder ";
    Record& refused = add_record(name == id ? name + " (2)" : name, folder);
    return refuse(refused,
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
}

void Supervisor::refuse_cycles() {
  std::map<std::string, std::vector<std::string>> needs;
  for (const auto& [id, record] : records_) needs[id] = record.manifest.requires_plugins;
  for (auto& [id, record] : records_) {
    if (needs_itself(id, needs)) {
      refuse(record, "plugin \"" + id + "\" requires itself, by way of the plugins it requires");
    }
  }
}

}  // namespace discern::plugin
