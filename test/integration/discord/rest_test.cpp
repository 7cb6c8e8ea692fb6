#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <future>

#include "integration/discord/simulator.hpp"

namespace discern::discord {
namespace {

using testing::HasSubstr;
using testing::Not;

struct RestTest : testing::Test {
  RestTest() {
    EXPECT_TRUE(bot.client.start(bot.sink));
    EXPECT_TRUE(eventually([&] { return bot.all_ready(); }));
    simulator.register_commands();
    channel = simulator.channel();
  }
  ~RestTest() override {
    bot.client.stop(std::chrono::seconds(3));
    EXPECT_EQ(simulator.complaints(), "");
  }
  std::future<RestOutcome> send(RestRequest request) {
    auto got = std::make_shared<std::promise<RestOutcome>>();
    bot.client.rest().send(std::move(request),
                           [got](RestOutcome outcome) { got->set_value(std::move(outcome)); });
    return got->get_future();
  }
  RestRequest message(std::string content) {
    RestRequest request;
    request.method = "POST";
    request.route = "/channels/{}/messages";
    request.parameters = {channel};
    request.json = R"({"content":")" + content + "\"}";
    request.plugin = "tester";
    return request;
  }
  Simulator simulator;
  Bot bot{simulator};
  std::string channel;
};

TEST_F(RestTest, SendsAMessage) {
  const RestOutcome outcome = send(message("hi")).get();
  ASSERT_TRUE(outcome.response) << outcome.response.error().text;
  EXPECT_EQ(outcome.status, 200);
  EXPECT_THAT(outcome.response->body, HasSubstr("\"hi\""));
  EXPECT_GT(bot.client.median_latency_seconds(), 0);
  EXPECT_EQ(bot.count("discern_plugin_rest_requests_total", "tester"), 1);
}

TEST_F(RestTest, SendsFiles) {
  RestRequest request = message("with a file");
  request.files = {{"a.txt", "text/plain", "some text"},
                   {"b.bin", "application/octet-stream", std::string("\0\1\2", 3)}};
  const RestOutcome outcome = send(std::move(request)).get();
  ASSERT_TRUE(outcome.response) << outcome.response.error().text;
  const auto body = boost::json::parse(outcome.response->body);
  EXPECT_EQ(body.at("attachments").as_array().size(), 2u);
}

TEST_F(RestTest, StaysInsideTheLimitsOfABucket) {
  std::vector<std::future<RestOutcome>> all;
  for (int i = 0; i < 8; ++i) all.push_back(send(message("n" + std::to_string(i))));
  for (auto& one : all) EXPECT_TRUE(one.get().response);
  EXPECT_EQ(bot.sum("discern_rest_rate_limited_total"), 0) << "no 429 was provoked";
}

TEST_F(RestTest, WaitsAfterA429AndSendsAgain) {
  simulator.act(
      "rest", R"({"route":"/channels","status":429,"count":1,"retry_after":0.2,"scope":"shared"})");
  const RestOutcome outcome = send(message("again")).get();
  EXPECT_TRUE(outcome.response);
  EXPECT_EQ(bot.sum("discern_rest_rate_limited_total"), 1);
}

TEST_F(RestTest, RepeatsAfterServerErrorsOnlyWhereThatIsSafe) {
  simulator.act("rest", R"({"route":"/channels","status":502,"count":1,"html":true})");
  const RestOutcome post = send(message("once")).get();
  ASSERT_FALSE(post.response);
  EXPECT_EQ(post.response.error().kind, Errc::Unavailable);
  EXPECT_EQ(post.status, 502);
  simulator.act("rest", R"({"route":"/channels","status":503,"count":2})");
  RestRequest get;
  get.route = "/channels/{}";
  get.parameters = {channel};
  EXPECT_TRUE(send(std::move(get)).get().response);
  EXPECT_EQ(simulator.state().at("messages").at("received").to_number<int>(), 0);
}

TEST_F(RestTest, DoesNotRepeatAMessageThatMayHaveArrived) {
  simulator.act("rest", R"({"route":"/channels","hang_up":true,"count":1})");
  // On a new connection: one that was kept open may have been closed before we asked, and then
  // libcurl asks again on its own.
  Bot fresh(simulator);
  std::promise<RestOutcome> got;
  fresh.client.rest().send(message("gone"),
                           [&](RestOutcome outcome) { got.set_value(std::move(outcome)); });
  EXPECT_FALSE(got.get_future().get().response);
  simulator.act("rest", R"({"route":"/channels","hang_up":true,"count":1})");
  RestRequest get;
  get.route = "/channels/{}";
  get.parameters = {channel};
  EXPECT_TRUE(send(std::move(get)).get().response);
}

TEST_F(RestTest, GivesDiscordsErrorCodeAndMessage) {
  simulator.act(
      "rest",
      R"({"route":"/channels","status":403,"count":1,"code":50013,"message":"Missing Permissions"})");
  const RestOutcome outcome = send(message("no")).get();
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.discord_code, 50013);
  EXPECT_EQ(outcome.response.error().kind, Errc::Refused);
  EXPECT_THAT(outcome.response.error().text, HasSubstr("Missing Permissions"));
  EXPECT_EQ(bot.sum("discern_rest_errors_total"), 1);
}

