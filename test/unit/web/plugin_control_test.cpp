// Looking at one plugin, and switching it.

#include <gmock/gmock.h>

#include "unit/web/site_fixture.hpp"

namespace discern::web::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using PluginControlTest = SiteTest;

TEST_F(PluginControlTest, SwitchesAPluginAndSaysWhatItIsNow) {
  const std::string answer = ask("/api/v1/plugins/echo/enable", {}, "POST");
  EXPECT_EQ(status_of(answer), 200) << answer;
  EXPECT_EQ(body_of(answer), R"({"id":"echo","state":"stuck","message":""})");
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/disable", {}, "POST")), 200);
  EXPECT_THAT(plugins.asked, ElementsAre("echo", "echo"));
}

TEST_F(PluginControlTest, SaysWhyItCouldNot) {
  const std::string refused = ask("/api/v1/plugins/echo/reload", {}, "POST");
  EXPECT_EQ(status_of(refused), 409);
  EXPECT_THAT(refused, HasSubstr(R"({"error":"it is not ELF"})"));
  EXPECT_EQ(status_of(ask("/api/v1/plugins/ghost/enable", {}, "POST")), 404);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/explode", {}, "POST")), 404);
}

TEST_F(PluginControlTest, SwitchesNothingForAnotherSiteNorByLooking) {
  for (const std::string fields : {"Origin: https://evil.example\r\n",
                                   "Origin: null\r\n",
                                   "Sec-Fetch-Site: cross-site\r\n",
                                   "Sec-Fetch-Site: same-site\r\n",
                                   "X-Forwarded-For: 127.0.0.1\r\n"}) {
    EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/disable", fields, "POST")), 403) << fields;
  }
  RawClient client(server->port());
  client.send("POST /api/v1/plugins/echo/disable HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 403);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/disable")), 405);
  EXPECT_THAT(plugins.asked, IsEmpty());
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/disable",
                          "Origin: http://" + host() + "\r\nSec-Fetch-Site: same-origin\r\n",
                          "POST")),
            200);
}

TEST_F(PluginControlTest, ShowsOnePluginWithItsLastIncidents) {
  const std::string answer = ask("/api/v1/plugins/echo");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr(R"({"plugin":{"id":"echo","name":"Echo")"));
  EXPECT_THAT(
      answer,
      HasSubstr(R"("incidents":[{"time":1764000000,"kind":"command",)"
                R"("handler":"command slow","type":"std::out_of_range",)"
                R"("text":"no such key","count":3,"stack":["echo.so Echo::slow()+0x1f"]}])"));
  registry.counter(metrics::catalogue::kPluginErrors, "echo", "event").add(3);
  registry.counter(metrics::catalogue::kPluginHttp, "echo", "2xx").add(4);
  registry.counter(metrics::catalogue::kPluginHttp, "other", "2xx").add(5);
  registry.histogram(metrics::catalogue::kPluginHttpDuration, "echo")
      .observe(std::chrono::milliseconds(500));
  registry.counter(metrics::catalogue::kPluginErrors, "other", "event").add(5);
  registry.counter(metrics::catalogue::kRestLimited, "user", "echo").add(2);
  registry.histogram(metrics::catalogue::kPluginHandler, "echo", "command").observe(0.5);
  tick();
  const std::string cost = ask("/api/v1/plugins/echo");
  EXPECT_THAT(cost, HasSubstr(R"("errors":{"event":3})"));
  EXPECT_THAT(cost, HasSubstr(R"("rate_limited":{"user":2})"));
  EXPECT_THAT(cost, HasSubstr(R"("http_requests":{"2xx":4})"));
  EXPECT_THAT(cost, HasSubstr(R"("http":{"count":1,"total_s":0.5,"p50_ms":)"));
  EXPECT_THAT(cost, HasSubstr(R"("handlers":{"command":{"count":1,"total_s":0.5,"p50_ms":)"));
  EXPECT_EQ(status_of(ask("/api/v1/plugins/ghost")), 404);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/")), 404);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo", {}, "POST")), 405);
}

TEST_F(PluginControlTest, ComparesBeforeAndAfter) {
  const std::string answer = body_of(ask("/api/v1/plugins/echo/compare?at=1764000000&minutes=10"));
  EXPECT_THAT(answer,
              HasSubstr(R"({"plugin":"echo","at":1764000000,"minutes":10,"before":{)"
                        R"("from":1763999400,"to":1764000000,"errors_per_minute":60,)"));
  EXPECT_THAT(answer, HasSubstr(R"("after":{"from":1764000000,"to":1764000600,)"));
  EXPECT_THAT(answer, HasSubstr(R"("cpu_ratio":1,)"));
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/compare")), 404) << "it was never reloaded";
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/compare?at=1e300")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/echo/compare?at=1&minutes=0")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/plugins/ghost/compare?at=1")), 404);
}

}  // namespace
}  // namespace discern::web::test
