#include "sim/rest/command_form.hpp"

#include <boost/json/serialize.hpp>

#include "discern/plugin/limits/commands.hpp"

namespace discern::sim {

namespace json = boost::json;
namespace limits = plugin::limits;

FormProblems check_command(const json::object& command, const std::string& path) {
  const std::string text = json::serialize(command);
  return to_problems(limits::check_command(plugin::Json(text), path));
}

FormProblems check_command_list(const json::array& commands) {
  const std::string text = json::serialize(commands);
  return to_problems(limits::check_commands(plugin::Json(text)));
}

}  // namespace discern::sim
