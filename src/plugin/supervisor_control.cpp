// What the operator asks for. On the supervisor's thread with mutex_ held, but for the first three.

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
    record.starting = false;
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
    if (done)
      record->waiting.push_back([this, id, done](const Result<void>& outcome) {
        done(outcome && !book_problem_.empty() ? not_kept(id) : outcome);
      });
    settle_all();
    forget_removed();
  });
}

// The file was written before anybody is answered. Called without mutex_.
Error Supervisor::not_kept(const std::string& id) const {
  return {
      Errc::Io,
      "what you want of plugin \"" + id +
          "\" holds until the next start only, because it could not be stored: " + book_problem_};
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
  calls_.push_back([this, text = book_.to_json()] {
    const Result<void> saved = book_file_.write(text);
    book_problem_ = saved ? std::string() : saved.error().text;
    if (saved) return;
    log::error("plugin", "what is known of the plugins is not on disk: {}", saved.error().text);
  });
}

// A mark on the charts, and the moment that before and after are told from.
void Supervisor::note_change(Record& record, Cause cause) {
  const bool reloaded = cause == Cause::Reload;
  const Manifest& manifest = record.manifest;
  const std::string before = book_.version(manifest.id);
  const bool other_version = !before.empty() && before != manifest.version;
  const std::string version = other_version ? before + " -> " + manifest.version : manifest.version;
  const bool started = cause == Cause::Start;
  registry_
      .counter(metrics::catalogue::kPluginLoads,
               manifest.id,
               reloaded  ? "reload"
               : started ? "start"
                         : "enable")
      .add();
  if (reloaded) {
    annotate("reload", "plugin " + manifest.id + " " + version + " reloaded");
  } else if (!started || other_version) {
    // A start has a mark of its own, for all plugins together.
    annotate(other_version ? "version" : "enable",
             "plugin " + manifest.id + " " + version + (started ? " started" : " enabled"));
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
    if (auto saved = book_file_.write(book_.to_json()); !saved) {
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

bool Supervisor::can_load_again(const Record& record) {
  return record.phase == Phase::On || (record.phase == Phase::Off && record.failed);
}

void Supervisor::load_again(Record& record) {
  ++record.pauses;
  book_.forgive(record.manifest.id);
  record.loaded_mark = record.seen_mark = off_lock([&] { return mark_of(record); });
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
    // What stands for a folder that could not be read is read as if it were new.
    std::erase_if(records_, [](const auto& item) {
      return item.second.unread && item.second.phase == Phase::Off && item.second.waiting.empty();
    });
    scan_new_folders();
    for (auto& [id, record] : records_) renew(record);
    settle_all();
  });
}

void Supervisor::renew(Record& record) {
  const std::string& id = record.manifest.id;
  const bool same = values_of(id) == record.loaded_values;
  if (same && off_lock([&] { return mark_of(record); }).same_content(record.loaded_mark)) return;
  // One that loads has the old values, and is loaded again when it has.
  if (record.phase != Phase::Loading && !can_load_again(record)) return;
  std::error_code bad;
  const bool is_there =
      off_lock([&] { return std::filesystem::exists(record.folder, bad); }) || bad;
  if (record.phase != Phase::Off && !is_there) {
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
