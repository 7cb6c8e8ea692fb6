#include "sim/life/start_interaction.hpp"

#include <fmt/format.h>

#include "sim/life/events.hpp"
#include "sim/life/option_values.hpp"
#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

// 160 base-62 characters, as long as Discord's and as unguessable as it needs here.
std::string make_token(Rng& rng) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string token;
  for (int i = 0; i < 160; ++i) token += kAlphabet[rng.below(kAlphabet.size())];
  return token;
}

json::object channel_part(const State& state, const InteractionDraft& draft, const Guild* guild) {
  if (guild == nullptr) return dm_channel_object(state.world, draft.user);
  json::object channel{{"id", to_text(draft.channel)},
                       {"type", 0},
                       {"guild_id", to_text(guild->id)},
                       {"name", "general"},
                       {"permissions", kAllPermissions},
                       {"flags", 0}};
  return channel;
}

json::object interaction_object(State& state,
                                const InteractionDraft& draft,
                                const Interaction& record) {
  const Guild* guild = draft.guild ? state.world.find_guild(*draft.guild) : nullptr;
  json::object owners;
  owners["0"] = guild == nullptr ? "0" : to_text(guild->id);
  json::object d{{"id", to_text(record.id)},
                 {"application_id", to_text(state.world.application_id())},
                 {"type", static_cast<int>(draft.kind)},
                 {"data", draft.data},
                 {"channel", channel_part(state, draft, guild)},
                 {"channel_id", to_text(draft.channel)},
                 {"token", record.token},
                 {"version", 1},
                 {"app_permissions", kAllPermissions},
                 {"locale", "en-US"},
                 {"entitlements", json::array{}},
                 {"entitlement_sku_ids", json::array{}},
                 {"authorizing_integration_owners", std::move(owners)},
                 {"context", guild == nullptr ? 1 : 0},
                 {"attachment_size_limit", 10485760}};
  if (guild != nullptr) {
    const std::string_view locale = locales()[guild->locale].code;
    d["locale"] = locale;
    d["guild_locale"] = locale;
    d["guild_id"] = to_text(guild->id);
    d["guild"] =
        json::object{{"id", to_text(guild->id)}, {"locale", locale}, {"features", json::array{}}};
    d["member"] = interaction_member_object(state.world, *guild, draft.user);
  } else {
    d["user"] = user_object(state.world, draft.user);
  }
  if (draft.message) {
    if (const json::object* message = state.messages.find(*draft.message)) d["message"] = *message;
  }
  return d;
}

// Custom ids may hold anything; only what stands before the first separator is counted by.
std::string prefix_of(std::string_view custom_id) {
  return std::string(custom_id.substr(0, custom_id.find_first_of(":/|_-.0123456789")));
}

json::object component_data(const Invitation& invitation, Rng& rng) {
  const json::object& component = invitation.what;
  const json::value* given = component.if_contains("type");
  const std::int64_t type = given != nullptr && given->is_int64() ? given->get_int64() : 2;
  json::object data{{"custom_id", component.at("custom_id")}, {"component_type", type}, {"id", 2}};
  const json::value* options = component.if_contains("options");
  if (!invitation.values.empty()) {
    data["values"] = invitation.values;
  } else if (type == 3 && options != nullptr && options->is_array() &&
             !options->get_array().empty()) {
    const json::array& list = options->get_array();
    data["values"] = json::array{list[rng.below(list.size())].at("value")};
  }
  return data;
}

// Fills every text input of a modal. A label's comes back in a label, a row's in a row.
void fill_inputs(const json::value& node, const json::object& fields, json::array& out, Rng& rng) {
  if (node.is_array()) {
    for (const json::value& child : node.get_array()) fill_inputs(child, fields, out, rng);
    return;
  }
  constexpr int kRow = 1;
  constexpr int kLabel = 18;
  const json::object* object = node.if_object();
  if (object == nullptr) return;
  if (const json::value* id = object->if_contains("custom_id"); id != nullptr && id->is_string()) {
    const json::value* given = fields.if_contains(id->get_string());
    const json::value text = given != nullptr ? *given : json::value(chat_line(rng));
    out.emplace_back(json::object{{"type", 4}, {"custom_id", *id}, {"value", text}, {"id", 2}});
    return;
  }
  for (const char* key : {"components", "component"}) {
    const json::value* children = object->if_contains(key);
    if (children == nullptr) continue;
    json::array inner;
    fill_inputs(*children, fields, inner, rng);
    if (inner.empty()) continue;
    if (std::string_view(key) == "component") {
      out.emplace_back(json::object{{"type", kLabel}, {"id", 1}, {"component", inner[0]}});
    } else {
      out.emplace_back(json::object{{"type", kRow}, {"id", 1}, {"components", std::move(inner)}});
    }
  }
}

}  // namespace

