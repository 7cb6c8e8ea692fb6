#include "sim/rest/message_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

namespace discern::sim {
namespace {

namespace json = boost::json;
using Need = FormReader::Need;

constexpr std::size_t kMaxEmbedText = 6000;
// The flag that replaces content and embeds by components.
constexpr std::int64_t kIsComponentsV2 = 1 << 15;

std::size_t check_fields(FormReader& embed, FormProblems& problems) {
  std::size_t characters = 0;
  const json::array* fields = embed.list("fields", 25);
  if (fields == nullptr) return 0;
  std::size_t index = 0;
  for (const json::value& value : *fields) {
    const std::string path = fmt::format("{}.{}", embed.path_to("fields"), index++);
    if (!value.is_object()) continue;
    FormReader field(value.get_object(), path, problems);
    characters += character_count(field.text("name", 1, 256, Need::Required));
    characters += character_count(field.text("value", 1, 1024, Need::Required));
  }
  return characters;
}

std::size_t check_embed(const json::object& object,
                        const std::string& path,
                        FormProblems& problems) {
  FormReader embed(object, path, problems);
  std::size_t characters = character_count(embed.text("title", 0, 256));
  characters += character_count(embed.text("description", 0, 4096));
  embed.integer("color", 0, 0xFFFFFF, 0);
  if (const json::object* footer = embed.object("footer")) {
    FormReader reader(*footer, embed.path_to("footer"), problems);
    characters += character_count(reader.text("text", 1, 2048, Need::Required));
  }
  if (const json::object* author = embed.object("author")) {
    FormReader reader(*author, embed.path_to("author"), problems);
    characters += character_count(reader.text("name", 1, 256, Need::Required));
  }
  return characters + check_fields(embed, problems);
}

void check_embeds(FormReader& message, FormProblems& problems) {
  const json::array* embeds = message.list("embeds", 10);
  if (embeds == nullptr) return;
  std::size_t characters = 0;
  std::size_t index = 0;
  for (const json::value& value : *embeds) {
    const std::string path = fmt::format("embeds.{}", index++);
    if (value.is_object()) {
      characters += check_embed(value.get_object(), path, problems);
    } else {
      problems.push_back({path, "DICT_TYPE_CONVERT", "Only dictionaries may be used."});
    }
  }
  if (characters > kMaxEmbedText) {
    message.problem("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
  }
}

void check_components(FormReader& message, FormProblems& problems) {
  const json::array* rows = message.list("components", 40);
  if (rows == nullptr) return;
  std::size_t index = 0;
  for (const json::value& value : *rows) {
    const std::string path = fmt::format("components.{}", index++);
    if (!value.is_object()) {
      problems.push_back({path, "DICT_TYPE_CONVERT", "Only dictionaries may be used."});
      continue;
    }
    FormReader row(value.get_object(), path, problems);
    const std::int64_t type = row.integer("type", 1, 30, 1, Need::Required);
    const json::array* children = row.list("components", type == 1 ? 5 : 10);
    if (type == 1 && (children == nullptr || children->empty())) {
      row.problem("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
  }
}

void check_attachments(FormReader& message,
                       const std::vector<FilePart>& files,
                       FormProblems& problems) {
  for (const FilePart& file : files) {
    if (file.size > kMaxFile) {
      problems.push_back({"files", "BASE_TYPE_MAX_LENGTH", "File exceeds 10 MiB"});
    }
  }
  const json::array* attachments = message.list("attachments", 10);
  if (attachments == nullptr) return;
  std::set<std::string, std::less<>> keys;
  for (const FilePart& file : files) keys.insert(file.key);
  std::size_t index = 0;
  for (const json::value& value : *attachments) {
    const std::string path = fmt::format("attachments.{}", index++);
    if (!value.is_object()) continue;
    const json::value* id = value.get_object().if_contains("id");
    std::string text;
    if (id != nullptr && id->is_string()) text = std::string(id->get_string());
    if (id != nullptr && id->is_int64()) text = std::to_string(id->get_int64());
    // Short ids name a file of this request, long ones an attachment that stays.
    if (text.size() < 17 && !keys.contains(text)) {
      problems.push_back(
          {path + ".id", "ATTACHMENT_NOT_FOUND", "No file of this request has that id"});
    }
  }
}

}  // namespace

FormProblems check_message(const json::object& message, const std::vector<FilePart>& files) {
  FormProblems problems;
  FormReader reader(message, "", problems);
  const std::string_view content = reader.text("content", 0, 2000);
  const std::int64_t flags = reader.integer("flags", 0, 1 << 20, 0);
  check_embeds(reader, problems);
  check_components(reader, problems);
  check_attachments(reader, files, problems);
  if (const json::object* mentions = reader.object("allowed_mentions")) {
    FormReader allowed(*mentions, "allowed_mentions", problems);
    allowed.list("parse", 3);
    allowed.list("users", 100);
    allowed.list("roles", 100);
  }
  if ((flags & kIsComponentsV2) != 0 && !content.empty()) {
    reader.problem("content",
                   "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                   "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
  }
  return problems;
}

bool is_empty_message(const json::object& message, const std::vector<FilePart>& files) {
  if (!files.empty()) return false;
  if (const json::value* content = message.if_contains("content")) {
    if (content->is_string() && !content->get_string().empty()) return false;
  }
  for (const char* key : {"embeds", "components", "sticker_ids", "attachments"}) {
    const json::value* list = message.if_contains(key);
    if (list != nullptr && list->is_array() && !list->get_array().empty()) return false;
  }
  return !message.contains("poll") && !message.contains("message_reference");
}

}  // namespace discern::sim
