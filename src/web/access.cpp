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
    "from elsewhere while no token is configured. Only /healthz and /readyz answer it."};
constexpr Decision kForeignHost{403,
                                "host",
                                "While no token is configured Discern answers only to localhost, "
                                "127.0.0.1, [::1] and what it listens on; use one of these in the "
                                "address."};
constexpr Decision kForeignOrigin{
    403, "origin", "Another site made this request; open the dashboard itself."};
constexpr Decision kForeignHandler{
    403,
    "origin",
    "Another site led here, and this page of a plugin may do something when it is opened; type or "
    "paste its address, or open it from the dashboard. Other sites may call a plugin's route when "
    "the plugin declares it public."};

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

// "http://localhost:8080/plugins?x" -> "http://localhost:8080"
std::string_view origin_of(std::string_view url) {
  const std::size_t slashes = url.find("://");
  if (slashes == url.npos) return url;
  return url.substr(0, url.find_first_of("/?#", slashes + 3));
}

// Whether a page of ours made the request, or no page at all: a tool, a typed address, a bookmark.
bool is_own_page(const RequestFacts& facts) {
  const bool own_origin = facts.origin.empty() || is_own_origin(facts.origin, facts.host);
  if (!facts.sec_fetch_site.empty()) {
    const bool same = facts.sec_fetch_site == "same-origin" || facts.sec_fetch_site == "none";
    // A browser's Sec-Fetch-Site is about its own view of the site. Behind a proxy that is the
    // proxy's, and only the origin differs from our Host. With Referrer-Policy: no-referrer a
    // beacon or a form of our own page has the origin "null".
    return same && (own_origin || facts.origin == "null");
  }
  // An old browser, or none.
  if (!facts.origin.empty()) return own_origin;
  return facts.referer.empty() || is_own_origin(origin_of(facts.referer), facts.host);
}

// Whether a person followed a link, as far as the browser says: not an image, a script, a frame or
// a fetch() of another site. Old browsers say nothing.
bool is_navigation(const RequestFacts& facts) {
  const auto is_absent_or = [](std::string_view value, std::string_view wanted) {
    return value.empty() || value == wanted;
  };
  return is_safe(facts.method) && facts.origin.empty() &&
         is_absent_or(facts.sec_fetch_mode, "navigate") &&
         is_absent_or(facts.sec_fetch_dest, "document");
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
  if (facts.access == RouteAccess::Open) return kLetIn;
  if (!policy.token_configured) {
    if (!facts.loopback_peer) return kForeignAddress;
    if (facts.forwarded) return kForwarded;
    // nginx's proxy_pass, left as it is, adds no field and replaces Host by our own address.
    if (facts.http_1_0) return kOldVersion;
    if (!is_local_host(facts.host, policy.own_host)) return kForeignHost;
  }
  if (facts.access == RouteAccess::Public || is_own_page(facts)) return kLetIn;
  if (facts.access == RouteAccess::Handler) return kForeignHandler;
  return is_navigation(facts) ? kLetIn : kForeignOrigin;
}

}  // namespace discern::web
