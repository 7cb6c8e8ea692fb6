#pragma once

// The real server on a free port, with windows that the test controls.

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"
#include "unit/net/http_raw_client.hpp"
#include "web/server.hpp"

namespace discern::web::test {

using discern::test::RawClient;
using discern::test::status_of;

struct FakeDiscord : discord::StatusSource {
  discord::GatewayStatus status() const override { return now; }
  discord::RestStatus rest_status() const override { return rest; }
  discord::GatewayStatus now;
  discord::RestStatus rest;
};

// Plugin `echo` answers what it was asked, from a thread of its own; `throw` throws.
struct FakePlugins : plugin::StatusSource {
  std::vector<plugin::PluginStatus> plugins() const override {
    plugin::PluginStatus ping;
    ping.id = "echo";
    ping.name = "Echo";
    ping.version = "1.0.0";
    ping.state = "stuck";
    ping.load_seconds = 0.0125;
    ping.stuck = plugin::StuckHandler{"command slow", 4.2, {}};
    return {ping};
  }
  std::vector<plugin::CommandStatus> commands() const override {
    return {{"used", "echo", "Is used."}, {"never used", "echo", "Is not."}};
  }
  std::vector<plugin::Incident> incidents(std::string_view plugin) const override {
    if (plugin != "echo") return {};
    return {{SystemTime(std::chrono::seconds(1'764'000'000)),
             "command",
             "command slow",
             "std::out_of_range",
             "no such key",
             3,
             {"echo.so Echo::slow()+0x1f"}}};
  }
  void control(std::string_view plugin, plugin::Control what, plugin::ControlDone done) override {
    asked.emplace_back(plugin);
    if (plugin != "echo") return done(Error(Errc::NotFound, "there is no such plugin"));
    if (what == plugin::Control::Reload) return done(Error(Errc::Refused, "it is not ELF"));
    done({});
  }
  void serve(std::string_view plugin,
             plugin::RouteRequest request,
             plugin::RouteDone done) override {
    if (plugin == "throw") throw std::runtime_error("on purpose");
    if (plugin != "echo") return done({404, "application/json", R"({"error":"unknown"})"});
    plugin::RouteResponse response;
    response.status = request.path == "/teapot" ? 418 : request.path == "/odd" ? 42 : 200;
    if (request.path.starts_with("/page/")) response.content_type = "text/html; charset=utf-8";
    if (request.path == "/inject") response.content_type = "text/plain\r\nX-Evil: 1";
    response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
    for (const auto& [name, value] : request.headers) response.body += "\n" + name + ": " + value;
    if (request.path == "/hang") {
      const std::lock_guard lock(mutex);
      hanging.push_back(std::move(done));
      return changed.notify_all();
    }
    std::thread([done = std::move(done), response = std::move(response)] {
      done(response);
    }).detach();
  }
  std::optional<plugin::RouteInfo> find_route(std::string_view plugin,
                                              std::string_view path) const override {
    if (plugin != "echo") return std::nullopt;
    if (path == "/") return plugin::RouteInfo{"/", false};
    if (path.starts_with("/page/")) return plugin::RouteInfo{"/page/*", false};
    if (path.starts_with("/public/")) return plugin::RouteInfo{"/public/*", true};
    return plugin::RouteInfo{"*", false};
  }
  bool wait_for_hanging(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(
        lock, std::chrono::seconds(10), [&] { return hanging.size() >= count; });
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    for (plugin::RouteDone& done : std::exchange(hanging, {})) done({200, "text/plain", "late"});
  }
  std::vector<std::string> asked;  // To be switched. Web thread.
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<plugin::RouteDone> hanging;  // Guarded by mutex.
};

struct FakeReader : history::Reader {
  Result<history::QueryResult> run(const history::Query& query) override {
    if (query.family == "absent") return Error(Errc::NotFound, "There is no metric \"absent\".");
    if (query.family == "slow") return Error(Errc::Timeout, "Took too long.");
    history::QueryResult result;
    result.from = query.from;
    result.step = query.step;
    result.series.push_back({query.labels, {1.0, std::nullopt}});
    return result;
  }
  Result<std::vector<history::SeriesInfo>> series() override {
    return std::vector<history::SeriesInfo>{{1, "a_total", {}, "counter", ""}};
  }
  void interrupt() override {}
};

// "hello", as gzip -9n makes it.
inline constexpr unsigned char kHelloGzip[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                               0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                               0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};
inline std::string_view hello_gzip() {
  return {reinterpret_cast<const char*>(kHelloGzip), sizeof kHelloGzip};
}

struct SiteTest : testing::Test {
  void SetUp() override { start(); }

  void start() {
    server.reset();
    options.port = 0;
    options.version = "0.1.0";
    options.boot_id = "abc";
    options.mode = "demo";
    options.assets = assets;
    Windows windows;
    windows.discord = &discord;
    windows.plugins = &plugins;
    if (with_history) {
      windows.make_reader = []() -> Result<std::unique_ptr<history::Reader>> {
        return std::unique_ptr<history::Reader>(new FakeReader);
      };
    }
    auto started = Server::start(options, registry, windows);
    ASSERT_TRUE(started.ok()) << started.error().text;
    server = *std::move(started);
  }

  // One live tick, and all that it caused on the web thread.
  void tick() {
    now += std::chrono::seconds(1);
    uptime.set(static_cast<double>((now - kStart).count()));
    server->live().consume(registry.snapshot(SystemTime(now), SteadyTime(now)));
    settle();
  }
  void settle() {
    std::promise<void> reached;
    server->post([&] { reached.set_value(); });
    reached.get_future().wait();
  }

  std::string host() const { return "localhost:" + std::to_string(server->port()); }
  std::string request(std::string_view target,
                      std::string_view fields = {},
                      std::string_view method = "GET",
                      std::string_view body = {}) const {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host()).append("\r\n");
    text.append(fields);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text.append("\r\n").append(body);
  }
  // The whole answer, head and body.
  std::string ask(std::string_view target,
                  std::string_view fields = {},
                  std::string_view method = "GET",
                  std::string_view body = {}) const {
    RawClient client(server->port());
    client.send(request(target, fields, method, body));
    return client.read_answer(method != "HEAD");
  }
  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  static constexpr std::chrono::seconds kStart{1'763'999'000};
  std::chrono::seconds now{1'764'000'000};
  metrics::Registry registry{SystemTime(kStart)};
  metrics::Gauge uptime{registry.gauge(metrics::catalogue::kUptime)};
  FakeDiscord discord;
  FakePlugins plugins;
  bool with_history = true;
  Options options;
  std::vector<Asset> assets{
      {"/assets/app-1.js", "text/javascript; charset=utf-8", "\"a1\"", hello_gzip()},
      {"/favicon.svg", "image/svg+xml", "\"f1\"", hello_gzip()},
      {"/index.html", "text/html; charset=utf-8", "\"i1\"", hello_gzip()}};
  std::unique_ptr<Server> server;
};

}  // namespace discern::web::test
