#include "sim/rest/call.hpp"

#include <boost/json/serialize.hpp>

namespace discern::sim {

const json::object& Call::form() const {
  static const json::object kEmpty;
  return body.is_object() ? body.get_object() : kEmpty;
}

HttpReply reply_json(const json::value& body, unsigned status) {
  HttpReply reply;
  reply.status = status;
  reply.body = json::serialize(body);
  return reply;
}

HttpReply reply_nothing() {
  HttpReply reply;
  reply.status = 204;
  return reply;
}

HttpReply reply_error(unsigned status, int code, std::string_view message) {
  return reply_json(json::object{{"message", message}, {"code", code}}, status);
}

HttpReply reply_invalid_form(const FormProblems& problems) {
  const FormProblem& first = problems.front();
  if (first.error != error::kInvalidForm) return reply_error(400, first.error, first.message);
  return reply_json(json::object{{"message", "Invalid Form Body"},
                                 {"code", error::kInvalidForm},
                                 {"errors", to_errors(problems)}},
                    400);
}

HttpReply reply_unknown_channel() {
  return reply_error(404, error::kUnknownChannel, "Unknown Channel");
}
HttpReply reply_unknown_guild() {
  return reply_error(404, error::kUnknownGuild, "Unknown Guild");
}
HttpReply reply_unknown_message() {
  return reply_error(404, error::kUnknownMessage, "Unknown Message");
}

}  // namespace discern::sim
