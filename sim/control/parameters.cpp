#include "sim/control/parameters.hpp"

namespace discern::sim {

std::optional<std::int64_t> integer_parameter(const json::object& parameters,
                                              std::string_view key) {
  const json::value* value = parameters.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

double number_parameter(const json::object& parameters, std::string_view key, double otherwise) {
  const json::value* value = parameters.if_contains(key);
  if (value == nullptr || !value->is_number()) return otherwise;
  return value->to_number<double>();
}

std::string text_parameter(const json::object& parameters, std::string_view key) {
  const json::value* value = parameters.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

Millis duration_parameter(const json::object& parameters, std::string_view key) {
  return Millis{static_cast<std::int64_t>(number_parameter(parameters, key, 0) * 1000)};
}

bool flag_parameter(const json::object& parameters, std::string_view key, bool otherwise) {
  const json::value* value = parameters.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

std::optional<Snowflake> id_parameter(const json::object& parameters, std::string_view key) {
  if (const auto number = integer_parameter(parameters, key)) {
    return Snowflake{static_cast<std::uint64_t>(*number)};
  }
  return parse_snowflake(text_parameter(parameters, key));
}

json::object object_parameter(const json::object& parameters, std::string_view key) {
  const json::value* value = parameters.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : json::object{};
}

}  // namespace discern::sim