Result<Snowflake> start_interaction(State& state, const InteractionDraft& draft, Instant now) {
  Interaction record;
  record.id = state.ids.next(now);
  record.token = make_token(state.rng);
  record.kind = draft.kind;
  record.command = draft.command;
  record.guild = draft.guild;
  record.channel = draft.channel;
  record.user = draft.user;
  record.created = now;
  record.source_message = draft.message;
  const Event event =
      make_event("INTERACTION_CREATE", draft.guild, interaction_object(state, draft, record));
  if (!state.interactions_endpoint.empty()) {
    return Error(Errc::Unavailable, "interactions go to the endpoint URL, not to the gateway");
  }
  if (!state.gateway.someone_hears(event)) {
    return Error(Errc::Unavailable, "no session of that shard is up");
  }
  // Known before it is sent: the answer may come at once.
  const Snowflake id = state.interactions.add(std::move(record)).id;
  state.gateway.dispatch(event, now);
  return id;
}

Result<Snowflake> use_command(State& state, const CommandUse& use, Instant now) {
  const Guild* guild = use.guild            ? state.world.find_guild(*use.guild)
                       : use.direct_message ? nullptr
                                            : state.world.some_guild(state.rng);
  if (guild == nullptr && !use.direct_message) return Error(Errc::NotFound, "no such guild");
  const CommandStore::Scope scope = guild == nullptr ? std::nullopt : std::optional(guild->id);
  const bool menu = use.type != kChatCommand;
  const std::size_t space = menu ? use.path.size() : std::min(use.path.find(' '), use.path.size());
  const json::object* command = state.commands.find(use.type, use.path.substr(0, space), scope);
  if (command == nullptr) {
    return Error(Errc::NotFound, fmt::format("no command \"{}\" is registered", use.path));
  }
  FillRequest request{*command,
                      guild,
                      use.path.substr(std::min(space + 1, use.path.size())),
                      use.options,
                      use.autocomplete,
                      use.target,
                      nullptr};
  if (use.type == kMessageCommand && use.target) {
    request.message = state.messages.find(*use.target);
    if (request.message == nullptr) return Error(Errc::NotFound, "no such message");
  }
  FilledCommand filled = fill_command(state.world, request, state.rng);
  InteractionDraft draft;
  draft.kind =
      filled.focused_option.empty() ? InteractionKind::Command : InteractionKind::Autocomplete;
  draft.command = std::move(filled.path);
  draft.data = std::move(filled.data);
  draft.guild = scope;
  const Guild& home = guild != nullptr ? *guild : state.world.guilds().front();
  draft.user = use.user.value_or(state.world.some_member(home, state.rng));
  draft.channel =
      guild != nullptr ? channel_id(*guild, state.rng.below(2)) : World::dm_channel(draft.user);
  return start_interaction(state, draft, now);
}

Result<Snowflake> answer_invitation(State& state, const Invitation& invitation, Instant now) {
  InteractionDraft draft;
  const json::value* custom_id = invitation.what.if_contains("custom_id");
  if (custom_id == nullptr || !custom_id->is_string()) {
    return Error(Errc::Invalid, "a component without custom_id");
  }
  const std::string prefix = prefix_of(custom_id->get_string());
  if (invitation.message) {
    draft.kind = InteractionKind::Component;
    draft.command = "component: " + prefix;
    draft.data = component_data(invitation, state.rng);
    draft.message = invitation.message;
  } else {
    draft.kind = InteractionKind::ModalSubmit;
    draft.command = "modal: " + prefix;
    json::array inputs;
    if (const json::value* components = invitation.what.if_contains("components")) {
      fill_inputs(*components, invitation.fields, inputs, state.rng);
    }
    draft.data = {{"custom_id", *custom_id}, {"components", std::move(inputs)}};
  }
  draft.guild = invitation.guild;
  draft.channel = invitation.channel;
  draft.user = invitation.user;
  return start_interaction(state, draft, now);
}

}  // namespace discern::sim
