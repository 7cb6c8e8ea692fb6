#include "web/server.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "unit/web/site_fixture.hpp"

namespace discern::web::test {
namespace {

namespace catalogue = metrics::catalogue;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using ServerTest = SiteTest;

TEST_F(ServerTest, RefusesAnAddressThatOthersCanReach) {
  for (const char* address : {"0.0.0.0", "::", "192.168.1.5"}) {
    options.address = address;
    const auto refused = Server::start(options, registry, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, Errc::Invalid);
    EXPECT_THAT(refused.error().text, HasSubstr("needs a token"));
  }
}

TEST_F(ServerTest, AnswersAtEveryLoopbackAddressItCanListenOn) {
  options.address = "127.0.0.2";
  start();
  RawClient client(server->port(), 0, INADDR_LOOPBACK + 1);
  const std::string host = "127.0.0.2:" + std::to_string(server->port());
  client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(ServerTest, TellsItsAddress) {
  EXPECT_EQ(server->url(), "http://127.0.0.1:" + std::to_string(server->port()) + "/");
}

TEST_F(ServerTest, AnswersHealthToEveryone) {
  RawClient client(server->port());
  client.send("GET /healthz HTTP/1.1\r\nHost: monitor.example\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok\n"));
}

TEST_F(ServerTest, SaysThatItIsStartingBeforeTheFirstTick) {
  for (const char* path : {"/metrics", "/api/metrics"}) {
    const std::string answer = ask(path);
    EXPECT_EQ(status_of(answer), 503) << path;
    EXPECT_THAT(answer, HasSubstr("\"error\":"));
  }
}

TEST_F(ServerTest, EveryAnswerCarriesTheSecurityFields) {
  for (const char* path : {"/", "/healthz", "/api/nothing", "/%zz", "/metrics"}) {
    const std::string answer = ask(path);
    EXPECT_THAT(answer,
                HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
    EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("Referrer-Policy: no-referrer\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Access-Control-Allow-Origin")));
  }
}

TEST_F(ServerTest, ShowsTheNewestSnapshotInTheSeedsShape) {
  registry.gauge(catalogue::kGuilds).set(40);
  tick();
  EXPECT_THAT(ask("/api/metrics"), HasSubstr("\"guildCount\":40"));
  registry.gauge(catalogue::kGuilds).set(41);
  EXPECT_THAT(ask("/api/metrics"), HasSubstr("\"guildCount\":40")) << "no newer tick yet";
  tick();
  const std::string answer = ask("/api/metrics");
  EXPECT_THAT(answer, HasSubstr("\"guildCount\":41"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
}

TEST_F(ServerTest, NegotiatesTheFormOfTheMetricsText) {
  registry.counter(catalogue::kGuildJoins).add(3);
  tick();
  const std::string plain = ask("/metrics");
  EXPECT_THAT(plain, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(plain, HasSubstr("\ndiscern_discord_guild_joins_total 3\n"));
  const std::string open = ask("/metrics", "Accept: application/openmetrics-text\r\n");
  EXPECT_THAT(open, HasSubstr("application/openmetrics-text"));
  EXPECT_THAT(open, EndsWith("# EOF\n"));
}

TEST_F(ServerTest, CountsWhatItServes) {
  tick();
  ask("/api/metrics");
  ask("/api/v1/nothing");
  ask("/commands");
  ask("/");
  settle();
  tick();
  const std::string text = ask("/metrics");
  EXPECT_THAT(text,
              HasSubstr("discern_web_requests_total{route=\"/api/metrics\",status=\"2xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("discern_web_requests_total{route=\"/api/*\",status=\"4xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("discern_web_requests_total{route=\"/*\",status=\"2xx\"} 2"));
  EXPECT_THAT(text, HasSubstr("\ndiscern_web_api_requests_total 2\n"));
  EXPECT_THAT(text,
              HasSubstr("discern_web_request_duration_seconds_count{route=\"/api/metrics\"} 1"));
  EXPECT_EQ(server->seed_extras().api_response_ms.size(), 2u);
  EXPECT_THAT(text, HasSubstr("discern_export_duration_seconds_count{format=\"json\"} 1"));
}

TEST_F(ServerTest, CountsPageViewsOfKnownPagesOnly) {
  const auto view = [&](std::string_view body) {
    return status_of(ask("/api/v1/view", "Content-Type: text/plain\r\n", "POST", body));
  };
  EXPECT_EQ(view(R"({"path":"/"})"), 204);
  EXPECT_EQ(view(R"({"path":"/shards","more":1})"), 204);
  for (const char* body : {"",
                           "x",
                           "[]",
                           "{}",
                           R"({"path":1})",
                           R"({"path":"/evil"})",
                           R"({"path":"/"}{)",
                           "{\"path\":\"\xff\"}"}) {
    EXPECT_EQ(view(body), 400) << body;
  }
  EXPECT_EQ(view(std::string(2000, ' ') + R"({"path":"/"})"), 400);
  EXPECT_EQ(view(std::string(1000, '[')), 400);
  tick();
  EXPECT_THAT(ask("/api/metrics"), HasSubstr(R"("pageViews":{"/":1,"/shards":1})"));
}

TEST_F(ServerTest, ListsCommands) {
  registry.counter(catalogue::kCommands, "echo", "used").add(3);
  registry.histogram(catalogue::kCommandDuration, "used").observe(0.5);
  tick();
  const std::string body = body_of(ask("/api/v1/commands"));
  EXPECT_THAT(body, HasSubstr(R"({"name":"used","plugin":"echo","uses":3,"errors":0,"p50_ms":)"));
  EXPECT_THAT(body, HasSubstr(R"("last_used":1764000001})"));
  EXPECT_THAT(body,
              EndsWith(R"({"name":"never used","plugin":"echo","uses":0,"errors":0,"p50_ms":null,)"
                       R"("p95_ms":null,"p99_ms":null,"last_used":null}]})"));
}

TEST_F(ServerTest, NamesTheStuckPlugin) {
  registry.counter(catalogue::kPluginEvents, "echo").add(9);
  tick();
  EXPECT_EQ(body_of(ask("/api/v1/plugins")),
            R"({"plugins":[{"id":"echo","name":"Echo","version":"1.0.0","state":"stuck",)"
            R"("load_ms":12.5,"cpu_seconds":0,"commands":0,"events":9,"errors":0,"queue_depth":0,)"
            R"("dropped":0,"loop_delay_ms":null,)"
            R"("stuck":{"handler":"command slow","seconds":4.2,"stack":[]},"message":"",)"
            R"("generations":0,"pinned":0,"changed":null,"health":{"level":"err",)"
            R"("text":"stuck in command slow for 4 s","since":null},"requires":[]}]})");
}

TEST_F(ServerTest, TellsTheVerdictThatThePageShows) {
  EXPECT_EQ(status_of(ask("/api/v1/verdict")), 503) << "before the first tick nothing is known";
  tick();
  const std::string body = body_of(ask("/api/v1/verdict"));
  EXPECT_THAT(body,
              HasSubstr(R"({"level":"err","plugins":"of 1; Echo in trouble","sentences":[{)"));
  EXPECT_THAT(body, HasSubstr(R"("text":"Echo is stuck in command slow for 4 s")"));
}

TEST_F(ServerTest, ListsShards) {
  EXPECT_EQ(body_of(ask("/api/v1/shards")),
            R"({"shards":[],"shard_count":0,"identify_budget":null,"guilds":null,)"
            R"("unavailable_guilds":0,"users":null,"users_age_s":null,"users_exact":false,)"
            R"("message":"","warnings":[]})");
  discord::ShardStatus shard;
  shard.state = "ready";
  shard.guilds = 5;
  shard.heartbeat_rtt_seconds = 0.0125;
  shard.closes = 1;
  shard.last_close = "4000 unknown error";
  discord.now.shards = {shard};
  discord.now.shard_count = 4;
  discord.now.guilds = 5;
  discord.now.identify_budget = discord::IdentifyBudget{1000, 990, 3600};
  discord.now.message = "Look here.";
  discord.now.warnings = {"And there."};
  registry.counter(catalogue::kGatewayCloses, "4000", "0").add(2);
  registry.counter(catalogue::kGatewayCloses, "4000", "3").add();
  registry.counter(catalogue::kGuildJoins).add(3);
  tick();
  EXPECT_EQ(body_of(ask("/api/v1/shards")),
            R"({"shards":[{"id":0,"state":"ready","guilds":5,"guilds_pending":0,)"
            R"("heartbeat_rtt_ms":12.5,"last_ack_age_s":null,"last_dispatch_age_s":null,)"
            R"("resumes":0,"identifies":0,"missed_heartbeats":0,"closes":1,)"
            R"("last_close":"4000 unknown error","waits_for":null,"waits_s":null,)"
            R"("not_ready_s":null,"failures_in_a_row":0}],"shard_count":4,)"
            R"("identify_budget":{"total":1000,"remaining":990,"reset_in_s":3600},)"
            R"("guilds":5,"unavailable_guilds":0,"users":null,"users_age_s":null,)"
            R"("users_exact":false,"joins":3,"leaves":0,)"
            R"("close_codes":{"4000":3},"connects":{},"bytes":{},)"
            R"("message":"Look here.","warnings":["And there."]})");
}

TEST_F(ServerTest, TellsHowManyPeopleAndWhichGuildsAreActive) {
  for (const char* period : {"day", "month"}) {
    registry.distincts(catalogue::kActiveUsers).with(period).add(std::uint64_t{42});
  }
  const metrics::TopK today = registry.topks(catalogue::kGuildEvents).with("day");
  for (std::uint64_t guild = 1; guild <= 30; ++guild) today.add_id(guild, guild);
  tick();
  const std::string body = body_of(ask("/api/v1/activity"));
  EXPECT_THAT(body,
              StartsWith(R"({"active_users":{"day":1,"month":1},"guilds":{"day":{)"
                         R"("events":465,"top":[{"guild":"30","events":30,)"
                         R"("events_at_most":30},{"guild":"29")"));
  // 1 + 2 + 3 + 4 + 5, the five that are not shown.
  EXPECT_THAT(body, EndsWith(R"({"guild":"6","events":6,"events_at_most":6}],"other":15}}})"));
  // Prometheus gets the sum only: which guilds there are is nobody else's business.
  EXPECT_THAT(ask("/metrics"),
              HasSubstr("\ndiscern_discord_guild_events{period=\"day\",guild=\"other\"} 465\n"));
  EXPECT_THAT(ask("/metrics"), Not(HasSubstr("guild=\"30\"")));
}

TEST_F(ServerTest, ShowsTheLimitsOfRestByRouteAndWhoRanIntoThem) {
  registry.counter(catalogue::kRestRequests, "POST", "/channels/{}/messages", "200").add(8);
  registry.counter(catalogue::kRestRequests, "POST", "/channels/{}/messages", "429").add(2);
  registry.histogram(catalogue::kRestDuration, "POST", "/channels/{}/messages").observe(0.25);
  registry.counter(catalogue::kRestLimited, "shared", "trivia").add(2);
  registry.counter(catalogue::kRestErrors, "/channels/{}/messages", "50013").add();
  discord::RouteLimit limit;
  limit.route = "POST /channels/{}/messages";
  limit.bucket = "abc";
  limit.buckets = 3;
  limit.limit = 5;
  limit.remaining = 1;
  limit.reset_in_seconds = 2.5;
  limit.waiting = 7;
  discord.rest.routes = {limit};
  discord.rest.waiting = 7;
  discord.rest.invalid = 12;
  discord.rest.invalid_limit = 2000;
  discord.rest.global_limit = 50;
  tick();
  const std::string body = body_of(ask("/api/v1/rest"));
  EXPECT_THAT(body,
              HasSubstr(R"({"routes":[{"route":"POST /channels/{}/messages","requests":10,)"
                        R"("failed":2,"limited":2,"p50_ms":2)"));
  EXPECT_THAT(body,
              HasSubstr(R"("limit":{"bucket":"abc","buckets":3,"limit":5,"remaining":1,)"
                        R"("reset_in_s":2.5,"waiting":7,"blocked":false}}])"));
  EXPECT_THAT(body, HasSubstr(R"("limited":[{"scope":"shared","plugin":"trivia","count":2}])"));
  EXPECT_THAT(body, HasSubstr(R"("code":"50013","count":1)"));
  EXPECT_THAT(body, HasSubstr(R"("global":{"used":0,"limit":50,"blocked_s":0})"));
  EXPECT_THAT(body, HasSubstr(R"("invalid":{"count":12,"stop_at":2000,"ban_at":10000})"));
}

TEST_F(ServerTest, ShowsTheWayOfInteractions) {
  EXPECT_EQ(body_of(ask("/api/v1/interactions")), R"({"types":[],"errors":[]})");
  registry.counter(catalogue::kInteractionsReceived, "command").add(10);
  registry.counter(catalogue::kInteractionsAcknowledged, "command", "plugin").add(7);
  registry.counter(catalogue::kInteractionsAcknowledged, "command", "host").add(2);
  registry.histogram(catalogue::kInteractionAck, "command").observe(0.5);
  registry.counter(catalogue::kInteractions, "command", "done").add(7);
  registry.counter(catalogue::kInteractions, "command", "late").add(2);
  registry.counter(catalogue::kInteractionErrors, "command", "10062").add();
  tick();
  const std::string body = body_of(ask("/api/v1/interactions"));
  EXPECT_THAT(body,
              HasSubstr(R"({"type":"command","received":10,"acknowledged":9,)"
                        R"("acknowledged_by_host":2,"arrival_p50_ms":null)"));
  EXPECT_THAT(body, HasSubstr(R"("outcomes":{"done":7,"late":2}})"));
  EXPECT_THAT(body, HasSubstr(R"("errors":[{"type":"command","code":"10062","count":1}])"));
}

TEST_F(ServerTest, ReadsHistoryOnAnotherThread) {
  EXPECT_THAT(body_of(ask("/api/v1/query?name=a_total&from=10&to=20&step=5&label.x=y")),
              HasSubstr(R"("series":[{"labels":{"x":"y"},"points":[[10,1],[15,null]]}])"));
  EXPECT_THAT(body_of(ask("/api/v1/series")), HasSubstr(R"("name":"a_total")"));
  EXPECT_EQ(status_of(ask("/api/v1/query")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/query?name=a&fn=%ff")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/query?name=absent")), 404);
  EXPECT_EQ(status_of(ask("/api/v1/query?name=slow")), 504);
}

TEST_F(ServerTest, SaysThatThereIsNoHistory) {
  with_history = false;
  start();
  const std::string answer = ask("/api/v1/series");
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_THAT(answer, HasSubstr("No history is kept"));
}

TEST_F(ServerTest, ListsEveryFamilyThereIs) {
  const std::string body = body_of(ask("/api/v1/catalogue"));
  for (const metrics::Descriptor* family : catalogue::kAll) {
    EXPECT_THAT(body, HasSubstr("\"name\":\"" + std::string(family->name) + "\""));
  }
  // A plugin declares one of its own, and is named.
  const auto own = registry.adopt({.name = "plugin_dice_rolls_total",
                                   .help = "Rolls.",
                                   .labels = {"sides"},
                                   .privacy = metrics::Privacy::Aggregate,
                                   .owner = "dice"});
  ASSERT_TRUE(own);
  registry.counters(**own);
  tick();
  EXPECT_THAT(body_of(ask("/api/v1/catalogue")),
              HasSubstr(R"({"name":"plugin_dice_rolls_total","help":"Rolls.","unit":"",)"
                        R"("kind":"counter","labels":["sides"],"privacy":"aggregate",)"
                        R"("plugin":"dice"})"));
}

TEST_F(ServerTest, TellsItsStatus) {
  registry.gauge(catalogue::kRestarts).set(2);
  tick();
  EXPECT_EQ(body_of(ask("/api/v1/status")),
            R"({"version":"0.1.0","started_at":1763999000,"restart_count":2,"boot_id":"abc",)"
            R"("mode":"demo","warnings":[],"data_dir_bytes":null})");
  const auto folder = std::filesystem::path(testing::TempDir()) / "discern_server_test_data";
  std::filesystem::create_directories(folder);
  options.data_dir = folder;
  start();
  EXPECT_THAT(body_of(ask("/api/v1/status")), Not(HasSubstr("null}")));
}

TEST_F(ServerTest, HandsPluginRoutesToTheirPlugin) {
  EXPECT_THAT(ask("/plugins/echo/a/b?x=%20",
                  "Cookie: secret\r\nAuthorization: secret\r\nX-Own: yes\r\n",
                  "PUT",
                  "body"),
              HasSubstr("\r\n\r\nPUT /a/b?x=%20 body\n"));
  const std::string answer = ask("/plugins/echo", "Cookie: s3cret\r\nX-Own: yes\r\n");
  EXPECT_THAT(answer, HasSubstr("GET /? "));
  EXPECT_THAT(answer, HasSubstr("X-Own: yes"));
  EXPECT_THAT(answer, Not(HasSubstr("s3cret")));
  EXPECT_EQ(status_of(ask("/plugins/echo/teapot")), 418);
  EXPECT_EQ(status_of(ask("/plugins/echo/odd")), 500);
  EXPECT_EQ(status_of(ask("/plugins/absent/x")), 404);
  EXPECT_EQ(status_of(ask("/plugins/")), 404);
}

TEST_F(ServerTest, NoOtherSiteRunsAPluginsHandler) {
  constexpr std::string_view kCrossSite = "Sec-Fetch-Site: cross-site\r\n";
  for (const char* method : {"GET", "HEAD", "POST", "OPTIONS"}) {
    const std::string answer = ask("/plugins/echo/a", kCrossSite, method);
    EXPECT_EQ(status_of(answer), 403) << method;
    EXPECT_THAT(answer, Not(HasSubstr("\r\n\r\nGET")));
  }
  const std::string_view navigation =
      "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
  EXPECT_THAT(ask("/plugins/echo/a", navigation), HasSubstr("open it from the dashboard"));
  EXPECT_EQ(status_of(ask("/plugins", navigation)), 200) << "a page of the dashboard";
  EXPECT_EQ(status_of(ask("/plugins/echo/a", "Referer: http://evil.example/\r\n")), 403);
  EXPECT_EQ(status_of(ask("/plugins/echo/a", "Origin: null\r\n")), 403);
  EXPECT_EQ(status_of(ask("/plugins/absent/a", kCrossSite)), 403);
  EXPECT_EQ(status_of(ask("/plugins/echo/public/x", kCrossSite)), 200);
  EXPECT_EQ(status_of(ask("/plugins/echo/public/x", kCrossSite, "POST", "x")), 200);
  EXPECT_EQ(status_of(ask("/plugins/echo/a", "Sec-Fetch-Site: same-origin\r\n")), 200);
}

TEST_F(ServerTest, CountsViewsOfPluginsPagesByTheirRoute) {
  ask("/plugins/echo/page/one");
  ask("/plugins/echo/page/two?x=1");
  ask("/plugins/echo/page/three", "", "POST", "x");
  ask("/plugins/echo/page/four", "", "HEAD");
  ask("/plugins/echo/plain");
  ask("/plugins/absent/page/x");
  settle();
  tick();
  EXPECT_THAT(ask("/api/metrics"), HasSubstr(R"("pageViews":{"/plugins/echo/page/*":2})"));
}

TEST_F(ServerTest, AnEncoderThatFailsGivesTheOriginalSpecificationsError) {
  bool fails = true;
  options.before_encoding = [&] {
    if (fails) throw std::bad_alloc();
  };
  start();
  tick();
  const std::string answer = ask("/api/metrics");
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_EQ(body_of(answer), R"({"error":"Failed to fetch metrics"})");
  fails = false;
  EXPECT_EQ(status_of(ask("/api/metrics")), 200) << "and works again with the next request";
}

TEST_F(ServerTest, IsReadyWhenAShardIs) {
  const auto ready = [&] {
    const std::string answer = ask("/readyz");
    return std::pair(status_of(answer), body_of(answer));
  };
  EXPECT_EQ(ready(),
            std::pair(503,
                      std::string("not ready: Discord has not said yet how many shards the bot "
                                  "needs\n")));
  discord.now.shards.resize(2);
  discord.now.shards[0].state = "identifying";
  discord.now.shards[1].state = "waiting";
  discord.now.message = "Discord refuses the token; check DISCORD_TOKEN.";
  EXPECT_EQ(ready(),
            std::pair(503,
                      std::string("not ready: 0 of 2 shards ready (1 identifying, 1 waiting): "
                                  "Discord refuses the token; check DISCORD_TOKEN.\n")));
  discord.now.shards[1].state = "ready";
  EXPECT_EQ(ready(), std::pair(200, std::string("ok: 1 of 2 shards ready\n")));
  RawClient elsewhere(server->port());
  elsewhere.send("GET /readyz HTTP/1.0\r\nHost: probe.example\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
  EXPECT_EQ(status_of(elsewhere.read_answer()), 200) << "everybody may ask";
}

TEST_F(ServerTest, APluginThatHangsDoesNotTakeAllPlaces) {
  options.connections = 16;
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send(request("/plugins/echo/hang"));
  }
  settle();
  ASSERT_TRUE(plugins.wait_for_hanging(4));
  EXPECT_THAT(ask("/plugins/echo/a"), HasSubstr("wait for plugins"));
  EXPECT_EQ(status_of(ask("/")), 200);
  plugins.let_go();
  for (const auto& client : clients) EXPECT_EQ(status_of(client->read_answer()), 200);
  EXPECT_EQ(status_of(ask("/plugins/echo/a")), 200);
}

TEST_F(ServerTest, APluginCannotAddHeaderFields) {
  EXPECT_THAT(ask("/plugins/echo/inject"), Not(HasSubstr("\nX-Evil")));
}

TEST_F(ServerTest, AnEndpointThatThrowsGives500AndIsCounted) {
  EXPECT_EQ(status_of(ask("/plugins/throw/x")), 500);
  EXPECT_EQ(status_of(ask("/healthz")), 200);
  tick();
  EXPECT_THAT(ask("/metrics"), HasSubstr("{route=\"/plugins/*\",status=\"5xx\"} 1"));
}

TEST_F(ServerTest, ServesTheDashboardCompressed) {
  const std::string page = ask("/", "Accept-Encoding: gzip, br\r\n");
  EXPECT_THAT(page, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(page, HasSubstr("Cache-Control: no-cache\r\n"));
  EXPECT_EQ(body_of(page), hello_gzip());
  const std::string asset = ask("/assets/app-1.js", "Accept-Encoding: gzip\r\n");
  EXPECT_THAT(asset, HasSubstr("Cache-Control: public, max-age=31536000, immutable\r\n"));
  EXPECT_THAT(asset, HasSubstr("Content-Type: text/javascript; charset=utf-8\r\n"));
}

TEST_F(ServerTest, ServesTheDashboardPlainToThoseWhoCannotInflate) {
  for (int i = 0; i < 2; ++i) {
    const std::string page = ask("/");
    EXPECT_THAT(page, Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(page, HasSubstr("ETag: \"i1-plain\"\r\n"));
    EXPECT_EQ(body_of(page), "hello");
  }
}

TEST_F(ServerTest, AnswersNotModified) {
  const std::string answer = ask("/", "Accept-Encoding: gzip\r\nIf-None-Match: \"i1\"\r\n");
  EXPECT_EQ(status_of(answer), 304);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_EQ(status_of(ask("/", "If-None-Match: \"i1\"\r\n")), 200);
}

TEST_F(ServerTest, EveryPageOfTheDashboardIsTheOnePage) {
  EXPECT_EQ(body_of(ask("/commands")), "hello");
  EXPECT_EQ(body_of(ask("/plugins")), "hello");
  EXPECT_EQ(status_of(ask("/favicon.svg")), 200);
  EXPECT_EQ(status_of(ask("/favicon.ico")), 404);
  EXPECT_EQ(status_of(ask("/assets/absent")), 404);
}

TEST_F(ServerTest, MethodsThatARouteDoesNotTakeAreNamed) {
  const std::string answer = ask("/api/metrics", {}, "DELETE");
  EXPECT_EQ(status_of(answer), 405);
  EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(ask("/api/v1/view"), HasSubstr("Allow: POST\r\n"));
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  tick();
  const std::string get = ask("/api/metrics");
  const std::string head = ask("/api/metrics", {}, "HEAD");
  EXPECT_EQ(body_of(head), "");
  EXPECT_THAT(head, HasSubstr("Content-Length: " + std::to_string(body_of(get).size())));
}

TEST_F(ServerTest, ManyThreadsMayAskWhileTicksComeAndItStops) {
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, port = server->port()] {
      try {
        RawClient client(port);
        for (int n = 0; n < 200; ++n) {
          client.send(request(n % 2 == 0 ? "/plugins/echo/x" : "/api/v1/query?name=a_total"));
          if (client.read_answer().empty()) return;
        }
      } catch (const std::runtime_error&) {
        // The server has stopped.
      }
    });
  }
  for (int n = 0; n < 50; ++n) tick();
  server->stop();
  server->live().consume(registry.snapshot(SystemTime(now), SteadyTime(now)));
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace discern::web::test
