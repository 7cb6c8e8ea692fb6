#include "discord/model/limits.hpp"

#include "discern/plugin/limits.hpp"

namespace discern::discord {
namespace {

using plugin::Json;

std::optional<LimitError> first_of(const limits::Problems& problems) {
  if (problems.empty()) return std::nullopt;
  return LimitError{problems.front().path, problems.front().sentence()};
}

}  // namespace

std::optional<LimitError> check_message(std::string_view json, const MessageBody& body) {
  limits::MessageUse use;
  use.edit = body.edit;
  use.files = body.files;
  return first_of(limits::check_message(Json(json), use));
}

std::optional<LimitError> check_modal(std::string_view json) {
  return first_of(limits::check_modal(Json(json)));
}

std::optional<LimitError> check_autocomplete_choices(std::string_view json) {
  return first_of(limits::check_autocomplete(Json(json)));
}

std::optional<LimitError> check_command(std::string_view json) {
  return first_of(limits::check_command(Json(json)));
}

std::optional<LimitError> check_commands(std::string_view json) {
  return first_of(limits::check_commands(Json(json)));
}

std::optional<LimitError> check_bulk_delete(std::string_view json, std::int64_t now_ms) {
  return first_of(limits::check_bulk_delete(Json(json), now_ms));
}

std::optional<LimitError> check_member(std::string_view json, std::int64_t now_ms) {
  return first_of(limits::check_member(Json(json), now_ms));
}

}  // namespace discern::discord
