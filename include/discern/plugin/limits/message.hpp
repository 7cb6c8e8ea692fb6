#pragma once

// What Discord refuses of a message: "Message: Create Message", "Embed Limits", "Poll".

#include <set>

#include "discern/plugin/limits/components.hpp"

namespace discern::plugin::limits {

namespace detail {

inline bool has_scheme(std::string_view url, bool attachments) {
  return url.starts_with("http://") || url.starts_with("https://") ||
         (attachments && url.starts_with("attachment://"));
}

inline void check_url(Form& form, std::string_view key, bool attachments) {
  const std::string url = form.text(key, kEmbedUrl, Need::Optional, Space::IsTrimmed);
  if (url.empty() || has_scheme(url, attachments)) return;
  form.problem(key,
               "URL_TYPE_INVALID_SCHEME",
               std::string("Scheme \"") + url.substr(0, url.find(':')) +
                   "\" is not supported. Scheme must be one of ('http', 'https').",
               std::string("must begin with http:// or https://") +
                   (attachments ? ", or be attachment:// and the name of a file" : ""));
}

// Characters that count toward the 6,000 of all embeds.
inline std::int64_t check_embed(Form& embed) {
  constexpr auto kTrimmed = Space::IsTrimmed;
  std::int64_t total = 0;
  const auto count = [&](Form& form, std::string_view key, const Limit& limit, Need need) {
    total += characters(form.text(key, limit, need, kTrimmed));
  };
  count(embed, "title", kEmbedTitle, Need::Optional);
  count(embed, "description", kEmbedDescription, Need::Optional);
  embed.integer("color", kColor);
  check_url(embed, "url", false);
  embed.list("fields", kEmbedFields);
  embed.each("fields", [&](Form field) {
    count(field, "name", kEmbedFieldName, Need::Required);
    count(field, "value", kEmbedFieldValue, Need::Required);
  });
  embed.object("footer", [&](Form footer) {
    count(footer, "text", kEmbedFooter, Need::Required);
    check_url(footer, "icon_url", true);
  });
  embed.object("author", [&](Form author) {
    count(author, "name", kEmbedAuthor, Need::Required);
    check_url(author, "url", false);
    check_url(author, "icon_url", true);
  });
  for (const char* key : {"image", "thumbnail"}) {
    embed.object(key, [](Form picture) {
      if (!picture.has("url")) picture.missing("url");
      check_url(picture, "url", true);
    });
  }
  const bool shows = total > 0 || embed.has("image") || embed.has("thumbnail");
  if (!shows) {
    embed.missing("description", "is missing: an embed needs a text or a picture");
  }
  return total;
}

inline void check_embeds(Form& message) {
  if (!message.list("embeds", kEmbeds)) return;
  std::int64_t total = 0;
  message.each("embeds", [&](Form embed) { total += check_embed(embed); });
  if (total <= kEmbedsTotal.most) return;
  message.problem("embeds",
                  "MAX_EMBED_SIZE_EXCEEDED",
                  "Embed size exceeds maximum size of 6000",
                  "have " + std::to_string(total) + " characters together; Discord allows 6000");
}

inline void check_poll(Form& message) {
  message.object("poll", [](Form poll) {
    if (!poll.has("question")) poll.missing("question");
    poll.object("question", [](Form question) {
      question.text("text", kPollQuestion, Need::Required, Space::IsTrimmed);
    });
    poll.list("answers", kPollAnswers, Need::Required);
    poll.each("answers", [](Form answer) {
      if (!answer.has("poll_media")) answer.missing("poll_media");
      answer.object("poll_media", [](Form media) {
        media.text("text", kPollAnswer, Need::Required, Space::IsTrimmed);
      });
    });
    poll.integer("duration", kPollHours);
  });
}

inline void check_mentions(Form& message) {
  message.object("allowed_mentions", [](Form allowed) {
    const Json parse = allowed["parse"];
    for (const char* key : {"users", "roles"}) {
      const auto given = allowed.list(key, kMentions);
      bool all = false;
      parse.each_element([&](Json word) { all = all || word.string() == key; });
      if (!all || given.value_or(0) == 0) continue;
      allowed.problem(
          "",
          "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
          std::string("parse:[\"") + key + "\"] and " + key + ": [ids...] are mutually exclusive.",
          std::string("has a list of ") + key + " and \"" + key +
              "\" in parse; Discord allows one of them");
    }
  });
}

inline void check_attachments(Form& message) {
  message.list("attachments", kAttachments);
  message.each("attachments", [](Form file) {
    file.text("description", kAttachmentText);
    file.text("filename", kFileName);
  });
}

}  // namespace detail

struct MessageUse {
  // An edit: what the body leaves out keeps its value, so that nothing is missing.
  bool edit = false;
  // Files that are sent along.
  std::size_t files = 0;
  // Whether the message has the flag IS_COMPONENTS_V2. Unset: the flags of the body say it, and of
  // an edit without them nothing is known.
  std::optional<bool> is_v2 = {};
};

// The body of a message or of the data of a callback.
inline Problems check_message(Json body, const MessageUse& use = {}) {
  Problems problems;
  Form message(body, "", problems);
  if (!body.is_object()) {
    message.problem(
        "", "DICT_TYPE_CONVERT", "Only dictionaries may be used.", "the message is no JSON object");
    return problems;
  }
  constexpr std::int64_t kForward = 1;
  message.text("content", kContent);
  detail::check_embeds(message);
  detail::check_poll(message);
  detail::check_mentions(message);
  detail::check_attachments(message);
  message.list("sticker_ids", kStickers);
  if (message["nonce"].is_string()) message.text("nonce", kNonce);
  if (use.files > static_cast<std::size_t>(kAttachments.most)) {
    message.count("files", static_cast<std::int64_t>(use.files), kAttachments);
  }
  const bool flagged = (message["flags"].integer() & kComponentsV2) != 0;
  const bool v2 = use.is_v2.value_or(flagged);
  detail::check_message_components(message, v2 || (use.edit && !use.is_v2));
  const auto filled = [&](std::string_view key) {
    const Json value = message[key];
    return value.is_array()    ? value.size() > 0
           : value.is_string() ? !trimmed(value.string()).empty()
                               : value.exists();
  };
  if (v2) {
    for (const char* key : {"content", "embeds", "sticker_ids", "poll"}) {
      if (!filled(key)) continue;
      message.problem(key,
                      "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                      std::string("The '") + key +
                          "' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                      "cannot stand in a message with the flag IS_COMPONENTS_V2; use components");
    }
  }
  bool shows =
      use.edit || use.files > 0 || message["message_reference"]["type"].integer() == kForward;
  for (const char* key : {"content",
                          "embeds",
                          "components",
                          "sticker_ids",
                          "attachments",
                          "poll",
                          "shared_client_theme"}) {
    shows = shows || filled(key);
  }
  if (!shows && problems.empty()) {
    problems.push_back(
        {"",
         "the message is empty; Discord wants a text, an embed, a component, a file or a poll",
         "",
         "Cannot send an empty message",
         50006});
  }
  return problems;
}

}  // namespace discern::plugin::limits
