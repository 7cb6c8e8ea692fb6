// Answers to interactions, and webhooks in general.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "discern/plugin/limits/commands.hpp"
#include "discern/plugin/limits/components.hpp"
#include "sim/rest/bot_messages.hpp"
#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

enum Callback : std::int64_t {
  Message = 4,
  DeferredMessage = 5,
  DeferredUpdate = 6,
  UpdateMessage = 7,
  Choices = 8,
  Modal = 9,
};

HttpReply unknown_interaction() {
  return reply_error(404, error::kUnknownInteraction, "Unknown interaction");
}
HttpReply unknown_webhook() {
  return reply_error(404, error::kUnknownWebhook, "Unknown Webhook");
}

bool suits(InteractionKind kind, std::int64_t type) {
  switch (kind) {
    case InteractionKind::Command:
      return type == 4 || type == 5 || type == 9 || type == 12;
    case InteractionKind::Component:
      return type >= 4 && type <= 9 && type != 8;
    case InteractionKind::Autocomplete:
      return type == 8;
    case InteractionKind::ModalSubmit:
      return type >= 4 && type <= 7;
  }
  return false;
}

ChannelPlace place_of(const State& state, const Interaction& interaction) {
  return {interaction.channel,
          interaction.guild ? state.world.find_guild(*interaction.guild) : nullptr};
}

json::object data_of(const json::object& form) {
  const json::value* data = form.if_contains("data");
  return data != nullptr && data->is_object() ? data->get_object() : json::object{};
}

void note_answer(Interaction& interaction, std::string_view via, const Call& call) {
  interaction.answers.push_back({call.now, via, call.form(), describe_files(call.files)});
}

FormProblems check_callback(const Interaction& interaction,
                            std::int64_t type,
                            const json::object& data) {
  FormProblems problems;
  if (!suits(interaction.kind, type)) {
    problems.push_back(
        {"type", "BASE_TYPE_CHOICES", "This callback type does not suit the interaction"});
  }
  if (type != Choices && type != Modal) return problems;
  const std::string text = json::serialize(data);
  const plugin::Json body(text);
  const FormProblems found = to_problems(
      type == Modal ? plugin::limits::check_modal(body) : plugin::limits::check_autocomplete(body),
      "data");
  problems.insert(problems.end(), found.begin(), found.end());
  return problems;
}

std::optional<HttpReply> refuse_callback(State& state,
                                         const Call& call,
                                         const Interaction& interaction,
                                         std::int64_t type,
                                         const json::object& data) {
  const FormProblems problems = check_callback(interaction, type, data);
  if (!problems.empty()) {
    state.complaints.add(
        call.now,
        "invalid_form",
        fmt::format("callback of {}: {}", interaction.command, problems[0].message));
    return reply_invalid_form(problems);
  }
  if (type != Message && type != UpdateMessage) return std::nullopt;
  if (type == Message) return refuse_message(state, call, data, nullptr, "data");
  // The message that a component stands in is changed; what this answer leaves out stays.
  const json::object nothing;
  const json::object* source =
      interaction.source_message ? state.messages.find(*interaction.source_message) : nullptr;
  return refuse_message(state, call, data, source != nullptr ? source : &nothing, "data");
}

// What an accepted callback brings about; the message, when there is one.
json::object carry_out(State& state,
                       const Call& call,
                       Interaction& interaction,
                       std::int64_t type,
                       const json::object& data) {
  const json::value* flags = data.if_contains("flags");
  interaction.ephemeral = flags != nullptr && flags->is_int64() && (flags->get_int64() & 64) != 0;
  if (type == Message || type == DeferredMessage) {
    json::object message = create_bot_message(
        state,
        {place_of(state, interaction), data, call.files, &interaction, type == DeferredMessage},
        call.now);
    interaction.original_message = parse_snowflake(message.at("id").as_string().c_str());
    return message;
  }
  if (type == DeferredUpdate || type == UpdateMessage) {
    interaction.original_message = interaction.source_message;
    json::object* stored =
        interaction.source_message ? state.messages.find(*interaction.source_message) : nullptr;
    if (type == UpdateMessage && stored != nullptr) {
      return edit_bot_message(
          state, *stored, place_of(state, interaction), data, call.files, call.now);
    }
  }
  if (type == Modal) {
    Invitation invitation;
    invitation.interaction = interaction.id;
    invitation.guild = interaction.guild;
    invitation.channel = interaction.channel;
    invitation.user = interaction.user;
    invitation.what = data;
    state.invitations.push_back(std::move(invitation));
  }
  return {};
}

