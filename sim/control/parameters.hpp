#pragma once

// Reading an action's parameters. Ids may be strings or numbers.

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "sim/world/snowflake.hpp"

namespace discern::sim {

namespace json = boost::json;

std::optional<std::int64_t> integer_parameter(const json::object& parameters, std::string_view key);
double number_parameter(const json::object& parameters, std::string_view key, double otherwise);
std::string text_parameter(const json::object& parameters, std::string_view key);
// Seconds, as milliseconds; zero when absent.
Millis duration_parameter(const json::object& parameters, std::string_view key);
bool flag_parameter(const json::object& parameters, std::string_view key, bool otherwise);
std::optional<Snowflake> id_parameter(const json::object& parameters, std::string_view key);
json::object object_parameter(const json::object& parameters, std::string_view key);

}  // namespace discern::sim
