#include "plugin/book.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "base/log.hpp"
#include "plugin/kept_json.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

// Discord's 130 commands of at most 8,000 characters, in 30 languages, would be near it.
constexpr std::size_t kMostBytes = 32 * 1024 * 1024;

std::optional<SystemTime> time_of(const json::object& from, std::string_view key) {
  const std::optional<std::int64_t> ms = number_of(from, key);
  return ms ? std::optional(from_epoch_ms(*ms)) : std::nullopt;
}

// Crashes and commands are lists of objects.
template <class Use>
void each_object(const json::object& from, std::string_view key, Use&& use) {
  const json::value* list = from.if_contains(key);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& item : list->get_array()) {
    if (const json::object* object = item.if_object()) use(*object);
  }
}

discord::CommandType type_of(const json::object& command) {
  const std::string menu = text_of(command, "menu");
  if (menu == "user") return discord::CommandType::User;
  return menu == "message" ? discord::CommandType::Message : discord::CommandType::Slash;
}

std::vector<CommandSpec> read_commands(const std::string& id, const json::object& from) {
  std::vector<CommandSpec> commands;
  each_object(from, "commands", [&](const json::object& given) {
    CommandSpec spec{text_of(given, "path"),
                     text_of(given, "description"),
                     text_of(given, "options"),
                     text_of(given, "attributes"),
                     type_of(given)};
    // Somebody may have edited the file, and Discord takes all commands or none.
    if (const Result<void> fits = check_command(spec, commands); !fits) {
      log::warn("plugin", "what is known of plugin \"{}\": {}", id, fits.error().text);
      return;
    }
    commands.push_back(std::move(spec));
  });
  return commands;
}

json::array commands_to_json(const std::vector<CommandSpec>& commands) {
  json::array out;
  for (const CommandSpec& spec : commands) {
    json::object to{{"path", spec.path}, {"description", spec.description}};
    if (spec.type == discord::CommandType::User) to["menu"] = "user";
    if (spec.type == discord::CommandType::Message) to["menu"] = "message";
    if (!spec.options_json.empty()) to["options"] = spec.options_json;
    if (!spec.attributes_json.empty()) to["attributes"] = spec.attributes_json;
    out.push_back(std::move(to));
  }
  return out;
}

}  // namespace

KeptFile Book::kept_file(const std::filesystem::path& file) {
  return KeptFile(file,
                  kMostBytes,
                  "what was enabled and disabled at run time, and the commands of plugins that are "
                  "off, are forgotten");
}

Book Book::read(KeptFile& file) {
  Book book;
  const json::object root = read_kept_object(file);
  for (const auto& [id, value] : root) {
    if (!value.is_object()) continue;
    const json::object& from = value.get_object();
    Entry entry;
    if (const json::value* wish = from.if_contains("wanted"); wish != nullptr && wish->is_bool()) {
      entry.wish = wish->get_bool();
    }
    entry.version = text_of(from, "version");
    entry.changed = time_of(from, "changed_ms");
    each_object(from, "crashes", [&](const json::object& crash) {
      entry.crashes.push_back({time_of(crash, "time_ms").value_or(SystemTime()),
                               text_of(crash, "signal"),
                               text_of(crash, "handler")});
    });
    entry.commands = read_commands(std::string(id), from);
    book.entries_.emplace(id, std::move(entry));
  }
  return book;
}

std::string Book::to_json() const {
  json::object root;
  for (const auto& [id, entry] : entries_) {
    json::object to;
    if (entry.wish) to["wanted"] = *entry.wish;
    if (!entry.version.empty()) to["version"] = entry.version;
    if (entry.changed) to["changed_ms"] = epoch_ms(*entry.changed);
    json::array crashes;
    for (const Crash& crash : entry.crashes) {
      crashes.push_back({{"time_ms", epoch_ms(crash.time)},
                         {"signal", crash.signal},
                         {"handler", crash.handler}});
    }
    if (!crashes.empty()) to["crashes"] = std::move(crashes);
    if (!entry.commands.empty()) to["commands"] = commands_to_json(entry.commands);
    root[id] = std::move(to);
  }
  return json::serialize(root) + "\n";
}

const Book::Entry* Book::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<bool> Book::wish(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->wish : std::nullopt;
}

void Book::set_wish(const std::string& id, bool wanted) {
  entries_[id].wish = wanted;
}

std::string Book::version(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->version : std::string();
}

std::optional<SystemTime> Book::changed(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->changed : std::nullopt;
}

void Book::set_version(const std::string& id, const std::string& version, SystemTime changed) {
  Entry& entry = entries_[id];
  entry.version = version;
  entry.changed = changed;
}

void Book::add_crash(const std::string& id, Crash crash) {
  std::vector<Crash>& crashes = entries_[id].crashes;
  std::erase_if(crashes, [&](const Crash& old) { return old.time < crash.time - kCrashWindow; });
  crashes.push_back(std::move(crash));
  if (crashes.size() > kMostCrashes) crashes.erase(crashes.begin());
}

std::vector<Crash> Book::crashes(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->crashes : std::vector<Crash>();
}

bool Book::crashed_too_often(const std::string& id) const {
  const std::vector<Crash> all = crashes(id);
  return all.size() >= kMostCrashes && all.back().time - all.front().time <= kCrashWindow;
}

void Book::forgive(const std::string& id) {
  const auto found = entries_.find(id);
  if (found != entries_.end()) found->second.crashes.clear();
}

const std::vector<CommandSpec>& Book::commands(const std::string& id) const {
  static const std::vector<CommandSpec> none;
  const Entry* entry = find(id);
  return entry != nullptr ? entry->commands : none;
}

void Book::set_commands(const std::string& id, std::vector<CommandSpec> commands) {
  entries_[id].commands = std::move(commands);
}

bool Book::keep_commands_of(const std::function<bool(const std::string& id)>& is_there) {
  bool forgot = false;
  for (auto& [id, entry] : entries_) {
    if (entry.commands.empty() || is_there(id)) continue;
    entry.commands.clear();
    forgot = true;
  }
  return forgot;
}

}  // namespace discern::plugin
