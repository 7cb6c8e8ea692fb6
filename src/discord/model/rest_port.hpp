#pragma once

// How the plugin host reaches Discord's REST API: through the host's rate limiter, which
// discord/rest implements.

#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace discern::discord {

// Whether the Authorization header is sent, and whether the global limit counts it.
enum class RestAuth { Bot, InteractionToken };

struct RestFile {
  std::string name;          // [A-Za-z0-9._-]
  std::string content_type;  // image/png
  std::string bytes;
};

struct RestRequest {
  std::string method = "GET";
  // The templated route: "/channels/{}/messages". What fills its holes is in `parameters`, in order
  // and unescaped. An interaction token goes into `secret` and its hole is "{token}".
  std::string route;
  std::vector<std::string> parameters;
  Secret secret;
  std::string query;  // "with_counts=true", without the question mark.
  std::string json;   // Body; empty for none.
  std::vector<RestFile> files;
  RestAuth auth = RestAuth::Bot;
  // Who is charged for it in the metrics; empty for the host itself.
  std::string plugin;
  std::string reason;  // X-Audit-Log-Reason.
};

struct RestResponse {
  int status = 0;
  std::string body;
};

// What became of a request. An HTTP error status is an Error too: kind Refused (4xx) or Unavailable
// (5xx, network), text with Discord's message and `code`, Discord's JSON error code or 0.
struct RestOutcome {
  Result<RestResponse> response;
  int discord_code = 0;
  int status = 0;  // HTTP; 0 when there was no answer.
  // Discord's body, if it refused the request (4xx): its `errors` name each field at fault.
  std::string refusal = {};
};
using RestDone = std::function<void(RestOutcome)>;

// Thread-safe. `done` is called exactly once, on the http-out thread; it must not block or throw.
class RestPort {
 public:
  virtual ~RestPort() = default;
  virtual void send(RestRequest request, RestDone done) = 0;
};

}  // namespace discern::discord
