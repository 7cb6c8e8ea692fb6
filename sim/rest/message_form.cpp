#include "sim/rest/message_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "discern/plugin/limits/message.hpp"

namespace discern::sim {
namespace {

namespace json = boost::json;

// What the table cannot know: whether the files that the body names were sent.
void check_attachments(const json::object& message,
                       const std::vector<FilePart>& files,
                       FormProblems& problems) {
  for (const FilePart& file : files) {
    if (file.size > kMaxFile) {
      problems.push_back({"files", "BASE_TYPE_MAX_LENGTH", "File exceeds 10 MiB"});
    }
  }
  const json::value* attachments = message.if_contains("attachments");
  if (attachments == nullptr || !attachments->is_array()) return;
  std::set<std::string, std::less<>> keys;
  for (const FilePart& file : files) keys.insert(file.key);
  std::size_t index = 0;
  for (const json::value& value : attachments->get_array()) {
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

FormProblems check_message(const json::object& message,
                           const std::vector<FilePart>& files,
                           const MessageState& state) {
  const std::string text = json::serialize(message);
  plugin::limits::MessageUse use;
  use.edit = state.edit;
  use.files = files.size();
  const json::value* flags = message.if_contains("flags");
  const bool flagged = flags != nullptr && flags->is_int64() &&
                       (flags->get_int64() & plugin::limits::kComponentsV2) != 0;
  use.is_v2 = state.is_v2 || flagged;
  FormProblems problems = to_problems(plugin::limits::check_message(plugin::Json(text), use));
  FormReader reader(message, "", problems);
  reader.integer("flags", 0, 1 << 20, 0);
  check_attachments(message, files, problems);
  return problems;
}

}  // namespace discern::sim
