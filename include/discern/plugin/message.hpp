#pragma once

// What is said on Discord: Message, Embed, Button, Select, File.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/json_text.hpp"

namespace discern::plugin {

struct EmbedField {
  std::string name;
  std::string value;
  bool side_by_side = false;
};

// Discord's limits: title 256 characters, description 4,096, 25 fields, 6,000 in all. Images are
// addresses, or "attachment://name.png" for a file of the same message.
struct Embed {
  std::string title;
  std::string description;
  std::string url;
  std::uint32_t color = 0;  // 0xRRGGBB; 0 for none.
  std::vector<EmbedField> fields;
  std::string footer;
  std::string image_url;
  std::string thumbnail_url;
  std::string author;
  std::string author_url;
  std::string author_icon_url;
  std::string timestamp;  // ISO 8601, "2026-01-31T12:00:00Z".
};

enum class ButtonStyle { Primary = 1, Secondary = 2, Success = 3, Danger = 4 };

// Its press comes back to core.api().on_component with the same custom_id.
struct Button {
  std::string label{};
  std::string custom_id{};  // At most 60 characters.
  ButtonStyle style = ButtonStyle::Secondary;
  bool disabled = false;
  std::string emoji{};  // The character itself, or name:id.
  std::string url{};  // Opens this instead of coming back; custom_id and style do not matter then.
};

struct SelectOption {
  std::string label{};
  std::string value{};
  std::string description{};
  std::string emoji{};
  bool chosen = false;  // From the beginning.
};

// A list to choose from; what was chosen comes back to core.api().on_component, see
// Interaction::values().
struct Select {
  enum class Of { Texts = 3, Users = 5, Roles = 6, UsersAndRoles = 7, Channels = 8 };

  std::string custom_id{};              // At most 60 characters.
  std::vector<SelectOption> options{};  // Of texts: 1 to 25.
  Of of = Of::Texts;
  std::string placeholder{};
  std::uint32_t least = 1;  // How many have to be chosen, and may be.
  std::uint32_t most = 1;
  bool disabled = false;
};

struct File {
  // Cleaned as Discord does it: letters without accents, digits, . _ and -; a space becomes _. One
  // that begins with SPOILER_ is hidden until asked.
  std::string name{};
  std::string content_type{};  // image/png
  std::string bytes{};
  std::string description{};  // For those who cannot see it.
};

// A text converts to it: reply("pong").
struct Message {
  Message() = default;
  Message(std::string text) : content(std::move(text)) {}
  Message(std::string_view text) : content(text) {}
  Message(const char* text) : content(text) {}
  Message(Embed embed) : embeds{std::move(embed)} {}

