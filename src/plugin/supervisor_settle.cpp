// The steps from what a plugin is to what it is wanted to be. On the supervisor's thread, with
// mutex_ held.

#include <algorithm>

#include "base/files.hpp"
#include "base/log.hpp"
#include "metrics/catalogue.hpp"
#include "plugin/supervisor.hpp"
#include "plugin/trust.hpp"

namespace discern::plugin {

void Supervisor::settle_all() {
  revive_dependents();
  // One that is refused may be needed by others, which were looked at before it.
  for (bool refused = true; refused;) {
    refused = false;
    for (auto& [id, record] : records_) {
      const bool wanted = record.wanted;
      settle(record);
      note_off(record);
      refused = refused || record.wanted != wanted;
    }
  }
  rebuild_routing();
}

void Supervisor::settle(Record& record) {
  if (record.phase == Phase::Off && record.wanted) {
    const Result<void> read = read_manifest(record);
    if (stopping_) return;
    if (!read) return refuse(record, read.error().text);
  }
  bool wait = false;
  const std::string problem = record.wanted ? dependency_problem(record, wait) : std::string();
  switch (record.phase) {
    case Phase::Off:
      if (!record.wanted) return answer_waiting(record, {});
      if (wait) return;
      if (!problem.empty()) {
        refuse(record, problem);
        record.lacks_dependency = true;
        return;
      }
      return begin_load(record);
    case Phase::Loading:
      // Within the limit a reload waits for its init; later nobody knows whether it comes back.
      if (!record.wanted || (record.reload && record.late)) return begin_stop(record);
      if (record.late) answer_waiting(record, Error(Errc::Timeout, record.message));
      return;
    case Phase::On:
      if (!record.wanted || record.reload || !problem.empty()) return begin_stop(record);
      return answer_waiting(record, {});
    case Phase::Stopping:
      return;
  }
}

// Whether it needs itself, over one or more others.
bool Supervisor::needs_itself(const Record& record) const {
  std::vector<const Record*> seen;
  std::vector<const Record*> open{&record};
  while (!open.empty()) {
    const Record* at = open.back();
    open.pop_back();
    for (const std::string& needed : at->manifest.requires_plugins) {
      const auto found = records_.find(needed);
      if (found == records_.end()) continue;
      const Record* next = &found->second;
      if (next == &record) return true;
      if (std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
      seen.push_back(next);
      open.push_back(next);
    }
  }
  return false;
}

// Why it cannot be loaded; `wait` when that may change by itself.
std::string Supervisor::dependency_problem(const Record& record, bool& wait) const {
  if (needs_itself(record)) {
    return "plugin \"" + record.manifest.id +
           "\" requires itself, by way of the plugins it requires";
  }
  for (const std::string& needed : record.manifest.requires_plugins) {
    const std::string sentence =
        "plugin \"" + record.manifest.id + "\" requires plugin \"" + needed + "\", which ";
    const auto found = records_.find(needed);
    if (found == records_.end()) return sentence + "is not there";
    const Record& other = found->second;
    if (other.phase == Phase::On && other.wanted && !other.reload) continue;
    if (!other.wanted) return sentence + (other.failed ? "failed" : "is disabled");
    wait = true;
  }
  return {};
}

void Supervisor::refuse(Record& record, std::string message) {
  registry_.counter(metrics::catalogue::kPluginErrors, record.manifest.id, "load").add();
  fail(record, std::move(message));
}

void Supervisor::fail(Record& record, std::string message) {
  record.wanted = false;
  record.reload = false;
  record.failed = true;
  record.starting = false;
  record.message = std::move(message);
  if (!options_.quiet) log::error("plugin", "{}", record.message);
  answer_waiting(record, Error(Errc::Refused, record.message));
}

void Supervisor::answer_waiting(Record& record, const Result<void>& outcome) {
  for (ControlDone& done : record.waiting) {
    calls_.push_back([done = std::move(done), outcome] { done(outcome); });
  }
  record.waiting.clear();
}

Result<Manifest> Supervisor::manifest_on_disk(const Record& record) const {
  for (const std::string& name : {std::string("plugin.toml"), record.manifest.id + ".so"}) {
    const Result<void> trusted =
        off_lock([&] { return check_trust(record.folder / name, record.folder.parent_path()); });
    if (!trusted) {
      return Error(Errc::Refused, "plugin \"" + record.manifest.id + "\": " + trusted.error().text);
    }
  }
  const Result<std::string> text =
      off_lock([&] { return read_file(record.folder / "plugin.toml", 1024 * 1024); });
  if (!text) return text.error();
  Result<Manifest> manifest =
      parse_manifest(*text, (record.folder.filename() / "plugin.toml").string());
  if (manifest && manifest->id != record.manifest.id) {
    return Error(Errc::Refused,
                 "plugin \"" + record.manifest.id + "\" now calls itself \"" + manifest->id +
                     "\"; restart to load it");
  }
  return manifest;
}

Result<void> Supervisor::read_manifest(Record& record) {
  record.loaded_mark = off_lock([&] { return mark_of(record); });
  record.loaded_values = values_of(record.manifest.id);
  Result<Manifest> manifest = manifest_on_disk(record);
  record.untrusted = !manifest && manifest.error().kind == Errc::Refused;
  if (!manifest) return std::move(manifest).error();
  record.manifest = *std::move(manifest);
  return {};
}

void Supervisor::begin_load(Record& record) {
  record.lacks_dependency = false;
  record.reload = false;
  record.late = false;
  const Manifest& manifest = record.manifest;
  if (Result<void> fits = check_api(manifest.id, manifest.api_major, manifest.api_minor); !fits) {
    return refuse(record, fits.error().text);
  }
  Result<std::string> config = merge_config(manifest.id, manifest.config, values_of(manifest.id));
  if (!config) return refuse(record, config.error().text);

  // What the system may refuse comes first: the record changes when the thread is there.
  const std::uint64_t generation = ++generations_;
  const std::string& id = manifest.id;
  const std::filesystem::path copy =
      options_.private_folder / (id + "." + std::to_string(generation) + ".so");
  auto instance = std::make_shared<Instance>(*services_, manifest, generation, *std::move(config));
  after(options_.init_limit, [this, generation] { init_is_late(generation); });
  if (auto started = instance->start(record.folder / (id + ".so"), copy); !started) {
    return refuse(record, "plugin \"" + id + "\": " + started.error().text);
  }
  ++record.generations;
  record.instance = std::move(instance);
  record.cpu_seen = {};
  record.allocated_seen = {};
  record.failed = false;
  record.message.clear();
  record.phase = Phase::Loading;
}

void Supervisor::init_is_late(std::uint64_t generation) {
  Record* record = find(generation);
  if (record == nullptr || record->phase != Phase::Loading) return;
  record->late = true;
  record->message = "plugin \"" + record->manifest.id +
                    "\" has not come back from init; disable it, or mend it and reload";
  services_->errors.with(record->manifest.id, "init").add();
  log::error("plugin", "{}", record->message);
  settle_all();
}

void Supervisor::opened(Record& record, Instance& instance, const Result<void>& outcome) {
  if (record.phase != Phase::Loading) return;
  const std::string& id = record.manifest.id;
  if (!outcome) {
    // The thread ends by itself; on_ended brings the record to Off. Who asked for a reload
    // meanwhile has other files in mind.
    if (!record.reload) fail(record, outcome.error().text);
    return begin_stop(record);
  }
  record.phase = Phase::On;
  record.message.clear();
  take_commands(record);
  record.load_seconds = seconds(instance.load_time());
  record.handles.load_seconds.set(record.load_seconds);
  const bool was_on = record.handles.enabled.cell()->exchange(1) > 0;
  const bool starting = std::exchange(record.starting, false);
  const Cause cause = was_on ? Cause::Reload : starting ? Cause::Start : Cause::Enable;
  if (cause == Cause::Enable) record.handles.enables.add();
  note_change(record, cause);
  if (const discord::Intents missing = record.manifest.intents & ~granted_;
      started_ && missing != 0) {
    record.message = "it asks for intents that the connection was not opened with (" +
                     discord::describe_intents(missing) + "); restart to receive those events";
    log::warn("plugin", "plugin \"{}\": {}", id, record.message);
  }
  settle_all();
  publish();
}

void Supervisor::begin_stop(Record& record) {
  // In this order: one that is stopping ends in time, and its loop is closed, whatever fails here.
  after(options_.stop_limit,
        [this, generation = record.instance->generation()] { abandon(generation); });
  record.instance->close();
  record.phase = Phase::Stopping;
  rebuild_routing();
}

void Supervisor::ended(Record& record, bool unmapped) {
  const std::string& id = record.manifest.id;
  record.instance.reset();
  record.phase = Phase::Off;
  record.handles.queue_depth.set(0);
  record.handles.loop_stall.set(0);
  if (!unmapped) {
    ++pinned_;
    record.handles.pinned.set(static_cast<double>(++record.pinned));
    log::warn(
        "plugin", "plugin \"{}\" ended, but its code stays in memory: something in it pins it", id);
  }
  const bool unwanted = !record.wanted && !record.failed;
  settle_all();
  if (unwanted && !stopping_) forget_removed();
}

void Supervisor::note_off(Record& record) {
  if (record.phase != Phase::Off || record.wanted) return;
  const bool was_on = record.handles.enabled.cell()->exchange(0) > 0;
  if (!was_on || stopping_) return;
  services_->families.zero_gauges(record.manifest.id);
  record.handles.disables.add();
  annotate("disable", "plugin " + record.manifest.id + " disabled");
}

void Supervisor::abandon(std::uint64_t generation) {
  Record* record = find(generation);
  if (record == nullptr || record->phase != Phase::Stopping) return;
  sample(*record);
  std::string handler = "unknown work";
  if (const auto running = record->instance->running()) handler = running->handler;
  const std::string& id = record->manifest.id;
  log::error("plugin",
             "plugin \"{}\" does not come back from {}; its thread is left alone and its code "
             "stays in memory",
             id,
             handler);
  abandoned_.push_back({id, record->instance, record->cpu_seen});
  calls_.push_back([instance = record->instance] { instance->abandon(); });
  if (!record->wanted && record->message.empty())
    record->message = "abandoned: it did not come back from " + handler;
  // Its copy of the code stays, and is counted as pinned here.
  ++pinned_;
  record->handles.pinned.set(static_cast<double>(++record->pinned));
  ended(*record, true);
}

void Supervisor::pause(std::uint64_t generation, const std::string& last) {
  Record* record = find(generation);
  if (record == nullptr || record->phase != Phase::On || !record->wanted) return;
  const std::chrono::seconds pause = record->backoff.next_pause(clock_.steady_now());
  record->wanted = false;
  record->failed = true;
  record->message = "disabled for " + std::to_string(pause.count()) +
                    " s after repeated failures, the last in " + last;
  log::error("plugin", "plugin \"{}\" {}", record->manifest.id, record->message);
  const std::uint64_t mine = ++record->pauses;
  after(pause, [this, id = record->manifest.id, mine] {
    const auto found = records_.find(id);
    if (found == records_.end() || found->second.pauses != mine) return;
    found->second.wanted = true;
    settle_all();
  });
  settle_all();
}

}  // namespace discern::plugin
