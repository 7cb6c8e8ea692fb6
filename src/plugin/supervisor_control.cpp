// What the operator, or a changed file, asks for. On the supervisor's thread with mutex_ held, but
// for the first three and look_for_changes.

#include <sys/stat.h>

#include "base/files.hpp"
#include "base/log.hpp"
#include "metrics/catalogue.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {

void Supervisor::enable(const std::string& id, ControlDone done) {
  control(id, std::move(done), [this](Record& record) {
    book_.set_wish(record.manifest.id, true);
    book_.forgive(record.manifest.id);
    record.wanted = true;
  });
}

void Supervisor::disable(const std::string& id, ControlDone done) {
  control(id, std::move(done), [this](Record& record) {
    book_.set_wish(record.manifest.id, false);
    record.wanted = false;
    record.reload = false;
    record.failed = false;
    record.lacks_dependency = false;
    record.message = "disabled by the operator";
  });
}

void Supervisor::reload(const std::string& id, ControlDone done) {
  control(id, std::move(done), [this](Record& record) {
    book_.forgive(record.manifest.id);
    record.wanted = true;
    record.reload = record.phase != Phase::Off;
  });
}

void Supervisor::control(const std::string& id,
                         ControlDone done,
                         const std::function<void(Record&)>& change) {
  post([this, id, done = std::move(done), change] {
    Record* record = find_or_scan(id);
    if (record == nullptr) {
      if (done) {
        calls_.push_back(
            [done, id] { done(Error(Errc::NotFound, "there is no plugin \"" + id + "\"")); });
      }
      return;
    }
    ++record->pauses;  // The operator has spoken: a pause that is running means nothing now.
    change(*record);
    save_book();
    if (done) record->waiting.push_back(done);
    settle_all();
    forget_removed();
  });
}

// Folders that were not there at the start are found when somebody names one.
Supervisor::Record* Supervisor::find_or_scan(const std::string& id) {
  auto found = records_.find(id);
  if (found == records_.end()) {
    scan_new_folders();
    found = records_.find(id);
  }
  return found == records_.end() ? nullptr : &found->second;
}

void Supervisor::save_book() {
  if (options_.book_file.empty()) return;
  // Written without the lock, which the gateway's thread takes too.
  calls_.push_back([file = options_.book_file, text = book_.to_json()] {
    if (const Result<void> saved = write_file_atomically(file, text); !saved) {
      log::error("plugin", "what is known of the plugins is not on disk: {}", saved.error().text);
    }
  });
}

// A mark on the charts, and the moment that before and after are told from.
void Supervisor::note_change(Record& record, bool reloaded) {
  const Manifest& manifest = record.manifest;
  const std::string before = book_.version(manifest.id);
  const bool other_version = !before.empty() && before != manifest.version;
  const std::string version = other_version ? before + " -> " + manifest.version : manifest.version;
  if (reloaded) {
    annotate("reload", "plugin " + manifest.id + " " + version + " reloaded");
  } else {
    annotate(other_version ? "version" : "enable",
             "plugin " + manifest.id + " " + version + " enabled");
  }
  if (!reloaded && !other_version && !before.empty()) return;
  book_.set_version(manifest.id, manifest.version, clock_.system_now());
  save_book();
}

void Supervisor::add_crash(const CrashReport& report) {
  const Lock lock(mutex_);
  const std::string& id = report.plugin;
  const std::string handler = report.handler.empty() ? "a thread of its own" : report.handler;
  registry_.counter(metrics::catalogue::kPluginErrors, id, "crash").add();
  registry_.annotate(
      {report.time,
       "crash",
       "plugin " + id + " crashed the program: " + report.signal + " in " + handler});
  log::error("plugin",
             "plugin \"{}\" crashed the program the last time it ran: {} in {}",
             id,
             report.signal,
             handler);
  book_.add_crash(id, {report.time, report.signal, handler});
  if (!options_.book_file.empty()) {
    if (auto saved = write_file_atomically(options_.book_file, book_.to_json()); !saved) {
      log::error("plugin", "the crash is not on disk: {}", saved.error().text);
    }
  }
  const auto found = records_.find(id);
  if (found != records_.end() && found->second.wanted) refuse_after_crashes(found->second);
}

