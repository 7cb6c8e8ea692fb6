// What a test may do to REST, and to the list of complaints.

#include "sim/control/control.hpp"
#include "sim/control/parameters.hpp"

namespace discern::sim {
namespace {

Result<json::object> rest(Control& control, const json::object& parameters, Instant) {
  RestFault fault;
  fault.method = text_parameter(parameters, "method");
  fault.route_prefix = text_parameter(parameters, "route");
  fault.status = static_cast<unsigned>(integer_parameter(parameters, "status").value_or(0));
  fault.count = static_cast<std::uint32_t>(
      std::max<std::int64_t>(integer_parameter(parameters, "count").value_or(1), 1));
  fault.retry_after_s = number_parameter(parameters, "retry_after", 1.0);
  const std::string scope = text_parameter(parameters, "scope");
  fault.scope = scope == "global"   ? LimitScope::Global
                : scope == "shared" ? LimitScope::Shared
                                    : LimitScope::User;
  fault.delay = Millis{static_cast<std::int64_t>(number_parameter(parameters, "delay_ms", 0))};
  fault.hang_up = flag_parameter(parameters, "hang_up", false);
  fault.after = flag_parameter(parameters, "after", false);
  fault.html = flag_parameter(parameters, "html", false);
  fault.code = static_cast<int>(integer_parameter(parameters, "code").value_or(0));
  fault.message = text_parameter(parameters, "message");
  if (fault.status == 0 && !fault.hang_up && fault.delay == Millis{0}) {
    return Error(Errc::Invalid, "rest takes status, hang_up or delay_ms");
  }
  control.state().faults.add(std::move(fault));
  return json::object{};
}

Result<json::object> rest_clear(Control& control, const json::object&, Instant) {
  control.state().faults.clear();
  control.state().refused_commands.clear();
  return json::object{};
}

// As when Discord has a rule that nobody knows of.
Result<json::object> refuse_command(Control& control, const json::object& parameters, Instant) {
  const std::string name = text_parameter(parameters, "name");
  if (name.empty()) return Error(Errc::Invalid, "refuse_command takes the name of a command");
  control.state().refused_commands[name] = flag_parameter(parameters, "named", true);
  return json::object{};
}

Result<json::object> record(Control& control, const json::object& parameters, Instant) {
  const bool on = flag_parameter(parameters, "on", true);
  control.state().record.set_on(on);
  return json::object{{"on", on}};
}

Result<json::object> clear_complaints(Control& control, const json::object&, Instant) {
  const std::uint64_t cleared = control.state().complaints.count();
  control.state().complaints.clear();
  return json::object{{"cleared", cleared}};
}

constexpr NamedAction kActions[] = {{"rest", rest},
                                    {"rest_clear", rest_clear},
                                    {"refuse_command", refuse_command},
                                    {"record", record},
                                    {"clear_complaints", clear_complaints}};

}  // namespace

std::span<const NamedAction> rest_actions() {
  return kActions;
}

}  // namespace discern::sim
