#include "web/access.hpp"

#include "net/http_message.hpp"

namespace discern::web {
namespace {

constexpr Decision kLetIn{};
constexpr Decision kForeignAddress{
    403,
    "address",
    "Only this machine may look at Discern while no token is configured; open it there, or "
    "forward its port with ssh -L."};
constexpr Decision kForwarded{
    403,
    "forwarded",
    "This request came through a proxy, and Discern lets nobody in from elsewhere while no token "
    "is configured; connect to it directly, or forward its port with ssh -L."};
constexpr Decision kOldVersion{
    403,
    "version",
    "Use HTTP/1.1: HTTP/1.0 is what a proxy speaks that hides who asks, and Discern lets nobody in "
    "from elsewhere while no token is configured. Only /healthz answers it."};
constexpr Decision kForeignHost{403,
                                "host",
                                "While no token is configured Discern answers only to localhost, "
                                "127.0.0.1, [::1] and what it listens on; use one of these in the "
                                "address."};
constexpr Decision kForeignOrigin{
    403, "origin", "Another site made this request; open the dashboard itself."};

bool is_port(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() > 6) return false;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.substr(0, scheme.size()) == scheme) {
      return net::equal_names(origin.substr(scheme.size()), host);
    }
  }
  return false;
}

// Whether the page that made the request is ours.
bool is_own_page(const RequestFacts& facts) {
  const bool own_origin = facts.origin.empty() || is_own_origin(facts.origin, facts.host);
  // Not a browser, or an old one.
  if (facts.sec_fetch_site.empty()) return own_origin;
  // Following a link or a bookmark ("cross-site", "none") is how anyone arrives.
  const bool same = facts.sec_fetch_site == "same-origin" || facts.sec_fetch_site == "none";
  if (is_safe(facts.method)) return same || own_origin;
  // A browser does not lie in Sec-Fetch-Site, but behind a proxy it speaks of the proxy's site; the
  // origin then is another than our Host. With Referrer-Policy: no-referrer a beacon or a form of
  // our own page says "null".
  return same && (own_origin || facts.origin == "null");
}

}  // namespace

bool is_forwarding_field(std::string_view name) {
  constexpr std::string_view kPrefix = "x-forwarded-";
  return net::equal_names(name.substr(0, kPrefix.size()), kPrefix) ||
         net::equal_names(name, "forwarded") || net::equal_names(name, "via") ||
         net::equal_names(name, "x-real-ip");
}

bool is_local_host(std::string_view host, std::string_view own_host) {
  using namespace std::string_view_literals;
  for (const std::string_view name : {"localhost"sv, "127.0.0.1"sv, "[::1]"sv, own_host}) {
    if (!name.empty() && net::equal_names(host.substr(0, name.size()), name)) {
      return is_port(host.substr(name.size()));
    }
  }
  return false;
}

Decision decide(const AccessPolicy& policy, const RequestFacts& facts) {
  if (facts.open_route) return kLetIn;
  if (!policy.token_configured) {
    if (!facts.loopback_peer) return kForeignAddress;
    if (facts.forwarded) return kForwarded;
    // nginx's proxy_pass, left as it is, adds no field and replaces Host by our own address.
    if (facts.http_1_0) return kOldVersion;
    if (!is_local_host(facts.host, policy.own_host)) return kForeignHost;
  }
  if (!is_own_page(facts)) return kForeignOrigin;
  return kLetIn;
}

}  // namespace discern::web
