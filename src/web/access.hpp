#pragma once

// Who may ask what. Pure.

#include <string>
#include <string_view>

namespace discern::web {

// Without a token, only the person at this machine is let in. Tokens come with a later issue and
// will widen this policy.
struct AccessPolicy {
  bool token_configured = false;
  // The address that is listened on, as a URL has it: "127.0.0.2", "[::1]".
  std::string own_host = {};
};

// What a route does, as far as access is concerned.
enum class RouteAccess {
  Guarded,  // Ours. GET and HEAD change nothing, so a link from another site may lead here.
  Handler,  // Runs a plugin's handler, whose GET may do anything: no other site may cause that.
  Public,   // A plugin's handler that declared that other sites may call it.
  Open,     // Everybody may ask, from everywhere: health.
};

// What the decision needs to know of a request. Fields that are absent are empty.
struct RequestFacts {
  RouteAccess access = RouteAccess::Guarded;
  bool loopback_peer = false;  // The connection comes from this machine.
  bool forwarded = false;      // A proxy has left a header.
  bool http_1_0 = false;       // As nginx speaks to us unless told otherwise.
  std::string_view method = {};
  std::string_view host = {};  // The Host field, port included.
  std::string_view origin = {};
  std::string_view referer = {};
  std::string_view sec_fetch_site = {};
  std::string_view sec_fetch_mode = {};
  std::string_view sec_fetch_dest = {};
};

struct Decision {
  int status = 0;             // 0: let in.
  std::string_view reason;    // One word, for a metric.
  std::string_view sentence;  // What to do about it.
};

Decision decide(const AccessPolicy& policy, const RequestFacts& facts);

// Whether a field name is one that proxies add: X-Forwarded-*, Forwarded, Via, X-Real-IP.
bool is_forwarding_field(std::string_view name);

// Whether a Host value is `own_host`, localhost, 127.0.0.1 or [::1], with or without a port.
bool is_local_host(std::string_view host, std::string_view own_host);

}  // namespace discern::web
