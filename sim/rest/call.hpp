#pragma once

// One REST request, routed and read, as the handlers get it; and what they answer with.

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "sim/http.hpp"
#include "sim/rest/form_problem.hpp"
#include "sim/rest/message_form.hpp"
#include "sim/state.hpp"

namespace discern::sim {

struct Call {
  const HttpRequest& request;
  std::vector<std::string> args;  // What stood in the template's braces, decoded.
  json::value body;               // Null without one; payload_json of a multipart body.
  std::vector<FilePart> files;
  Instant now{};

  // The n-th argument as an id; 0 when it is none.
  Snowflake id(std::size_t n) const { return parse_snowflake(args[n]).value_or(Snowflake{}); }
  std::string query(std::string_view key) const { return query_value(request.query(), key); }
  // The body as an object; empty when it is something else.
  const json::object& form() const;
};

using Handler = HttpReply (*)(State&, const Call&);

HttpReply reply_json(const json::value& body, unsigned status = 200);
HttpReply reply_nothing();
// An error body as Discord gives it.
HttpReply reply_error(unsigned status, int code, std::string_view message);
// 400 with code 50035 and the nested errors.
HttpReply reply_invalid_form(const FormProblems& problems);

namespace error {
inline constexpr int kUnknownApplication = 10002;
inline constexpr int kUnknownChannel = 10003;
inline constexpr int kUnknownGuild = 10004;
inline constexpr int kUnknownMember = 10007;
inline constexpr int kUnknownMessage = 10008;
inline constexpr int kUnknownRole = 10011;
inline constexpr int kUnknownUser = 10013;
inline constexpr int kUnknownEmoji = 10014;
inline constexpr int kUnknownWebhook = 10015;
inline constexpr int kUnknownBan = 10026;
inline constexpr int kUnknownInteraction = 10062;
inline constexpr int kUnknownCommand = 10063;
inline constexpr int kDailyCommandLimit = 30034;
inline constexpr int kEntryPointRemoved = 50240;
inline constexpr int kAlreadyAcknowledged = 40060;
inline constexpr int kCannotEditOthers = 50005;
inline constexpr int kEmptyMessage = 50006;
inline constexpr int kInvalidWebhookToken = 50027;
inline constexpr int kInvalidForm = 50035;
inline constexpr int kInvalidJson = 50109;
}  // namespace error

HttpReply reply_unknown_channel();
HttpReply reply_unknown_guild();
HttpReply reply_unknown_message();

}  // namespace discern::sim
