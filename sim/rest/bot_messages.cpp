#include "sim/rest/bot_messages.hpp"

#include <fmt/format.h>

#include "sim/life/events.hpp"

namespace discern::sim {
namespace {

constexpr std::int64_t kEphemeral = 64;
constexpr std::int64_t kLoading = 128;
constexpr std::size_t kInvitations = 100;

json::object attachment_object(State& state,
                               const ChannelPlace& place,
                               const FilePart& file,
                               const json::object& form,
                               Instant now) {
  const std::string id = to_text(state.ids.next(now));
  const std::string url =
      fmt::format("http://127.0.0.1/attachments/{}/{}/{}", bits(place.id), id, file.filename);
  json::object attachment{{"id", id},
                          {"filename", file.filename},
                          {"size", file.size},
                          {"url", url},
                          {"proxy_url", url},
                          {"content_type", file.content_type}};
  const json::value* listed = form.if_contains("attachments");
  if (listed == nullptr || !listed->is_array()) return attachment;
  for (const json::value& entry : listed->get_array()) {
    const json::object* object = entry.if_object();
    if (object == nullptr || !object->contains("id")) continue;
    const json::value& key = object->at("id");
    const std::string text = key.is_string()  ? std::string(key.get_string())
                             : key.is_int64() ? std::to_string(key.get_int64())
                                              : std::string();
    if (text != file.key) continue;
    if (object->contains("description")) attachment["description"] = object->at("description");
  }
  return attachment;
}

// Attachments named in the form stay; without the field all stay.
json::array kept_attachments(const json::object& stored, const json::object& form) {
  const json::value* listed = form.if_contains("attachments");
  const json::array& present = stored.at("attachments").as_array();
  if (listed == nullptr || !listed->is_array()) return present;
  json::array kept;
  for (const json::value& attachment : present) {
    for (const json::value& entry : listed->get_array()) {
      const json::object* object = entry.if_object();
      const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
      if (id != nullptr && *id == attachment.as_object().at("id")) kept.push_back(attachment);
    }
  }
  return kept;
}

// What Discord adds to an embed of a bot.
void complete_embeds(json::array& embeds) {
  for (json::value& value : embeds) {
    json::object* embed = value.if_object();
    if (embed == nullptr) continue;
    (*embed)["type"] = "rich";
    json::value* fields = embed->if_contains("fields");
    if (fields == nullptr || !fields->is_array()) continue;
    for (json::value& field : fields->get_array()) {
      if (json::object* object = field.if_object()) object->emplace("inline", false);
    }
  }
}

// Every component gets a number in its message, and a select its usual limits.
void complete_components(json::array& components, int& next_id) {
  constexpr std::int64_t kFirstSelect = 5;
  constexpr std::int64_t kLastSelect = 8;
  for (json::value& value : components) {
    json::object* component = value.if_object();
    if (component == nullptr) continue;
    component->emplace("id", next_id++);
    const json::value* type = component->if_contains("type");
    const std::int64_t kind = type != nullptr && type->is_int64() ? type->get_int64() : 0;
    if (kind == 3 || (kind >= kFirstSelect && kind <= kLastSelect)) {
      component->emplace("min_values", 1);
      component->emplace("max_values", 1);
    }
    json::value* inner = component->if_contains("components");
    if (inner != nullptr && inner->is_array()) complete_components(inner->get_array(), next_id);
  }
}

void copy_form(const json::object& form, json::object& message) {
  for (const char* key : {"content", "embeds", "components", "tts", "poll"}) {
    const json::value* value = form.if_contains(key);
    if (value != nullptr && !value->is_null()) message[key] = *value;
  }
  for (const char* key : {"embeds", "components"}) {
    if (!message[key].is_array()) message[key] = json::array{};
  }
  complete_embeds(message["embeds"].as_array());
  int next_id = 1;
  complete_components(message["components"].as_array(), next_id);
}

json::object reference_object(const json::value& given, const ChannelPlace& place) {
  json::object reference{{"type", 0}, {"channel_id", to_text(place.id)}};
  if (place.guild != nullptr) reference["guild_id"] = to_text(place.guild->id);
  if (const json::object* object = given.if_object()) {
    for (const char* key : {"type", "channel_id", "message_id"}) {
      if (const json::value* value = object->if_contains(key)) reference[key] = *value;
    }
  }
  return reference;
}

std::int64_t flags_of(const json::object& form) {
  const json::value* flags = form.if_contains("flags");
  return flags != nullptr && flags->is_int64() ? flags->get_int64() : 0;
}

void tell(State& state,
          const ChannelPlace& place,
          const json::object& message,
          bool created,
          Instant now) {
  const bool ephemeral = (message.at("flags").as_int64() & kEphemeral) != 0;
  // Ephemeral messages come without a guild, under the direct messages intent.
  const Guild* guild = ephemeral ? nullptr : place.guild;
  const auto make = created ? message_create : message_update;
  Event event = make(state.world, guild, state.world.bot_id(), message);
  if (ephemeral && place.guild != nullptr) {
    Event routed = event;
    routed.guild = place.guild->id;
    // Route by guild, but only to sessions that would hear it as a direct message.
    if ((state.gateway.heard_intents() & intent::kDirectMessages) == 0) return;
    event = std::move(routed);
  }
  state.gateway.dispatch(event, now);
}

void invite(State& state, const BotMessage& message, const json::object& full, Snowflake id) {
  const json::array& rows = full.at("components").as_array();
  for (const json::value& row : rows) {
    const json::object* object = row.if_object();
    const json::value* children = object == nullptr ? nullptr : object->if_contains("components");
    if (children == nullptr || !children->is_array() || children->get_array().empty()) continue;
    const json::array& list = children->get_array();
    const json::value& chosen = list[state.rng.below(list.size())];
    if (!chosen.is_object() || !chosen.get_object().contains("custom_id")) continue;
    Invitation invitation;
    invitation.message = id;
    if (message.place.guild != nullptr) invitation.guild = message.place.guild->id;
    invitation.channel = message.place.id;
    if (message.interaction != nullptr) invitation.user = message.interaction->user;
    invitation.what = chosen.get_object();
    state.invitations.push_back(std::move(invitation));
    if (state.invitations.size() > kInvitations) state.invitations.pop_front();
    return;
  }
}

}  // namespace

std::optional<ChannelPlace> find_channel(const State& state, Snowflake id) {
  if (const Guild* guild = state.world.find_guild_of_channel(id)) return ChannelPlace{id, guild};
  if (const auto made = state.made_channels.find(id); made != state.made_channels.end()) {
    const auto guild = parse_snowflake(made->second.at("guild_id").as_string().c_str());
    return ChannelPlace{id, state.world.find_guild(guild.value_or(Snowflake{}))};
  }
  if (state.world.user_of_dm_channel(id)) return ChannelPlace{id, nullptr};
  return std::nullopt;
}

std::optional<HttpReply> refuse_message(State& state,
                                        const Call& call,
                                        const json::object& form,
                                        const json::object* edited,
                                        std::string_view prefix) {
  MessageState known;
  known.edit = edited != nullptr;
  known.is_v2 = known.edit && edited->contains("flags") &&
                (flags_of(*edited) & plugin::limits::kComponentsV2) != 0;
  FormProblems problems = check_message(form, call.files, known);
  if (problems.empty()) return std::nullopt;
  for (FormProblem& problem : problems) {
    if (!prefix.empty()) problem.path = fmt::format("{}.{}", prefix, problem.path);
  }
  const bool empty = problems[0].error == error::kEmptyMessage;
  state.complaints.add(call.now,
                       empty ? "empty_message" : "invalid_form",
                       fmt::format("message: {}: {}", problems[0].path, problems[0].message));
  return reply_invalid_form(problems);
}

json::object create_bot_message(State& state, const BotMessage& message, Instant now) {
  const Snowflake id = state.ids.next(now);
  json::object full = message_object(
      state.world, {id, message.place.id, message.place.guild, state.world.bot_id(), now, ""});
  copy_form(message.form, full);
  std::int64_t flags = flags_of(message.form);
  if (message.loading) flags = (flags & kEphemeral) | kLoading;
  full["flags"] = flags;
  json::array attachments;
  for (const FilePart& file : message.files) {
    attachments.emplace_back(attachment_object(state, message.place, file, message.form, now));
  }
  full["attachments"] = std::move(attachments);
  if (message.form.contains("nonce")) full["nonce"] = message.form.at("nonce");
  if (const json::value* reference = message.form.if_contains("message_reference")) {
    full["type"] = 19;
    full["message_reference"] = reference_object(*reference, message.place);
  }
  if (message.interaction != nullptr) {
    full["type"] = message.interaction->kind == InteractionKind::Command ? 20 : 0;
    full["webhook_id"] = to_text(state.world.application_id());
    full["application_id"] = to_text(state.world.application_id());
    full["interaction_metadata"] =
        json::object{{"id", to_text(message.interaction->id)},
                     {"type", static_cast<int>(message.interaction->kind)},
                     {"user", user_object(state.world, message.interaction->user)},
                     {"authorizing_integration_owners", json::object{}}};
  }
  ++state.rest_counts.messages_created;
  state.messages.put(id, full);
  if (!message.loading) invite(state, message, full, id);
  tell(state, message.place, full, true, now);
  return full;
}

json::object edit_bot_message(State& state,
                              json::object& stored,
                              const ChannelPlace& place,
                              const json::object& form,
                              const std::vector<FilePart>& files,
                              Instant now) {
  json::array attachments = kept_attachments(stored, form);
  for (const FilePart& file : files) {
    attachments.emplace_back(attachment_object(state, place, file, form, now));
  }
  copy_form(form, stored);
  stored["attachments"] = std::move(attachments);
  stored["flags"] = stored.at("flags").as_int64() & ~kLoading;
  stored["edited_timestamp"] = iso_time(now);
  ++state.rest_counts.messages_edited;
  tell(state, place, stored, false, now);
  return stored;
}

void delete_message(State& state, const ChannelPlace& place, Snowflake id, Instant now) {
  state.messages.erase(id);
  ++state.rest_counts.messages_deleted;
  state.gateway.dispatch(message_delete(place.guild, place.id, id), now);
}

json::array describe_files(const std::vector<FilePart>& files) {
  json::array out;
  for (const FilePart& file : files) {
    out.emplace_back(json::object{
        {"filename", file.filename}, {"content_type", file.content_type}, {"size", file.size}});
  }
  return out;
}

}  // namespace discern::sim
