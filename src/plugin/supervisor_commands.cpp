// Whose commands Discord knows, and who is called for them.

#include <algorithm>

#include "base/log.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {
namespace {

constexpr std::chrono::seconds kFirstRegisterPause{15};
constexpr std::chrono::seconds kLongestRegisterPause{3600};

}  // namespace

void Supervisor::take_commands(Record& record) {
  const std::string& id = record.manifest.id;
  record.commands = record.instance->registrations().commands();
  if (book_.commands(id) == record.commands) return;
  book_.set_commands(id, record.commands);
  save_book();
}

std::vector<Supervisor::KnownCommand> Supervisor::known_commands() const {
  std::vector<KnownCommand> known;
  CommandCount count;
  const auto take = [&](const Record& record) {
    CommandCount mine;
    for (const CommandSpec& spec : record.commands) {
      const bool room = count.of(spec.type) < CommandCount::most(spec.type);
      if (!mine.has(spec) && !(room && count.add(spec))) continue;
      mine.add(spec);
      known.push_back({&record, &spec});
    }
  };
  for (const bool running : {true, false}) {
    for (const auto& [id, record] : records_) {
      if ((record.phase == Phase::On) == running) take(record);
    }
  }
  return known;
}

std::vector<CommandStatus> Supervisor::commands() const {
  const Lock lock(mutex_);
  std::vector<CommandStatus> all;
  for (const auto& [record, spec] : known_commands()) {
    all.push_back({spec->name(), record->manifest.id, spec->description});
  }
  return all;
}

std::string Supervisor::commands_json() const {
  const Lock lock(mutex_);
  return known_commands_json();
}

std::string Supervisor::known_commands_json() const {
  std::vector<CommandSpec> all;
  for (const KnownCommand& command : known_commands()) all.push_back(*command.spec);
  return plugin::commands_json(std::move(all));
}

void Supervisor::publish() {
  if (!started_ || stopping_ || !application_ || !options_.register_commands) return;
  std::string json = known_commands_json();
  if (json == published_) return;
  published_ = json;
  calls_.push_back([this, application = *application_, json = std::move(json)] {
    options_.register_commands(application, json, [ear = ear_, json](bool taken) {
      const std::lock_guard lock(ear->mutex);
      if (ear->supervisor == nullptr) return;
      ear->supervisor->post(
          [supervisor = ear->supervisor, json, taken] { supervisor->registered(json, taken); });
    });
  });
}

void Supervisor::registered(const std::string& json, bool taken) {
  if (taken) {
    register_pause_ = {};
    return;
  }
  register_pause_ = register_pause_.count() == 0
                        ? kFirstRegisterPause
                        : std::min(register_pause_ * 4, kLongestRegisterPause);
  log::warn("plugin", "the commands are offered to Discord again in {} s", register_pause_.count());
  after(register_pause_, [this, json] {
    // Meanwhile there may be others, which were given then.
    if (published_ != json) return;
    published_.clear();
    publish();
  });
}

Absence Supervisor::absence_of(const Record& record) {
  if (record.phase == Phase::On) return Absence::None;
  if (record.failed) return Absence::Failed;
  return record.wanted ? Absence::Starting : Absence::Disabled;
}

void Supervisor::rebuild_routing() {
  auto made = std::make_shared<Routing>();
  for (const auto& [id, record] : records_) {
    if (record.instance) made->live.push_back(record.instance);
    const std::shared_ptr<Instance> live = record.phase == Phase::On ? record.instance : nullptr;
    made->plugins[id] = {live, absence_of(record)};
    if (!live) continue;
    for (const std::string& type : live->registrations().event_types()) {
      (type == "*" ? made->all_events : made->events[type]).push_back(live);
    }
  }
  for (const auto& [record, spec] : known_commands()) {
    const std::string& id = record->manifest.id;
    const std::string name = spec->name();
    made->commands[name] = {
        id, made->plugins[id], services_->commands.with(id, name), answers_privately(*spec)};
  }
  routing_.write(std::move(made));
}

Result<void> Supervisor::add_command(const Instance& instance,
                                     const CommandSpec& spec,
                                     const std::function<Result<void>()>& add) {
  const Lock lock(mutex_);
  const std::vector<CommandSpec> own = instance.registrations().commands();
  if (Result<void> fits = check_command(spec, own); !fits) return fits;
  if (Result<void> fits = check_command_of_others(instance.id(), spec); !fits) return fits;
  return add();
}

// A plugin that is off has its commands at Discord, but cannot keep others from using their names.
Result<void> Supervisor::check_command_of_others(const std::string& own,
                                                 const CommandSpec& spec) const {
  CommandCount count;
  count.add(spec);
  for (const auto& [id, record] : records_) {
    if (!record.instance) continue;
    for (const CommandSpec& other : record.instance->registrations().commands()) {
      const bool same = other.type == spec.type && other.root() == spec.root();
      if (same && id != own) {
        return Error(Errc::Exists,
                     "command \"" + discord::command_name(spec.type, spec.root()) +
                         "\" belongs to plugin \"" + id + "\"");
      }
      count.add(other);
    }
  }
  return check_count(spec, count);
}

// A plugin that is off and whose folder is gone was removed, now or before this start: its commands
// go.
void Supervisor::forget_removed() {
  const std::size_t before = records_.size();
  for (auto at = records_.begin(); at != records_.end();) {
    Record& record = at->second;
    std::error_code bad;
    const bool is_kept = record.phase != Phase::Off ||
                         off_lock([&] { return std::filesystem::exists(record.folder, bad); }) ||
                         bad;
    if (is_kept) {
      ++at;
      continue;
    }
    log::info("plugin", "plugin \"{}\" was removed", at->first);
    answer_waiting(record, Error(Errc::NotFound, "plugin \"" + at->first + "\" was removed"));
    at = records_.erase(at);
  }
  if (book_.keep_commands_of([this](const std::string& id) { return records_.contains(id); })) {
    save_book();
  }
  if (records_.size() == before) return;
  rebuild_routing();
  publish();
}

}  // namespace discern::plugin
