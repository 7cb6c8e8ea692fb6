#include "plugin/answer_request.hpp"

#include <boost/json.hpp>
#include <optional>

#include "discord/model/limits.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

constexpr std::int64_t kEphemeral = 64;
// Those flags that an edit may set: SUPPRESS_EMBEDS and IS_COMPONENTS_V2.
constexpr std::int64_t kEditable = (1 << 2) | (1 << 15);
constexpr int kDeferredUpdate = 6;
constexpr int kUpdateMessage = 7;

void set_flags(json::object& content, const AnswerStep& step) {
  std::int64_t flags = 0;
  if (const json::value* old = content.if_contains("flags"); old != nullptr && old->is_int64()) {
    flags = old->as_int64();
  }
  flags = step.ephemeral ? flags | kEphemeral : flags & ~kEphemeral;
  // An edit cannot change who sees a message.
  const bool edit = step.to == AnswerStep::To::EditOriginal ||
                    step.to == AnswerStep::To::EditFollowUp || step.callback_type == kUpdateMessage;
  if (edit) flags &= kEditable;
  if (flags != 0) {
    content["flags"] = flags;
  } else {
    content.erase("flags");
  }
}

}  // namespace

Result<discord::RestRequest> make_answer_request(const AnswerAddress& to,
                                                 const AnswerStep& step,
                                                 const std::string& content_json,
                                                 std::vector<discord::RestFile> files,
                                                 std::uint64_t follow_up) {
  json::object content;
  if (step.with_content) {
    boost::system::error_code bad;
    json::value parsed = json::parse(content_json, bad);
    if (bad || !parsed.is_object()) return Error(Errc::Invalid, "the answer is not a JSON object");
    content = std::move(parsed.as_object());
  }
  const bool plain = step.callback_type == 8 || step.callback_type == 9;
  if (!plain) set_flags(content, step);

  discord::RestRequest request;
  request.auth = discord::RestAuth::InteractionToken;
  request.secret = to.token;
  request.plugin = to.plugin;
  request.parameters = {to.application.text()};
  if (step.with_content) request.files = std::move(files);
  switch (step.to) {
    case AnswerStep::To::Callback: {
      request.method = "POST";
      request.route = "/interactions/{}/{token}/callback";
      request.parameters = {to.id.text()};
      json::object body{{"type", step.callback_type}};
      if (step.callback_type != kDeferredUpdate && !content.empty()) body["data"] = content;
      request.json = json::serialize(body);
      break;
    }
    case AnswerStep::To::EditOriginal:
      request.method = "PATCH";
      request.route = "/webhooks/{}/{token}/messages/@original";
      request.json = json::serialize(content);
      break;
    case AnswerStep::To::DeleteOriginal:
      request.method = "DELETE";
      request.route = "/webhooks/{}/{token}/messages/@original";
      break;
    case AnswerStep::To::EditFollowUp:
      request.method = "PATCH";
      request.route = "/webhooks/{}/{token}/messages/{}";
      request.parameters.push_back(std::to_string(follow_up));
      request.json = json::serialize(content);
      break;
    case AnswerStep::To::DeleteFollowUp:
      request.method = "DELETE";
      request.route = "/webhooks/{}/{token}/messages/{}";
      request.parameters.push_back(std::to_string(follow_up));
      break;
    case AnswerStep::To::FollowUp:
      request.method = "POST";
      request.route = "/webhooks/{}/{token}";
      request.json = json::serialize(content);
      break;
  }
  return request;
}

Result<void> check_content(AnswerKind kind, const std::string& text, std::size_t files) {
  if (kind == AnswerKind::Defer || kind == AnswerKind::Delete ||
      kind == AnswerKind::DeleteFollowUp) {
    return {};
  }
  boost::system::error_code bad;
  const json::value parsed = json::parse(text, bad);
  if (bad || !parsed.is_object()) return Error(Errc::Invalid, "the answer is not a JSON object");
  std::optional<discord::LimitError> wrong;
  if (kind == AnswerKind::Modal) {
    wrong = discord::check_modal(text);
  } else if (kind == AnswerKind::Choices) {
    wrong = discord::check_autocomplete_choices(text);
  } else {
    const bool edit =
        kind == AnswerKind::Edit || kind == AnswerKind::EditFollowUp || kind == AnswerKind::Update;
    wrong = discord::check_message(text, {edit, files});
  }
  if (wrong) return Error(Errc::Invalid, std::move(wrong->sentence));
  return {};
}

std::string sentence_json(std::string_view sentence) {
  return json::serialize(json::object{{"content", sentence}, {"flags", kEphemeral}});
}

}  // namespace discern::plugin