  std::string content;  // At most 2,000 characters.
  std::vector<Embed> embeds;
  // Rows of at most five buttons, then one row for each select; at most five rows together.
  std::vector<std::vector<Button>> rows;
  std::vector<Select> selects;
  // An edit keeps the files that are there, unless it brings some.
  std::vector<File> files;
  // Only the person who used the command sees it. Answers to interactions only.
  bool ephemeral = false;
  // Whether @names in the text call people. Off, because text often comes from people.
  bool mentions = false;
  // Those that are called all the same.
  std::vector<std::uint64_t> mention_users;
  std::vector<std::uint64_t> mention_roles;
  bool silent = false;         // Nobody's device makes a sound.
  bool without_links = false;  // Links in the text show no preview.
  // The message this one answers; core.discord().send_message only.
  std::uint64_t reply_to = 0;
};

namespace detail {

// "👍" or "name:id", as components want it.
inline JsonObject emoji_json(std::string_view emoji) {
  const std::size_t colon = emoji.find(':');
  if (colon == std::string_view::npos) return JsonObject().add("name", emoji);
  return JsonObject().add("name", emoji.substr(0, colon)).add("id", emoji.substr(colon + 1));
}

inline JsonObject to_json(const Embed& embed) {
  JsonObject out;
  if (!embed.title.empty()) out.add("title", embed.title);
  if (!embed.description.empty()) out.add("description", embed.description);
  if (!embed.url.empty()) out.add("url", embed.url);
  if (embed.color != 0) out.add("color", embed.color);
  if (!embed.timestamp.empty()) out.add("timestamp", embed.timestamp);
  JsonArray fields;
  for (const EmbedField& field : embed.fields) {
    fields.add(JsonObject()
                   .add("name", field.name)
                   .add("value", field.value)
                   .add("inline", field.side_by_side));
  }
  if (!fields.empty()) out.add("fields", fields);
  if (!embed.footer.empty()) out.add("footer", JsonObject().add("text", embed.footer));
  if (!embed.image_url.empty()) out.add("image", JsonObject().add("url", embed.image_url));
  if (!embed.thumbnail_url.empty()) {
    out.add("thumbnail", JsonObject().add("url", embed.thumbnail_url));
  }
  if (!embed.author.empty()) {
    JsonObject author = JsonObject().add("name", embed.author);
    if (!embed.author_url.empty()) author.add("url", embed.author_url);
    if (!embed.author_icon_url.empty()) author.add("icon_url", embed.author_icon_url);
    out.add("author", author);
  }
  return out;
}

// The plugin's id in front leads what comes back to it.
inline std::string own_custom_id(std::string_view plugin, std::string_view custom_id) {
  return std::string(plugin) + ':' + std::string(custom_id);
}

inline JsonObject to_json(const Button& button, std::string_view plugin) {
  constexpr int kLink = 5;
  JsonObject out = JsonObject().add("type", 2);
  if (!button.label.empty()) out.add("label", button.label);
  if (!button.emoji.empty()) out.add("emoji", emoji_json(button.emoji));
  if (button.url.empty()) {
    out.add("style", static_cast<int>(button.style))
        .add("custom_id", own_custom_id(plugin, button.custom_id));
  } else {
    out.add("style", kLink).add("url", button.url);
  }
  return out.add("disabled", button.disabled);
}

inline JsonObject to_json(const Select& select, std::string_view plugin) {
  JsonObject out = JsonObject()
                       .add("type", static_cast<int>(select.of))
                       .add("custom_id", own_custom_id(plugin, select.custom_id))
                       .add("min_values", select.least)
                       .add("max_values", select.most)
                       .add("disabled", select.disabled);
  if (!select.placeholder.empty()) out.add("placeholder", select.placeholder);
  if (select.of != Select::Of::Texts) return out;
  JsonArray options;
  for (const SelectOption& option : select.options) {
    JsonObject one = JsonObject().add("label", option.label).add("value", option.value);
    if (!option.description.empty()) one.add("description", option.description);
    if (!option.emoji.empty()) one.add("emoji", emoji_json(option.emoji));
    if (option.chosen) one.add("default", true);
    options.add(one);
  }
  return out.add("options", options);
}

inline JsonArray components_json(const Message& message, std::string_view plugin) {
  JsonArray out;
  for (const std::vector<Button>& row : message.rows) {
    JsonArray buttons;
    for (const Button& button : row) buttons.add(to_json(button, plugin));
    out.add(JsonObject().add("type", 1).add("components", buttons));
  }
  for (const Select& select : message.selects) {
    out.add(
        JsonObject().add("type", 1).add("components", JsonArray().add(to_json(select, plugin))));
  }
  return out;
}

inline JsonArray ids_json(const std::vector<std::uint64_t>& ids) {
  JsonArray out;
  for (const std::uint64_t id : ids) out.add(std::to_string(id));
  return out;
}

// Text, embeds and components are always written, so that an edit replaces what was there.
inline std::string to_json(const Message& message, std::string_view plugin) {
  constexpr int kWithoutLinks = 1 << 2;
  constexpr int kEphemeral = 1 << 6;
  constexpr int kSilent = 1 << 12;
  JsonObject out;
  out.add("content", message.content);
  JsonArray embeds;
  for (const Embed& embed : message.embeds) embeds.add(to_json(embed));
  out.add("embeds", embeds);
  out.add("components", components_json(message, plugin));
  if (!message.mentions) {
    JsonObject allowed = JsonObject().add("parse", JsonArray());
    if (!message.mention_users.empty()) allowed.add("users", ids_json(message.mention_users));
    if (!message.mention_roles.empty()) allowed.add("roles", ids_json(message.mention_roles));
    out.add("allowed_mentions", allowed);
  }
  const int flags = (message.without_links ? kWithoutLinks : 0) |
                    (message.ephemeral ? kEphemeral : 0) | (message.silent ? kSilent : 0);
  if (flags != 0) out.add("flags", flags);
  if (message.reply_to != 0) {
    // A message that is gone by then is no reason to say nothing.
    out.add("message_reference",
            JsonObject().add_id("message_id", message.reply_to).add("fail_if_not_exists", false));
  }
  JsonArray attachments;
  for (std::size_t i = 0; i < message.files.size(); ++i) {
    JsonObject one =
        JsonObject().add("id", std::to_string(i)).add("filename", message.files[i].name);
    if (!message.files[i].description.empty()) {
      one.add("description", message.files[i].description);
    }
    attachments.add(one);
  }
  if (!attachments.empty()) out.add("attachments", attachments);
  return out.text();
}

}  // namespace detail
}  // namespace discern::plugin