HttpReply callback(State& state, const Call& call) {
  Interaction* interaction = state.interactions.find(call.id(0));
  if (interaction == nullptr || interaction->token != call.args[1]) return unknown_interaction();
  const json::value* given = call.form().if_contains("type");
  const std::int64_t type = given != nullptr && given->is_int64() ? given->get_int64() : 0;
  const json::object data = data_of(call.form());
  note_answer(*interaction, "callback", call);
  if (auto refused = refuse_callback(state, call, *interaction, type, data)) return *refused;
  switch (state.interactions.acknowledge(*interaction, static_cast<int>(type), call.now)) {
    case InteractionBook::Verdict::Unknown:
      return unknown_interaction();
    case InteractionBook::Verdict::AlreadyAcknowledged:
      return reply_error(
          400, error::kAlreadyAcknowledged, "Interaction has already been acknowledged.");
    case InteractionBook::Verdict::Accepted:
      break;
  }
  json::object message = carry_out(state, call, *interaction, type, data);
  if (call.query("with_response") != "true") return reply_nothing();
  json::object about{{"id", to_text(interaction->id)},
                     {"type", static_cast<int>(interaction->kind)}};
  json::object reply{{"interaction", about}};
  if (!message.empty()) {
    reply["interaction"].as_object()["response_message_id"] = message.at("id");
    reply["resource"] = json::object{{"type", type}, {"message", std::move(message)}};
  }
  return reply_json(reply);
}

// The interaction a webhook path belongs to; null when the token is unknown, spent or still without
// a first answer.
Interaction* interaction_of(State& state, const Call& call) {
  if (call.id(0) != state.world.application_id()) return nullptr;
  Interaction* interaction = state.interactions.find_by_token(call.args[1], call.now);
  if (interaction == nullptr || interaction->state == InteractionState::Waiting) return nullptr;
  return interaction;
}

std::optional<Snowflake> message_of(const Interaction& interaction, const std::string& which) {
  if (which == "@original") return interaction.original_message;
  // The token of an interaction leads to its own messages only.
  const auto id = parse_snowflake(which);
  const auto& own = interaction.followups;
  const bool mine = id == interaction.original_message ||
                    (id && std::find(own.begin(), own.end(), *id) != own.end());
  return mine ? id : std::nullopt;
}

HttpReply follow_up(State& state, const Call& call) {
  Interaction* interaction = interaction_of(state, call);
  if (interaction == nullptr) return unknown_webhook();
  if (auto refused = refuse_message(state, call, call.form())) return *refused;
  note_answer(*interaction, "followup", call);
  const json::object message = create_bot_message(
      state,
      {place_of(state, *interaction), call.form(), call.files, interaction, false},
      call.now);
  interaction->followups.push_back(
      parse_snowflake(message.at("id").as_string().c_str()).value_or(Snowflake{}));
  return reply_json(message);
}

HttpReply get_webhook_message(State& state, const Call& call) {
  const Interaction* interaction = interaction_of(state, call);
  if (interaction == nullptr) return unknown_webhook();
  const auto id = message_of(*interaction, call.args[2]);
  const json::object* message = id ? state.messages.find(*id) : nullptr;
  return message == nullptr ? reply_unknown_message() : reply_json(*message);
}

HttpReply edit_webhook_message(State& state, const Call& call) {
  Interaction* interaction = interaction_of(state, call);
  if (interaction == nullptr) return unknown_webhook();
  const auto id = message_of(*interaction, call.args[2]);
  json::object* message = id ? state.messages.find(*id) : nullptr;
  if (message == nullptr) return reply_unknown_message();
  if (auto refused = refuse_message(state, call, call.form(), message)) return *refused;
  const bool original = id == interaction->original_message;
  note_answer(*interaction, original ? "edit" : "edit_followup", call);
  if (original) state.interactions.complete(*interaction);
  return reply_json(edit_bot_message(
      state, *message, place_of(state, *interaction), call.form(), call.files, call.now));
}

HttpReply delete_webhook_message(State& state, const Call& call) {
  Interaction* interaction = interaction_of(state, call);
  if (interaction == nullptr) return unknown_webhook();
  const auto id = message_of(*interaction, call.args[2]);
  if (!id || state.messages.find(*id) == nullptr) return reply_unknown_message();
  const bool original = id == interaction->original_message;
  note_answer(*interaction, original ? "delete" : "delete_followup", call);
  delete_message(state, place_of(state, *interaction), *id, call.now);
  return reply_nothing();
}

constexpr std::string_view kWebhook = "/webhooks/{webhook.id}/{webhook.token}";
constexpr std::string_view kMessage =
    "/webhooks/{webhook.id}/{webhook.token}/messages/{message.id}";
constexpr BucketLimit kAnswers{5, Millis{2'000}};

constexpr Route kRoutes[] = {
    {.method = "POST",
     .path = "/interactions/{interaction.id}/{interaction.token}/callback",
     .handler = callback,
     .limit = kAnswers,
     .carries_token = true},
    {.method = "POST",
     .path = kWebhook,
     .handler = follow_up,
     .limit = kAnswers,
     .carries_token = true},
    {.method = "GET",
     .path = kMessage,
     .handler = get_webhook_message,
     .limit = kAnswers,
     .carries_token = true},
    {.method = "PATCH",
     .path = kMessage,
     .handler = edit_webhook_message,
     .limit = kAnswers,
     .carries_token = true},
    {.method = "DELETE",
     .path = kMessage,
     .handler = delete_webhook_message,
     .limit = kAnswers,
     .carries_token = true},
};

}  // namespace

std::span<const Route> interaction_routes() {
  return kRoutes;
}

}  // namespace discern::sim
