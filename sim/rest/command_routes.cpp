// Application commands, global and per guild.

#include <fmt/format.h>

#include "sim/rest/command_form.hpp"
#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

constexpr std::size_t kCreatesPerDay = 200;

// The application id is the first argument, the guild's, if any, the second.
struct Target {
  CommandStore::Scope scope;
  std::optional<Snowflake> command;
};

std::variant<Target, HttpReply> target_of(State& state, const Call& call, bool in_guild) {
  if (call.id(0) != state.world.application_id()) {
    state.complaints.add(call.now, "wrong_application", "commands of another application");
    return reply_error(
        403, 20012, "You are not authorized to perform this action on this application");
  }
  Target target;
  std::size_t next = 1;
  if (in_guild) {
    target.scope = call.id(next++);
    if (state.world.find_guild(*target.scope) == nullptr) {
      return reply_error(403, 50001, "Missing Access");
    }
  }
  if (call.args.size() > next) target.command = call.id(next);
  return target;
}

HttpReply refuse_commands(State& state, const Call& call, const FormProblems& problems) {
  state.complaints.add(call.now,
                       "invalid_form",
                       fmt::format("commands: {}: {}", problems[0].path, problems[0].message));
  return reply_invalid_form(problems);
}

// What the test wants refused; `path` is where it stands in a list.
FormProblems refused_by_test(const State& state,
                             const json::object& command,
                             const std::string& path) {
  const json::value* name = command.if_contains("name");
  const auto found = name != nullptr && name->is_string()
                         ? state.refused_commands.find(std::string_view(name->get_string()))
                         : state.refused_commands.end();
  if (found == state.refused_commands.end()) return {};
  const bool whole = path.empty() || !found->second;
  return {{whole ? std::string() : path + ".options.0.choices",
           "BASE_TYPE_MAX_LENGTH",
           "Must be 25 or fewer in length."}};
}

FormProblems refused_by_test(const State& state, const json::array& commands) {
  FormProblems problems;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const FormProblems own = refused_by_test(state, commands[i].as_object(), std::to_string(i));
    problems.insert(problems.end(), own.begin(), own.end());
  }
  return problems;
}

std::optional<HttpReply> refuse_daily(State& state, const Target& target, Instant now) {
  if (state.commands.created_today(target.scope, now) <= kCreatesPerDay) return std::nullopt;
  state.complaints.add(now, "daily_commands", "more than 200 commands created in a day");
  return reply_error(400,
                     error::kDailyCommandLimit,
                     "Max number of daily application command creates has been reached");
}

template <bool in_guild>
HttpReply list_commands(State& state, const Call& call) {
  const auto target = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&target)) return *reply;
  return reply_json(state.commands.list(std::get<Target>(target).scope));
}

template <bool in_guild>
HttpReply overwrite_commands(State& state, const Call& call) {
  const auto found = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&found)) return *reply;
  const auto& target = std::get<Target>(found);
  if (!call.body.is_array()) {
    return refuse_commands(state, call, {{"", "LIST_TYPE_CONVERT", "Only iterables may be used."}});
  }
  FormProblems problems = check_command_list(call.body.get_array());
  if (problems.empty()) problems = refused_by_test(state, call.body.get_array());
  if (!problems.empty()) return refuse_commands(state, call, problems);
  if (auto refused = refuse_daily(state, target, call.now)) return *refused;
  if (state.commands.would_remove_entry_point(target.scope, call.body.get_array())) {
    return reply_error(400,
                       error::kEntryPointRemoved,
                       "You cannot remove this app's Entry Point command in a bulk update");
  }
  return reply_json(
      state.commands.overwrite(target.scope, call.body.get_array(), call.now).commands);
}

template <bool in_guild>
HttpReply create_command(State& state, const Call& call) {
  const auto found = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&found)) return *reply;
  const auto& target = std::get<Target>(found);
  FormProblems problems = check_command(call.form(), "");
  if (problems.empty()) problems = refused_by_test(state, call.form(), "");
  if (!problems.empty()) return refuse_commands(state, call, problems);
  if (auto refused = refuse_daily(state, target, call.now)) return *refused;
  const auto outcome = state.commands.upsert(target.scope, call.form(), call.now);
  return reply_json(outcome.commands[0], outcome.created == 0 ? 200 : 201);
}

template <bool in_guild>
HttpReply get_command(State& state, const Call& call) {
  const auto found = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&found)) return *reply;
  const auto& target = std::get<Target>(found);
  const json::object* command = state.commands.find(target.scope, *target.command);
  if (command == nullptr) {
    return reply_error(404, error::kUnknownCommand, "Unknown application command");
  }
  return reply_json(*command);
}

template <bool in_guild>
HttpReply edit_command(State& state, const Call& call) {
  const auto found = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&found)) return *reply;
  const auto& target = std::get<Target>(found);
  json::object* command = state.commands.find(target.scope, *target.command);
  if (command == nullptr) {
    return reply_error(404, error::kUnknownCommand, "Unknown application command");
  }
  json::object merged = *command;
  for (const auto& field : call.form()) merged[field.key()] = field.value();
  const FormProblems problems = check_command(merged, "");
  if (!problems.empty()) return refuse_commands(state, call, problems);
  *command = std::move(merged);
  return reply_json(*command);
}

template <bool in_guild>
HttpReply delete_command(State& state, const Call& call) {
  const auto found = target_of(state, call, in_guild);
  if (const auto* reply = std::get_if<HttpReply>(&found)) return *reply;
  const auto& target = std::get<Target>(found);
  if (!state.commands.erase(target.scope, *target.command)) {
    return reply_error(404, error::kUnknownCommand, "Unknown application command");
  }
  return reply_nothing();
}

constexpr std::string_view kGlobal = "/applications/{application.id}/commands";
constexpr std::string_view kGlobalOne = "/applications/{application.id}/commands/{command.id}";
constexpr std::string_view kGuild = "/applications/{application.id}/guilds/{guild.id}/commands";
constexpr std::string_view kGuildOne =
    "/applications/{application.id}/guilds/{guild.id}/commands/{command.id}";
constexpr BucketLimit kWrites{5, Millis{20'000}};

constexpr Route kRoutes[] = {
    {.method = "GET", .path = kGlobal, .handler = list_commands<false>, .limit = {}},
    {.method = "PUT", .path = kGlobal, .handler = overwrite_commands<false>, .limit = kWrites},
    {.method = "POST", .path = kGlobal, .handler = create_command<false>, .limit = kWrites},
    {.method = "GET", .path = kGlobalOne, .handler = get_command<false>, .limit = {}},
    {.method = "PATCH", .path = kGlobalOne, .handler = edit_command<false>, .limit = kWrites},
    {.method = "DELETE", .path = kGlobalOne, .handler = delete_command<false>, .limit = kWrites},
    {.method = "GET", .path = kGuild, .handler = list_commands<true>, .limit = {}},
    {.method = "PUT", .path = kGuild, .handler = overwrite_commands<true>, .limit = kWrites},
    {.method = "POST", .path = kGuild, .handler = create_command<true>, .limit = kWrites},
    {.method = "GET", .path = kGuildOne, .handler = get_command<true>, .limit = {}},
    {.method = "PATCH", .path = kGuildOne, .handler = edit_command<true>, .limit = kWrites},
    {.method = "DELETE", .path = kGuildOne, .handler = delete_command<true>, .limit = kWrites},
};

}  // namespace

std::span<const Route> command_routes() {
  return kRoutes;
}

}  // namespace discern::sim
