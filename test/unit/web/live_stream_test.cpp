#include <gmock/gmock.h>

#include "unit/web/site_fixture.hpp"

namespace discern::web::test {
namespace {

namespace catalogue = metrics::catalogue;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct LiveStream : SiteTest {
  // Waits until the server has noticed that streams were opened or closed.
  void wait_for_viewers(double wanted) {
    for (int i = 0; i < 10'000; ++i) {
      settle();
      if (viewers.cell()->load() == wanted) return;
      std::this_thread::yield();
    }
    FAIL() << "there are " << viewers.cell()->load() << " viewers";
  }
  metrics::Gauge viewers{registry.gauge(catalogue::kLiveViewers)};
};

TEST_F(LiveStream, BeginsWithHelloAndGoesOnWithTicks) {
  registry.gauge(catalogue::kGuilds).set(40);
  RawClient client(server->port());
  client.send(request("/api/v1/live"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Accel-Buffering: no\r\n"));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-store, no-transform\r\n"));
  EXPECT_EQ(client.read_until("\n\n"), "retry: 2000\n\n");
  EXPECT_THAT(
      client.read_until("\n\n"),
      StartsWith("event: hello\ndata: {\"version\":\"0.1.0\",\"boot_id\":\"abc\",\"now\":"));
  tick();
  const std::string event = client.read_until("\n\n");
  EXPECT_THAT(event,
              StartsWith("id: 1764000001000\nevent: tick\ndata: {\"t\":1764000001,\"v\":[1001,"));
  EXPECT_THAT(event, HasSubstr("\"plugins\":[{\"id\":\"echo\"")) << "all rows in the first";
  tick();
  EXPECT_THAT(client.read_until("\n\n"), Not(HasSubstr("\"plugins\""))) << "nothing changed";
}

TEST_F(LiveStream, ReplaysWhatTheClientMissed) {
  for (int i = 0; i < 5; ++i) tick();
  const auto events_after = [&](std::string_view target, std::string_view fields) {
    RawClient client(server->port());
    client.send(request(target, fields));
    client.read_until("event: hello");
    client.read_until("\n\n");
    const std::string last = client.read_until("id: 1764000005000\nevent: tick\n");
    std::size_t count = 0;
    for (std::size_t at = 0; (at = last.find("event: tick", at)) != last.npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(events_after("/api/v1/live", ""), 5u);
  EXPECT_EQ(events_after("/api/v1/live?since=1764000003", ""), 2u);
  EXPECT_EQ(events_after("/api/v1/live?since=1764000001", "Last-Event-ID: 1764000004000\r\n"), 1u);
}

TEST_F(LiveStream, GoesOnAfterTheClockWasSetBack) {
  tick();
  RawClient client(server->port());
  client.send(request("/api/v1/live"));
  client.read_until("id: 1764000001000\n");
  client.read_until("\n\n");
  now -= std::chrono::hours(1);
  tick();
  EXPECT_THAT(client.read_until("\n\n"), HasSubstr("event: hello\n"));
  EXPECT_THAT(client.read_until("\n\n"), StartsWith("id: 1763996402000\n"));
  for (const char* since : {"0", "1764000001"}) {
    EXPECT_THAT(body_of(ask("/api/v1/ticks?since=" + std::string(since))),
                HasSubstr("\"t\":[1763996402],"));
  }
}

TEST_F(LiveStream, RefusesATimeThatIsNone) {
  EXPECT_EQ(status_of(ask("/api/v1/live?since=x")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/live?since=1e300")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/live", "Last-Event-ID: abc\r\n")), 400);
  EXPECT_EQ(status_of(ask("/api/v1/ticks?since=nan")), 400);
}

TEST_F(LiveStream, AnswersNoContentPastTheCapAndAgainWhenThereIsRoom) {
  options.live_streams = 4;
  start();
  std::vector<std::unique_ptr<RawClient>> open;
  for (int i = 0; i < 4; ++i) {
    open.push_back(std::make_unique<RawClient>(server->port()));
    open.back()->send(request("/api/v1/live"));
    open.back()->read_until("event: hello");
  }
  EXPECT_EQ(status_of(ask("/api/v1/live")), 204);
  wait_for_viewers(4);
  open.pop_back();
  wait_for_viewers(3);
  RawClient again(server->port());
  again.send(request("/api/v1/live"));
  again.read_until("event: hello");
}

TEST_F(LiveStream, ThereIsRoomForAllThatWereAskedForFromOneAddress) {
  std::vector<std::unique_ptr<RawClient>> open;
  for (int i = 0; i < 20; ++i) {
    open.push_back(std::make_unique<RawClient>(server->port()));
    open.back()->send(request("/api/v1/live"));
    EXPECT_EQ(status_of(open.back()->read_until("\r\n\r\n")), 200);
  }
}

TEST_F(LiveStream, LeavesABrowserWhoseTabsDoNotShareSomeConnections) {
  std::vector<std::unique_ptr<RawClient>> open;
  for (int i = 0; i < 4; ++i) {
    open.push_back(std::make_unique<RawClient>(server->port()));
    open.back()->send(request("/api/v1/live?alone=1"));
    EXPECT_EQ(status_of(open.back()->read_until("\r\n\r\n")), 200);
  }
  EXPECT_EQ(status_of(ask("/api/v1/live?alone=1&since=0")), 204);
  RawClient shared(server->port());
  shared.send(request("/api/v1/live"));
  EXPECT_EQ(status_of(shared.read_until("\r\n\r\n")), 200);
}

TEST_F(LiveStream, IsNoApiRequest) {
  RawClient client(server->port());
  client.send(request("/api/v1/live"));
  client.read_until("event: hello");
  tick();
  const std::string text = ask("/metrics");
  EXPECT_THAT(text, HasSubstr("{route=\"/api/v1/live\",status=\"2xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("\ndiscern_web_api_requests_total 0\n"));
  EXPECT_THAT(text, HasSubstr("\ndiscern_web_live_viewers 1\n"));
}

TEST_F(LiveStream, AClientThatDoesNotReadIsDroppedAndTheOthersGoOn) {
  RawClient slow(server->port(), 4096);
  slow.send(request("/api/v1/live"));
  RawClient good(server->port());
  good.send(request("/api/v1/live"));
  wait_for_viewers(2);
  good.read_until("event: hello");
  // Rows with long names make ticks of more than a hundred kilobytes.
  std::vector<metrics::Counter> commands;
  for (int i = 0; i < 900; ++i) {
    const std::string name = std::to_string(i) + std::string(100, 'x');
    commands.push_back(registry.counter(catalogue::kCommands, "p", name));
  }
  for (int i = 0; i < 200 && viewers.cell()->load() > 1; ++i) {
    for (const metrics::Counter& command : commands) command.add();
    tick();
    good.read_until("id: " + std::to_string(now.count()) + "000\n");
  }
  EXPECT_EQ(viewers.cell()->load(), 1);
}

TEST_F(LiveStream, TicksGivesTheSameForPolling) {
  EXPECT_THAT(body_of(ask("/api/v1/ticks")), HasSubstr("\"t\":[],\"v\":[[],[]"));
  tick();
  tick();
  const std::string all = body_of(ask("/api/v1/ticks"));
  EXPECT_THAT(all, StartsWith("{\"version\":\"0.1.0\",\"boot_id\":\"abc\",\"now\":"));
  EXPECT_THAT(all, HasSubstr("{\"key\":\"cpu\",\"unit\":\"percent\"}"));
  EXPECT_THAT(all, HasSubstr("\"t\":[1764000001,1764000002],\"v\":[[1001,1002],"));
  EXPECT_THAT(body_of(ask("/api/v1/ticks?since=1764000001")),
              HasSubstr("\"t\":[1764000002],\"v\":[[1002],"));
}

TEST_F(LiveStream, EndsWhenTheServerStops) {
  RawClient client(server->port());
  client.send(request("/api/v1/live"));
  client.read_until("event: hello");
  server->stop();
  EXPECT_THAT(client.read_all(), EndsWith("}\n\n"));
}

}  // namespace
}  // namespace discern::web::test
