#include "sim/rest/command_store.hpp"

#include <algorithm>

#include "sim/rest/command_form.hpp"

namespace discern::sim {
namespace {

namespace json = boost::json;

const json::object* find_by_key(const std::vector<json::object>& commands,
                                const json::object& like) {
  const auto key = key_of(like);
  const auto found = std::find_if(
      commands.begin(), commands.end(), [&](const json::object& c) { return key_of(c) == key; });
  return found == commands.end() ? nullptr : &*found;
}

bool has_id(const json::object& command, Snowflake id) {
  return command.at("id").as_string() == to_text(id);
}

}  // namespace

std::pair<int, std::string> key_of(const json::object& command) {
  const json::value* type = command.if_contains("type");
  const json::value* name = command.if_contains("name");
  return {type != nullptr && type->is_int64() ? static_cast<int>(type->get_int64()) : kChatCommand,
          name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string()};
}

json::object CommandStore::complete(Scope scope,
                                    const json::object& given,
                                    const json::object* old,
                                    Instant now) {
  json::object full{
      {"id", old != nullptr ? std::string(old->at("id").as_string()) : to_text(ids_.next(now))},
      {"application_id", to_text(application_)},
      {"version", to_text(ids_.next(now))},
      {"type", kChatCommand},
      {"name", ""},
      {"name_localizations", nullptr},
      {"description", ""},
      {"description_localizations", nullptr},
      {"default_member_permissions", nullptr},
      {"dm_permission", true},
      {"contexts", nullptr},
      {"integration_types", json::array{0}},
      {"nsfw", false}};
  if (scope) full["guild_id"] = to_text(*scope);
  for (const auto& field : given) {
    if (field.key() == "id" || field.key() == "version" || field.key() == "application_id")
      continue;
    full[field.key()] = field.value();
  }
  if (old != nullptr) {
    json::object same_version = full;
    same_version["version"] = old->at("version");
    if (same_version == *old) return same_version;
  }
  return full;
}

CommandStore::Outcome CommandStore::overwrite(Scope scope,
                                              const json::array& commands,
                                              Instant now) {
  Commands& held = commands_[scope];
  Commands fresh;
  Outcome outcome;
  for (const json::value& given : commands) {
    const json::object* old = find_by_key(held, given.as_object());
    if (old == nullptr) ++outcome.created;
    fresh.push_back(complete(scope, given.as_object(), old, now));
    outcome.commands.emplace_back(fresh.back());
  }
  held = std::move(fresh);
  note_created(scope, outcome.created, now);
  return outcome;
}

bool CommandStore::would_remove_entry_point(Scope scope, const json::array& commands) const {
  const auto is_entry_point = [](const json::object& command) {
    return key_of(command).first == kEntryPointCommand;
  };
  const auto held = commands_.find(scope);
  if (held == commands_.end()) return false;
  const bool there = std::any_of(held->second.begin(), held->second.end(), is_entry_point);
  return there && std::none_of(commands.begin(), commands.end(), [&](const json::value& one) {
           return is_entry_point(one.as_object());
         });
}

CommandStore::Outcome CommandStore::upsert(Scope scope, const json::object& command, Instant now) {
  Commands& held = commands_[scope];
  const json::object* old = find_by_key(held, command);
  json::object full = complete(scope, command, old, now);
  Outcome outcome{{full}, old == nullptr ? std::size_t{1} : std::size_t{0}};
  if (old == nullptr) {
    held.push_back(std::move(full));
  } else {
    held[static_cast<std::size_t>(old - held.data())] = std::move(full);
  }
  note_created(scope, outcome.created, now);
  return outcome;
}

void CommandStore::note_created(Scope scope, std::size_t n, Instant now) {
  if (n != 0) created_[scope].emplace_back(now, n);
}

std::size_t CommandStore::created_today(Scope scope, Instant now) const {
  const auto found = created_.find(scope);
  if (found == created_.end()) return 0;
  std::size_t sum = 0;
  for (const auto& [at, n] : found->second) {
    if (now - at < std::chrono::hours{24}) sum += n;
  }
  return sum;
}

json::array CommandStore::list(Scope scope) const {
  json::array out;
  const auto found = commands_.find(scope);
  if (found == commands_.end()) return out;
  for (const json::object& command : found->second) out.emplace_back(command);
  return out;
}

json::object* CommandStore::find(Scope scope, Snowflake id) {
  Commands& held = commands_[scope];
  const auto found =
      std::find_if(held.begin(), held.end(), [&](const json::object& c) { return has_id(c, id); });
  return found == held.end() ? nullptr : &*found;
}

const json::object* CommandStore::find(int type, std::string_view name, Scope guild) const {
  for (const json::object* command : usable_in(guild)) {
    if (key_of(*command) == std::pair(type, std::string(name))) return command;
  }
  return nullptr;
}

bool CommandStore::erase(Scope scope, Snowflake id) {
  return std::erase_if(commands_[scope], [&](const json::object& c) { return has_id(c, id); }) != 0;
}

std::size_t CommandStore::size(Scope scope) const {
  const auto found = commands_.find(scope);
  return found == commands_.end() ? 0 : found->second.size();
}

std::vector<const json::object*> CommandStore::usable_in(Scope guild) const {
  std::vector<const json::object*> usable;
  for (const Scope& scope : {guild, Scope{}}) {
    const auto found = commands_.find(scope);
    if (found == commands_.end()) continue;
    for (const json::object& command : found->second) usable.push_back(&command);
    if (!guild) break;
  }
  return usable;
}

}  // namespace discern::sim