void Supervisor::refuse_after_crashes(Record& record) {
  const std::string& id = record.manifest.id;
  if (!book_.crashed_too_often(id)) return;
  const Crash last = book_.crashes(id).back();
  fail(record,
       "plugin \"" + id + "\" crashed the program three times within ten minutes, the last in " +
           last.handler + " (" + last.signal + "); mend it, then enable it");
}

// Those that are off only because of what they require.
void Supervisor::revive_dependents() {
  for (auto& [id, record] : records_) {
    if (!record.lacks_dependency || record.phase != Phase::Off) continue;
    bool wait = false;
    if (!dependency_problem(record, wait).empty()) continue;
    record.lacks_dependency = false;
    record.wanted = true;
  }
}

Supervisor::FileMark Supervisor::mark_of(const Record& record) const {
  FileMark mark;
  for (const std::string& name : {record.manifest.id + ".so", std::string("plugin.toml")}) {
    struct stat file {};
    if (::stat((record.folder / name).c_str(), &file) != 0) continue;
    mark.time_ns += file.st_mtim.tv_sec * 1'000'000'000LL + file.st_mtim.tv_nsec;
    mark.bytes += static_cast<std::uint64_t>(file.st_size);
    mark.inode += file.st_ino;
  }
  return mark;
}

void Supervisor::look_for_changes() {
  // Records come and go on this thread alone, so that it may look at them without the lock.
  std::map<std::string, FileMark> marks;
  for (const auto& [id, record] : records_) marks[id] = mark_of(record);
  locked([this, marks = std::move(marks), folders = folders_on_disk()] {
    take_up_changes(marks, folders);
  }).run();
}

void Supervisor::take_up_changes(const std::map<std::string, FileMark>& marks,
                                 std::vector<std::filesystem::path> folders) {
  forget_removed();
  const std::size_t known = records_.size();
  scan_new_folders(std::move(folders));
  bool changed = records_.size() != known;
  for (auto& [id, record] : records_) {
    const auto looked = marks.find(id);
    if (looked == marks.end()) continue;
    const FileMark now = looked->second;
    // Between two looks nothing was written: whoever writes it is done.
    const bool at_rest = now == record.seen_mark;
    record.seen_mark = now;
    if (!at_rest || now == record.loaded_mark || !can_load_again(record)) continue;
    log::info("plugin", "the files of plugin \"{}\" changed", id);
    load_again(record);
    changed = true;
  }
  if (changed) settle_all();
}

bool Supervisor::can_load_again(const Record& record) {
  return record.phase == Phase::On || (record.phase == Phase::Off && record.failed);
}

void Supervisor::load_again(Record& record) {
  ++record.pauses;
  book_.forgive(record.manifest.id);
  record.loaded_mark = record.seen_mark = mark_of(record);
  record.wanted = true;
  record.reload = record.phase != Phase::Off;
}

ConfigValues Supervisor::values_of(const std::string& id) const {
  const auto given = config_.find(id);
  return given == config_.end() ? ConfigValues() : given->second;
}

void Supervisor::renew(std::map<std::string, ConfigValues> config) {
  post([this, config = std::move(config)]() mutable {
    if (stopping_) return;
    config_ = std::move(config);
    forget_removed();
    scan_new_folders();
    for (auto& [id, record] : records_) renew(record);
    settle_all();
  });
}

void Supervisor::renew(Record& record) {
  const std::string& id = record.manifest.id;
  const bool same = values_of(id) == record.loaded_values;
  if (same && mark_of(record) == record.loaded_mark) return;
  // One that loads has the old values, and is loaded again when it has.
  if (record.phase != Phase::Loading && !can_load_again(record)) return;
  std::error_code bad;
  if (record.phase != Phase::Off && !std::filesystem::exists(record.folder, bad) && !bad) {
    record.wanted = false;
    record.message = "its folder is gone";
    return;
  }
  // A plugin that runs is not taken down for a typing error.
  if (record.phase != Phase::Off) {
    const Result<Manifest> manifest = manifest_on_disk(record);
    const auto merged = manifest ? merge_config(id, manifest->config, values_of(id))
                                 : Result<std::string>(manifest.error());
    if (!merged) {
      log::error("plugin", "{}; the plugin keeps what it has", merged.error().text);
      config_[id] = record.loaded_values;
      return;
    }
  }
  log::info("plugin", "the {} of plugin \"{}\" changed", same ? "files" : "settings", id);
  load_again(record);
}

}  // namespace discern::plugin
