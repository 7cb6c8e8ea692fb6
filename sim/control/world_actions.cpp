// What a test may let happen in the world.

#include <fmt/format.h>

#include "sim/control/control.hpp"
#include "sim/control/parameters.hpp"
#include "sim/life/events.hpp"
#include "sim/life/start_interaction.hpp"

namespace discern::sim {
namespace {

Result<json::object> id_or_error(const Result<Snowflake>& id) {
  if (!id) return id.error();
  return json::object{{"id", to_text(*id)}};
}

Error no_such_guild() {
  return {Errc::NotFound, "no such guild"};
}

Guild* chosen_guild(Control& control, const json::object& parameters) {
  World& world = control.state().world;
  const auto id = id_parameter(parameters, "guild");
  return id ? world.find_guild(*id) : world.some_guild(control.state().rng);
}

Result<json::object> interaction(Control& control, const json::object& parameters, Instant now) {
  CommandUse use;
  use.path = text_parameter(parameters, "command");
  const std::string menu = text_parameter(parameters, "menu");
  if (menu == "user") use.type = kUserCommand;
  if (menu == "message") use.type = kMessageCommand;
  use.target = id_parameter(parameters, "target");
  use.options = object_parameter(parameters, "options");
  use.guild = id_parameter(parameters, "guild");
  use.user = id_parameter(parameters, "user");
  use.direct_message = flag_parameter(parameters, "dm", false);
  use.autocomplete = flag_parameter(parameters, "autocomplete", false);
  if (use.path.empty()) return Error(Errc::Invalid, "interaction takes command");
  return id_or_error(use_command(control.state(), use, now));
}

// The component of that custom id within a message.
const json::object* find_component(const json::value& node, std::string_view custom_id) {
  if (node.is_array()) {
    for (const json::value& child : node.get_array()) {
      if (const json::object* found = find_component(child, custom_id)) return found;
    }
  }
  const json::object* object = node.if_object();
  if (object == nullptr) return nullptr;
  const json::value* own = object->if_contains("custom_id");
  if (own != nullptr && own->is_string() && own->get_string() == custom_id) return object;
  const json::value* children = object->if_contains("components");
  return children == nullptr ? nullptr : find_component(*children, custom_id);
}

Result<json::object> component(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  const auto id = id_parameter(parameters, "message");
  const json::object* message = id ? state.messages.find(*id) : nullptr;
  if (message == nullptr) return Error(Errc::NotFound, "no such message");
  const std::string custom_id = text_parameter(parameters, "custom_id");
  const json::object* found = find_component(message->at("components"), custom_id);
  if (found == nullptr) return Error(Errc::NotFound, "no such component in that message");
  Invitation invitation;
  invitation.message = id;
  invitation.channel =
      parse_snowflake(message->at("channel_id").as_string().c_str()).value_or(Snowflake{});
  if (const Guild* guild = state.world.find_guild_of_channel(invitation.channel)) {
    invitation.guild = guild->id;
    invitation.user =
        id_parameter(parameters, "user").value_or(state.world.some_member(*guild, state.rng));
  }
  invitation.what = *found;
  if (const json::value* values = parameters.if_contains("values");
      values != nullptr && values->is_array()) {
    invitation.values = values->get_array();
  }
  return id_or_error(answer_invitation(state, invitation, now));
}

// Submits the modal that was the answer to an interaction.
Result<json::object> modal(Control& control, const json::object& parameters, Instant now) {
  const auto id = id_parameter(parameters, "interaction");
  for (const Invitation& invitation : control.state().invitations) {
    if (!invitation.message && invitation.interaction == id) {
      Invitation filled = invitation;
      filled.fields = object_parameter(parameters, "fields");
      return id_or_error(answer_invitation(control.state(), filled, now));
    }
  }
  return Error(Errc::NotFound, "no modal was shown for that interaction");
}

Result<json::object> message(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  const auto dm = id_parameter(parameters, "dm");
  const Guild* guild = dm ? nullptr : chosen_guild(control, parameters);
  if (!dm && guild == nullptr) return no_such_guild();
  const Snowflake user =
      dm ? *dm
         : id_parameter(parameters, "user").value_or(state.world.some_member(*guild, state.rng));
  const Snowflake channel =
      dm ? World::dm_channel(user)
         : id_parameter(parameters, "channel").value_or(channel_id(*guild, 0));
  const std::string content = text_parameter(parameters, "content");
  const auto repeat = std::max<std::int64_t>(integer_parameter(parameters, "count").value_or(1), 1);
  Snowflake id{};
  for (std::int64_t i = 0; i < repeat; ++i) {
    id = state.ids.next(now);
    json::object object = message_object(state.world, {id, channel, guild, user, now, content});
    state.gateway.dispatch(message_create(state.world, guild, user, object), now);
    state.messages.put(id, std::move(object));
  }
  return json::object{{"id", to_text(id)}, {"channel_id", to_text(channel)}};
}

Result<json::object> outage(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  Guild* guild = chosen_guild(control, parameters);
  if (guild == nullptr) return no_such_guild();
  const bool over = flag_parameter(parameters, "over", false);
  if (const Millis lasts = duration_parameter(parameters, "for_s"); !over && lasts > Millis{0}) {
    control.act_later(now + lasts, "outage", {{"guild", to_text(guild->id)}, {"over", true}});
  }
  if (guild->available != over) {
    state.world.set_available(*guild, over);
    state.gateway.dispatch(over ? guild_create(state.world, *guild) : guild_outage(guild->id), now);
  }
  return json::object{{"guild", to_text(guild->id)}, {"available", over}};
}

Result<json::object> add_guild(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  Snowflake id{};
  const auto count = std::max<std::int64_t>(integer_parameter(parameters, "count").value_or(1), 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const Guild& guild = state.world.add_guild(state.rng, now);
    id = guild.id;
    state.gateway.dispatch(guild_create(state.world, guild), now);
  }
  return json::object{{"guild", to_text(id)}};
}

Result<json::object> remove_guild(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  const Guild* guild = chosen_guild(control, parameters);
  if (guild == nullptr) return no_such_guild();
  const Snowflake id = guild->id;
  state.world.remove_guild(id);
  state.gateway.dispatch(guild_delete(id), now);
  return json::object{{"guild", to_text(id)}};
}

// Members come (positive) or go (negative).
Result<json::object> members(Control& control, const json::object& parameters, Instant now) {
  State& state = control.state();
  Guild* guild = chosen_guild(control, parameters);
  if (guild == nullptr) return no_such_guild();
  const std::int64_t by = integer_parameter(parameters, "by").value_or(1);
  for (std::int64_t i = 0; i < std::abs(by); ++i) {
    const Snowflake user = state.world.member_id(*guild, state.rng.next());
    state.world.change_members(*guild, by > 0 ? 1 : -1);
    state.gateway.dispatch(
        by > 0 ? member_add(state.world, *guild, user) : member_remove(state.world, *guild, user),
        now);
  }
  return json::object{{"guild", to_text(guild->id)}, {"member_count", guild->member_count}};
}

Result<json::object> pause(Control& control, const json::object&, Instant) {
  control.life().pause();
  return json::object{{"paused", true}};
}

Result<json::object> resume(Control& control, const json::object& parameters, Instant now) {
  if (parameters.contains("rate")) control.life().set_rate(number_parameter(parameters, "rate", 0));
  control.life().resume(now);
  return json::object{{"paused", false}, {"rate", control.life().rate()}};
}

Result<json::object> end_scenario(Control& control, const json::object&, Instant) {
  control.end_scenario();
  return json::object{};
}

constexpr NamedAction kActions[] = {{"interaction", interaction},
                                    {"component", component},
                                    {"modal", modal},
                                    {"message", message},
                                    {"outage", outage},
                                    {"add_guild", add_guild},
                                    {"remove_guild", remove_guild},
                                    {"members", members},
                                    {"pause", pause},
                                    {"resume", resume},
                                    {"end_scenario", end_scenario}};

}  // namespace

std::span<const NamedAction> world_actions() {
  return kActions;
}

}  // namespace discern::sim
