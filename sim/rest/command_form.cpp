#include "sim/rest/command_form.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <set>

namespace discern::sim {
namespace {

namespace json = boost::json;
using Need = FormReader::Need;

constexpr int kSubcommand = 1;
constexpr int kGroup = 2;
constexpr std::size_t kMaxCommandText = 8000;
// Chat, user and message commands, entry point: how many of each.
constexpr std::array<std::size_t, 5> kMaxOfType = {0, 100, 15, 15, 1};

// The longest localisation counts, with names and descriptions of everything below.
std::size_t text_size(const json::object& node) {
  std::size_t size = 0;
  for (const char* key : {"name", "description", "value"}) {
    if (const json::value* value = node.if_contains(key); value != nullptr && value->is_string()) {
      size += character_count(value->get_string());
    }
  }
  for (const char* key : {"options", "choices"}) {
    const json::value* list = node.if_contains(key);
    if (list == nullptr || !list->is_array()) continue;
    for (const json::value& child : list->get_array()) {
      if (child.is_object()) size += text_size(child.get_object());
    }
  }
  return size;
}

// Letters of any script, digits, - _ and '; no upper case.
bool is_chat_name(std::string_view name) {
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool fine = byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '\'';
    if (!fine) return false;
  }
  return true;
}

void check_choices(const json::object& option,
                   int type,
                   const std::string& path,
                   FormProblems& out) {
  FormReader reader(option, path, out);
  const json::array* choices = reader.list("choices", 25);
  if (choices == nullptr) return;
  std::size_t index = 0;
  for (const json::value& choice : *choices) {
    const std::string at = fmt::format("{}.{}", reader.path_to("choices"), index++);
    if (!choice.is_object()) continue;
    FormReader fields(choice.get_object(), at, out);
    fields.text("name", 1, 100, Need::Required);
    const json::value* value = choice.get_object().if_contains("value");
    const bool fits = value != nullptr && (type == 3 ? value->is_string() : value->is_number());
    if (!fits)
      fields.problem("value", "BASE_TYPE_REQUIRED", "A value of the option's type is required");
  }
}

void check_options(const json::object& node, const std::string& path, int depth, FormProblems& out);

void check_option(const json::object& option,
                  const std::string& path,
                  int depth,
                  FormProblems& out) {
  FormReader reader(option, path, out);
  const auto type = static_cast<int>(reader.integer("type", 1, 11, 3, Need::Required));
  if (!is_chat_name(reader.text("name", 1, 32, Need::Required))) {
    reader.problem("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
  }
  reader.text("description", 1, 100, Need::Required);
  if (type == kGroup && depth > 0) {
    reader.problem("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Groups do not nest");
  }
  if (type == kSubcommand || type == kGroup) check_options(option, path, depth + 1, out);
  check_choices(option, type, path, out);
}

void check_options(const json::object& node,
                   const std::string& path,
                   int depth,
                   FormProblems& out) {
  FormReader reader(node, path, out);
  const json::array* options = reader.list("options", 25);
  if (options == nullptr) return;
  std::set<std::string, std::less<>> names;
  bool optional_seen = false;
  std::size_t index = 0;
  for (const json::value& value : *options) {
    const std::string at = fmt::format("{}.{}", reader.path_to("options"), index++);
    if (!value.is_object()) {
      out.push_back({at, "DICT_TYPE_CONVERT", "Only dictionaries may be used."});
      continue;
    }
    const json::object& option = value.get_object();
    check_option(option, at, depth, out);
    const json::value* name = option.if_contains("name");
    if (name != nullptr && name->is_string() &&
        !names.insert(std::string(name->get_string())).second) {
      out.push_back({at, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name is repeated"});
    }
    const json::value* required = option.if_contains("required");
    const bool is_required = required != nullptr && required->is_bool() && required->get_bool();
    if (is_required && optional_seen) {
      out.push_back({at,
                     "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                     "Required options must be placed before non-required options"});
    }
    optional_seen = optional_seen || !is_required;
  }
}

int type_of(const json::object& command) {
  const json::value* type = command.if_contains("type");
  return type != nullptr && type->is_int64() ? static_cast<int>(type->get_int64()) : kChatCommand;
}

}  // namespace

FormProblems check_command(const json::object& command, const std::string& path) {
  FormProblems problems;
  FormReader reader(command, path, problems);
  const auto type = static_cast<int>(reader.integer("type", 1, 4, kChatCommand));
  const std::string_view name = reader.text("name", 1, 32, Need::Required);
  if (type == kChatCommand) {
    if (!is_chat_name(name)) {
      reader.problem("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
    reader.text("description", 1, 100, Need::Required);
    check_options(command, path, 0, problems);
  } else if (!reader.text("description", 0, 100).empty()) {
    reader.problem("description",
                   "APPLICATION_COMMAND_INVALID_DESCRIPTION",
                   "Context menu commands cannot have description");
  }
  if (text_size(command) > kMaxCommandText) {
    problems.push_back(
        {path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"});
  }
  return problems;
}

FormProblems check_command_list(const json::array& commands) {
  FormProblems problems;
  std::array<std::size_t, 5> of_type{};
  std::set<std::pair<int, std::string>> names;
  std::size_t index = 0;
  for (const json::value& value : commands) {
    const std::string path = std::to_string(index++);
    if (!value.is_object()) {
      problems.push_back({path, "DICT_TYPE_CONVERT", "Only dictionaries may be used."});
      continue;
    }
    const json::object& command = value.get_object();
    FormProblems own = check_command(command, path);
    problems.insert(problems.end(), own.begin(), own.end());
    const int type = std::clamp(type_of(command), 1, 4);
    ++of_type[static_cast<std::size_t>(type)];
    const json::value* name = command.if_contains("name");
    if (name != nullptr && name->is_string() &&
        !names.emplace(type, std::string(name->get_string())).second) {
      problems.push_back({path,
                          "APPLICATION_COMMANDS_DUPLICATE_NAME",
                          "Application command names must be unique"});
    }
  }
  for (std::size_t type = 1; type < of_type.size(); ++type) {
    if (of_type[type] > kMaxOfType[type]) {
      problems.push_back(
          {"",
           "BASE_TYPE_MAX_LENGTH",
           fmt::format(
               "Maximum number of application commands of type {} is {}", type, kMaxOfType[type])});
    }
  }
  return problems;
}

}  // namespace discern::sim
