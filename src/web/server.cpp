#include "web/server.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "net/http_server.hpp"
#include "web/access.hpp"
#include "web/routes.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

// For every answer. No Cross-Origin-Opener-Policy: browsers complain about it on plain http.
constexpr std::string_view kSecurityFields =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

std::string host_of(const Options& options) {
  const bool v6 = options.address.find(':') != options.address.npos;
  return v6 ? "[" + options.address + "]" : options.address;
}

constexpr int kTimersPerBeat = 60;  // Four timers a second: 15 s.

RequestFacts facts_of(const net::HttpRequest& request, RouteAccess access) {
  RequestFacts facts{.access = access,
                     .loopback_peer = request.loopback,
                     .http_1_0 = request.http_1_0,
                     .method = request.method,
                     .host = request.host};
  for (const net::HttpField& field : request.fields) {
    if (is_forwarding_field(field.name)) facts.forwarded = true;
    if (net::equal_names(field.name, "Origin")) facts.origin = field.value;
    if (net::equal_names(field.name, "Referer")) facts.referer = field.value;
    if (net::equal_names(field.name, "Sec-Fetch-Site")) facts.sec_fetch_site = field.value;
    if (net::equal_names(field.name, "Sec-Fetch-Mode")) facts.sec_fetch_mode = field.value;
    if (net::equal_names(field.name, "Sec-Fetch-Dest")) facts.sec_fetch_dest = field.value;
  }
  return facts;
}

// A plugin says itself which of its routes are public.
RouteAccess access_of(const Site& site, const Route& route, std::string_view rest) {
  if (route.access != RouteAccess::Handler) return route.access;
  const auto known = find_plugin_route(site, rest);
  return known && known->is_public ? RouteAccess::Public : RouteAccess::Handler;
}

// What every request goes through, in order: path, route, access, method, endpoint.
class Front final : public net::HttpHandler {
 public:
  explicit Front(Site& site) : site_(site), policy_{.own_host = host_of(site.options)} {
    for (const Route& route : routes()) {
      const std::uint32_t tag = site.meter.add_route(route.path, route.kind);
      if (first_tag_ == 0) first_tag_ = tag;
    }
  }

  void on_request(const net::HttpRequest& request, net::HttpResponder responder) override {
    const std::optional<std::string_view> path = decode_path(request.path, path_buffer_);
    if (!path) {
      site_.meter.on_refused("path");
      Call call{request, {}, {}, std::move(responder)};
      return call.error(400, "The path of the address cannot be understood.");
    }
    const RouteMatch match = match_route(request.method, *path);
    const Route& route = routes()[match.index];
    responder.set_tag(first_tag_ + static_cast<std::uint32_t>(match.index));
    Call call{request, *path, match.rest, std::move(responder)};
    const RouteAccess access = access_of(site_, route, match.rest);
    if (const Decision decision = decide(policy_, facts_of(request, access));
        decision.status != 0) {
      site_.meter.on_refused(decision.reason);
      return call.error(decision.status, decision.sentence);
    }
    if (request.crowded && !is_served_when_crowded(route)) {
      site_.meter.on_refused("connections");
      net::HttpResponse response;
      response.status = 503;
      response.fields.emplace_back("Retry-After", "1");
      response.body = error_json("Too many connections are open; try again later.");
      return call.answer(std::move(response));
    }
    if (!match.method_allowed) {
      net::HttpResponse response;
      response.status = 405;
      response.fields.emplace_back("Allow", route.method == "GET" ? "GET, HEAD" : route.method);
      response.body = error_json("This address does not take that method.");
      return call.answer(std::move(response));
    }
    serve(route, call);
  }

  void on_answered(std::uint32_t tag, int status, std::chrono::nanoseconds took) override {
    site_.meter.on_answered(tag, status, took);
  }
  void on_refused(std::string_view reason, int) override { site_.meter.on_refused(reason); }
  void on_timer(std::size_t connections) override {
    site_.meter.on_timer(connections, std::chrono::steady_clock::now());
    if (++timers_ % kTimersPerBeat == 0) site_.hub.beat();
  }

 private:
  // When an endpoint throws, its request is still answered, and counted as the failure it is.
  void serve(const Route& route, Call& call) {
    try {
      route.endpoint(site_, call);
    } catch (const std::exception& e) {
      log::error("web", "{} failed: {}", route.path, e.what());
      call.error(500, "Something failed inside of Discern; its log says what.");
    }
  }

  Site& site_;
  const AccessPolicy policy_;
  std::uint32_t first_tag_ = 0;
  std::string path_buffer_;
  std::uint64_t timers_ = 0;
};

}  // namespace

struct Server::Parts {
  Parts(Options options, metrics::Registry& registry, Windows windows)
      : site(std::move(options), registry, std::move(windows)), front(site) {}

  // In this order: the server ends first, then the pool whose jobs hold responders.
  Site site;
  Front front;
  std::unique_ptr<net::HttpServer> http;
};

Result<std::unique_ptr<Server>> Server::start(Options options,
                                              metrics::Registry& registry,
                                              Windows windows) {
  const Result<bool> loopback = net::is_loopback_address(options.address);
  if (!loopback) return wrap("web.address", loopback.error());
  if (!*loopback) {
    return Error(Errc::Invalid,
                 "web.address " + options.address +
                     " can be reached from other machines, and that needs a token, which this "
                     "version cannot check yet; use 127.0.0.1 and forward the port with ssh -L");
  }
  net::HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  http.fixed_fields = kSecurityFields;
  http.connections = options.connections;
  // Only this machine can connect, so there is but one address to share them.
  http.connections_per_address = options.connections;
  // Streams stay open for hours. Some places are left for everything else.
  const std::size_t for_others = std::min<std::size_t>(24, options.connections / 2);
  options.live_streams = std::min(options.live_streams, options.connections - for_others);
  auto parts = std::make_unique<Parts>(std::move(options), registry, std::move(windows));
  Result<std::unique_ptr<net::HttpServer>> started =
      net::HttpServer::start(std::move(http), parts->front);
  if (!started) return std::move(started).error();
  parts->http = *std::move(started);
  parts->site.post = [server = parts->http.get()](std::function<void()> work) {
    server->post(std::move(work));
  };
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return parts_->http->port();
}

std::string Server::url() const {
  return "http://" + host_of(parts_->site.options) + ":" + std::to_string(port()) + "/";
}

metrics::Sink& Server::live() {
  return parts_->site.live;
}

exporter::SeedExtras Server::seed_extras() const {
  return parts_->site.seed_extras();
}

void Server::post(std::function<void()> fn) {
  parts_->http->post(std::move(fn));
}

void Server::stop() {
  parts_->http->stop();
  parts_->site.pool.stop();
}

}  // namespace discern::web