TEST_F(RestTest, AnswersInteractionsWithoutShowingTheirToken) {
  std::promise<RecordingSink::Event> got;
  bot.sink.then = [&](const RecordingSink::Event& event) {
    if (event.type == "INTERACTION_CREATE") got.set_value(event);
  };
  simulator.act("interaction", R"({"command":"ping"})");
  const RecordingSink::Event event = got.get_future().get();
  RestRequest request;
  request.method = "POST";
  request.route = "/interactions/{}/{token}/callback";
  request.parameters = {event.interaction.text()};
  request.secret = event.token;
  request.auth = RestAuth::InteractionToken;
  request.json = R"({"type":4,"data":{"content":"pong"}})";
  RestRequest twice = request;
  const RestOutcome outcome = send(std::move(request)).get();
  ASSERT_TRUE(outcome.response) << outcome.response.error().text;
  EXPECT_EQ(outcome.status, 204);
  const RestOutcome again = send(std::move(twice)).get();
  ASSERT_FALSE(again.response);
  EXPECT_EQ(again.discord_code, 40060);
  EXPECT_THAT(again.response.error().text, Not(HasSubstr(event.token.reveal())));
  EXPECT_EQ(simulator.state().at("interactions").at("acknowledged").to_number<int>(), 1);
}

TEST_F(RestTest, StopsSendingLongBeforeDiscordWouldBan) {
  ClientOptions options = Bot::options_for(simulator);
  options.invalid_request_limit = 3;
  Bot other(options);
  simulator.act("rest", R"({"route":"/channels","status":403,"count":100})");
  for (int i = 0; i < 6; ++i) {
    std::promise<RestOutcome> got;
    other.client.rest().send(message("x"),
                             [&](RestOutcome outcome) { got.set_value(std::move(outcome)); });
    const RestOutcome outcome = got.get_future().get();
    ASSERT_FALSE(outcome.response);
    EXPECT_EQ(outcome.response.error().kind, i < 3 ? Errc::Refused : Errc::Limit);
  }
  simulator.act("rest_clear");
}

TEST_F(RestTest, RegistersCommandsOnlyWhenTheyDiffer) {
  const auto put = [&](const char* commands) {
    std::promise<Result<Registration>> got;
    bot.client.register_commands(
        commands, GuildId{}, [&](Result<Registration> done) { got.set_value(std::move(done)); });
    return got.get_future().get();
  };
  const char* commands =
      R"([{"name":"ping","description":"Answers."},
          {"name":"roll","description":"Rolls.","options":[
            {"type":4,"name":"sides","description":"How many.","min_value":2,"required":true,
             "choices":[{"name":"six","value":6}]}]}])";
  const auto first = put(commands);
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_TRUE(first->changed);
  EXPECT_EQ(first->commands, 2u);
  EXPECT_FALSE(put(commands)->changed);
  EXPECT_TRUE(put("[]")->changed);
  EXPECT_FALSE(put("{}"));
}

TEST_F(RestTest, FailsWhatIsLeftWhenItIsStopped) {
  simulator.act("rest", R"({"route":"/channels","delay_ms":5000,"count":3})");
  auto slow = send(message("slow"));
  auto waiting = send(message("waiting"));
  bot.client.stop(std::chrono::milliseconds(300));
  EXPECT_EQ(slow.get().response.error().kind, Errc::Closed);
  EXPECT_EQ(waiting.get().response.error().kind, Errc::Closed);
  EXPECT_EQ(send(message("late")).get().response.error().kind, Errc::Closed);
}

}  // namespace
}  // namespace discern::discord
