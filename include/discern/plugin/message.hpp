#pragma once

// What is said on Discord: Message, Embed, Button, File.

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

// Discord's limits: title 256 characters, description 4,096, 25 fields, 6,000 in all.
struct Embed {
  std::string title;
  std::string description;
  std::string url;
  std::uint32_t color = 0;  // 0xRRGGBB; 0 for none.
  std::vector<EmbedField> fields;
  std::string footer;
  std::string image_url;
  std::string thumbnail_url;
};

enum class ButtonStyle { Primary = 1, Secondary = 2, Success = 3, Danger = 4 };

// Its press comes back to core.api().on_component with the same custom_id.
struct Button {
  std::string label;
  std::string custom_id;  // At most 60 characters.
  ButtonStyle style = ButtonStyle::Secondary;
  bool disabled = false;
};

struct File {
  std::string name;          // [A-Za-z0-9._-]
  std::string content_type;  // image/png
  std::string bytes;
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
  std::vector<std::vector<Button>> rows;  // At most five rows of five buttons.
  std::vector<File> files;
  // Only the person who used the command sees it. Answers to interactions only.
  bool ephemeral = false;
  // Whether @names in the text call people. Off, because text often comes from people.
  bool mentions = false;
};

namespace detail {

inline JsonObject to_json(const Embed& embed) {
  JsonObject out;
  if (!embed.title.empty()) out.add("title", embed.title);
  if (!embed.description.empty()) out.add("description", embed.description);
  if (!embed.url.empty()) out.add("url", embed.url);
  if (embed.color != 0) out.add("color", embed.color);
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
  return out;
}

inline JsonArray to_json(const std::vector<std::vector<Button>>& rows, std::string_view plugin) {
  JsonArray out;
  for (const std::vector<Button>& row : rows) {
    JsonArray buttons;
    for (const Button& button : row) {
      // The plugin's id in front leads the press back to it.
      buttons.add(JsonObject()
                      .add("type", 2)
                      .add("style", static_cast<int>(button.style))
                      .add("label", button.label)
                      .add("custom_id", std::string(plugin) + ':' + button.custom_id)
                      .add("disabled", button.disabled));
    }
    out.add(JsonObject().add("type", 1).add("components", buttons));
  }
  return out;
}

// All fields are written, so that an edit replaces what was there.
inline std::string to_json(const Message& message, std::string_view plugin) {
  JsonObject out;
  out.add("content", message.content);
  JsonArray embeds;
  for (const Embed& embed : message.embeds) embeds.add(to_json(embed));
  out.add("embeds", embeds);
  out.add("components", to_json(message.rows, plugin));
  if (!message.mentions) out.add_raw("allowed_mentions", R"({"parse":[]})");
  if (message.ephemeral) out.add("flags", 64);
  JsonArray attachments;
  for (std::size_t i = 0; i < message.files.size(); ++i) {
    attachments.add(JsonObject().add("id", i).add("filename", message.files[i].name));
  }
  if (!attachments.empty()) out.add("attachments", attachments);
  return out.text();
}

}  // namespace detail
}  // namespace discern::plugin
