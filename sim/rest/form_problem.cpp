#include "sim/rest/form_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

namespace discern::sim {

namespace json = boost::json;

FormProblems to_problems(const plugin::limits::Problems& found, std::string_view prefix) {
  FormProblems out;
  for (const plugin::limits::Problem& problem : found) {
    const bool both = !prefix.empty() && !problem.path.empty();
    out.push_back({std::string(prefix) + (both ? "." : "") + problem.path,
                   problem.code,
                   problem.message,
                   problem.discord_code});
  }
  return out;
}

json::object to_errors(const FormProblems& problems) {
  json::object root;
  for (const FormProblem& problem : problems) {
    json::object* at = &root;
    std::string_view rest = problem.path;
    while (!rest.empty()) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      json::value& next = (*at)[rest.substr(0, dot)];
      if (!next.is_object()) next.emplace_object();
      at = &next.get_object();
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    json::value& list = (*at)["_errors"];
    if (!list.is_array()) list.emplace_array();
    list.get_array().emplace_back(
        json::object{{"code", problem.code}, {"message", problem.message}});
  }
  return root;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string FormReader::path_to(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void FormReader::problem(std::string_view key, std::string code, std::string message) {
  problems_.push_back({path_to(key), std::move(code), std::move(message)});
}

const json::value* FormReader::find(std::string_view key, Need need) {
  const json::value* value = form_.if_contains(key);
  if (value != nullptr && !value->is_null()) return value;
  if (need == Need::Required) problem(key, "BASE_TYPE_REQUIRED", "This field is required");
  return nullptr;
}

std::string_view FormReader::text(std::string_view key,
                                  std::size_t min,
                                  std::size_t max,
                                  Need need) {
  const json::value* value = find(key, need);
  if (value == nullptr) return {};
  const json::string* text = value->if_string();
  if (text == nullptr) {
    problem(key, "STRING_TYPE_CONVERT", "Could not interpret as string.");
    return {};
  }
  const std::size_t length = character_count({text->data(), text->size()});
  if (length < min || length > max) {
    problem(
        key, "BASE_TYPE_BAD_LENGTH", fmt::format("Must be between {} and {} in length.", min, max));
  }
  return {text->data(), text->size()};
}

const json::array* FormReader::list(std::string_view key, std::size_t max, Need need) {
  const json::value* value = find(key, need);
  if (value == nullptr) return nullptr;
  const json::array* list = value->if_array();
  if (list == nullptr) {
    problem(key, "LIST_TYPE_CONVERT", "Only iterables may be used.");
  } else if (list->size() > max) {
    problem(key, "BASE_TYPE_MAX_LENGTH", fmt::format("Must be {} or fewer in length.", max));
  }
  return list;
}

std::int64_t FormReader::integer(
    std::string_view key, std::int64_t min, std::int64_t max, std::int64_t otherwise, Need need) {
  const json::value* value = find(key, need);
  if (value == nullptr) return otherwise;
  const std::int64_t* number = value->if_int64();
  if (number == nullptr) {
    problem(key, "NUMBER_TYPE_COERCE", "Value is not an integer.");
    return otherwise;
  }
  if (*number < min || *number > max) {
    problem(key, "NUMBER_TYPE_RANGE", fmt::format("Must be between {} and {}.", min, max));
  }
  return *number;
}

const json::object* FormReader::object(std::string_view key, Need need) {
  const json::value* value = find(key, need);
  if (value == nullptr) return nullptr;
  const json::object* object = value->if_object();
  if (object == nullptr) problem(key, "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
  return object;
}

}  // namespace discern::sim
