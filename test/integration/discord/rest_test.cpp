#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
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
  // A POST that Discord does not protect against being sent twice.
  RestRequest typing() {
    RestRequest request;
    request.method = "POST";
    request.route = "/channels/{}/typing";
    request.parameters = {channel};
    return request;
  }
  static RestRequest answer(std::string interaction, Secret token) {
    RestRequest request;
    request.method = "POST";
    request.route = "/interactions/{}/{token}/callback";
    request.parameters = {std::move(interaction)};
    request.secret = std::move(token);
    request.auth = RestAuth::InteractionToken;
    request.json = R"({"type":4,"data":{"content":"pong"}})";
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

TEST_F(RestTest, WaitsAfterA429OfCloudflareThatSaysNothingInJson) {
  simulator.act("rest",
                R"({"route":"/channels","status":429,"count":1,"retry_after":1,"html":true})");
  const RestOutcome outcome = send(message("again")).get();
  EXPECT_TRUE(outcome.response);
  EXPECT_EQ(bot.count("discern_rest_rate_limited_total", "cloudflare\x1ftester"), 1);
  EXPECT_EQ(simulator.state().at("messages").at("received").to_number<int>(), 1);
}

TEST_F(RestTest, AWebhookThatIsGoneSaysNothingOfTheBotsToken) {
  simulator.act("rest",
                R"({"route":"/webhooks","status":401,"count":1,"code":50027,)"
                R"("message":"Invalid Webhook Token"})");
  RestRequest webhook;
  webhook.method = "POST";
  webhook.route = "/webhooks/{}/{}";
  webhook.parameters = {"123456789012345678", "gone"};
  webhook.json = R"({"content":"hi"})";
  EXPECT_EQ(send(std::move(webhook)).get().status, 401);
  EXPECT_TRUE(send(message("still here")).get().response);
  EXPECT_FALSE(bot.client.rest_status().token_refused);
}

TEST_F(RestTest, AnAnswerWhoseConfirmationWasLostCountsAsGiven) {
  std::promise<RecordingSink::Event> got;
  bot.sink.then = [&](const RecordingSink::Event& event) {
    if (event.type == "INTERACTION_CREATE") got.set_value(event);
  };
  simulator.act("interaction", R"({"command":"ping"})");
  const RecordingSink::Event event = got.get_future().get();
  simulator.act("rest", R"({"route":"/interactions","status":500,"count":1,"after":true})");
  const RestOutcome outcome = send(answer(event.interaction.text(), event.token)).get();
  EXPECT_TRUE(outcome.response) << outcome.response.error().text;
}

TEST_F(RestTest, ADeletionWhoseConfirmationWasLostCountsAsDone) {
  const RestOutcome sent = send(message("short-lived")).get();
  ASSERT_TRUE(sent.response);
  RestRequest deletion;
  deletion.method = "DELETE";
  deletion.route = "/channels/{}/messages/{}";
  deletion.parameters = {channel,
                         std::string(boost::json::parse(sent.response->body).at("id").as_string())};
  simulator.act("rest", R"({"method":"DELETE","status":502,"count":1,"after":true})");
  const RestOutcome outcome = send(std::move(deletion)).get();
  EXPECT_TRUE(outcome.response) << outcome.response.error().text;
}

TEST_F(RestTest, AnswersInteractionsWhileAGlobalLimitHoldsTheRest) {
  std::promise<RecordingSink::Event> got;
  bot.sink.then = [&](const RecordingSink::Event& event) {
    if (event.type == "INTERACTION_CREATE") got.set_value(event);
  };
  simulator.act("rest",
                R"({"route":"/channels","status":429,"count":1,"retry_after":2,"scope":"global"})");
  std::mutex mutex;
  std::vector<std::string> order;
  const auto note = [&](const char* what) {
    const std::lock_guard lock(mutex);
    order.emplace_back(what);
  };
  std::promise<void> message_is_sent;
  bot.client.rest().send(message("held"), [&](RestOutcome outcome) {
    EXPECT_TRUE(outcome.response);
    note("message");
    message_is_sent.set_value();
  });
  ASSERT_TRUE(eventually([&] { return bot.sum("discern_rest_rate_limited_total") == 1; }));
  bot.client.sample(bot.clock.steady_now());
  EXPECT_TRUE(eventually([&] { return bot.client.rest_status().global_blocked_seconds > 0; }));
  simulator.act("interaction", R"({"command":"ping"})");
  const RecordingSink::Event event = got.get_future().get();
  EXPECT_TRUE(send(answer(event.interaction.text(), event.token)).get().response);
  note("answer");
  message_is_sent.get_future().wait();
  EXPECT_EQ(order, (std::vector<std::string>{"answer", "message"}));
}

TEST_F(RestTest, StaysInsideTheGlobalLimit) {
  std::vector<std::string> channels;
  const auto guilds = simulator.get("/_sim/guilds");
  for (const auto& guild : guilds.as_array()) {
    const std::string id(guild.at("id").as_string());
    const auto list = simulator.get("/api/v10/guilds/" + id + "/channels");
    for (const auto& one : list.as_array()) channels.emplace_back(one.at("id").as_string());
  }
  ASSERT_GE(channels.size(), 14u);
  // The simulator allows 50 a second and has counted the look-ups above, too.
  ClientOptions options = Bot::options_for(simulator);
  options.requests_per_second = 40;
  Bot other(options);
  std::vector<std::future<RestOutcome>> all;
  for (int round = 0; round < 5; ++round) {
    for (const std::string& id : channels) {
      RestRequest request;
      request.method = "POST";
      request.route = "/channels/{}/typing";
      request.parameters = {id};
      auto got = std::make_shared<std::promise<RestOutcome>>();
      other.client.rest().send(std::move(request),
                               [got](RestOutcome outcome) { got->set_value(std::move(outcome)); });
      all.push_back(got->get_future());
    }
  }
  for (auto& one : all) EXPECT_TRUE(one.get().response);
  EXPECT_EQ(other.sum("discern_rest_rate_limited_total"), 0) << "no 429 was provoked";
}

TEST_F(RestTest, ShowsHowFullItsBucketsAre) {
  ASSERT_TRUE(send(message("one")).get().response);
  const auto limit = [&]() -> const RouteLimit* {
    static RestStatus status;
    bot.client.sample(bot.clock.steady_now());
    status = bot.client.rest_status();
    for (const RouteLimit& one : status.routes) {
      if (one.route == "POST /channels/{}/messages") return &one;
    }
    return nullptr;
  };
  ASSERT_TRUE(eventually([&] { return limit() != nullptr; }));
  const RouteLimit now = *limit();
  EXPECT_EQ(now.limit, 5u);
  EXPECT_EQ(now.buckets, 1u);
  EXPECT_FALSE(now.bucket.empty());
  EXPECT_EQ(bot.client.rest_status().invalid_limit, 2000u);
}

TEST_F(RestTest, RepeatsAfterServerErrorsOnlyWhereThatIsSafe) {
  simulator.act("rest", R"({"route":"/channels","status":502,"count":1,"html":true})");
  const RestOutcome post = send(typing()).get();
  ASSERT_FALSE(post.response);
  EXPECT_EQ(post.response.error().kind, Errc::Unavailable);
  EXPECT_EQ(post.status, 502);
  EXPECT_THAT(post.response.error().text, HasSubstr("may have done it"));
  simulator.act("rest", R"({"route":"/channels","status":503,"count":2})");
  RestRequest get;
  get.route = "/channels/{}";
  get.parameters = {channel};
  EXPECT_TRUE(send(std::move(get)).get().response);
}

TEST_F(RestTest, AMessageWhoseConfirmationWasLostIsThereOnce) {
  for (const char* fault : {R"({"route":"/channels","status":502,"count":1,"after":true})",
                            R"({"route":"/channels","hang_up":true,"count":1,"after":true})"}) {
    const auto received = [&] {
      return simulator.state().at("messages").at("received").to_number<int>();
    };
    const int before = received();
    simulator.act("rest", fault);
    const RestOutcome outcome = send(message("once")).get();
    EXPECT_TRUE(outcome.response) << fault << outcome.response.error().text;
    EXPECT_EQ(received(), before + 1) << fault;
  }
}

TEST_F(RestTest, ARedirectIsAFailure) {
  simulator.act("rest", R"({"route":"/channels","status":302,"count":1})");
  const RestOutcome outcome = send(message("elsewhere")).get();
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.status, 302);
  EXPECT_EQ(bot.sum("discern_rest_errors_total"), 1);
}

TEST_F(RestTest, DoesNotRepeatWhatMayHaveArrived) {
  simulator.act("rest", R"({"route":"/channels","hang_up":true,"count":1})");
  const RestOutcome post = send(typing()).get();
  ASSERT_FALSE(post.response);
  EXPECT_THAT(post.response.error().text, HasSubstr("may have done it"));
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
  const RestRequest request = answer(event.interaction.text(), event.token);
  const RestOutcome outcome = send(request).get();
  ASSERT_TRUE(outcome.response) << outcome.response.error().text;
  EXPECT_EQ(outcome.status, 204);
  const RestOutcome again = send(request).get();
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

TEST_F(RestTest, WhatWaitsInLineIsNotSentAnyMoreOnceTooMuchWasRefused) {
  ClientOptions options = Bot::options_for(simulator);
  options.invalid_request_limit = 3;
  Bot other(options);
  simulator.act("rest", R"({"route":"/channels","status":403,"count":200})");
  std::atomic<int> sent{0};
  std::atomic<int> kept{0};
  for (int i = 0; i < 150; ++i) {
    other.client.rest().send(message("x"),
                             [&](RestOutcome outcome) { ++(outcome.status == 403 ? sent : kept); });
  }
  EXPECT_TRUE(eventually([&] { return sent + kept == 150; }));
  // The 50 of the first second were under way when the third refusal came.
  EXPECT_LE(sent, 60);
  EXPECT_GE(kept, 90);
  simulator.act("rest_clear");
}

TEST_F(RestTest, StopsAnsweringInteractionsTooBeforeDiscordWouldBan) {
  ClientOptions options = Bot::options_for(simulator);
  options.invalid_request_limit = 2;
  Bot other(options);
  simulator.act("rest", R"({"route":"/interactions","status":403,"count":100})");
  int sent = 0;
  for (int i = 0; i < 12; ++i) {
    RestRequest request = answer(std::to_string(i + 1), Secret("token"));
    request.json = R"({"type":6})";
    std::promise<RestOutcome> got;
    other.client.rest().send(std::move(request),
                             [&](RestOutcome outcome) { got.set_value(std::move(outcome)); });
    if (got.get_future().get().status == 403) ++sent;
  }
  EXPECT_EQ(sent, 8) << "longer than other requests, but not for ever";
  simulator.act("rest_clear");
}

TEST_F(RestTest, WarnsWhenInteractionsGoToAnEndpointUrl) {
  const auto register_them = [&] {
    std::promise<void> done;
    bot.client.register_commands(R"([{"name":"ping","description":"Answers."}])",
                                 GuildId{},
                                 [&](const Result<Registration>& result) {
                                   EXPECT_TRUE(result);
                                   done.set_value();
                                 });
    done.get_future().wait();
  };
  simulator.act("configure", R"({"interactions_endpoint":"https://example.org/interactions"})");
  register_them();
  ASSERT_EQ(bot.client.status().warnings.size(), 1u);
  EXPECT_THAT(bot.client.status().warnings[0], HasSubstr("Interactions Endpoint URL"));
  EXPECT_THAT(bot.client.status().warnings[0], HasSubstr("developer portal"));
  simulator.act("configure", R"({"interactions_endpoint":""})");
  register_them();
  EXPECT_TRUE(bot.client.status().warnings.empty());
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

TEST_F(RestTest, LeavesTheEntryPointOfAnActivityAlone) {
  RestRequest create;
  create.method = "POST";
  create.route = "/applications/{}/commands";
  create.parameters = {std::string(simulator.state().at("application_id").as_string())};
  create.json = R"({"type":4,"name":"launch","handler":2})";
  ASSERT_TRUE(send(std::move(create)).get().response);
  std::promise<Result<Registration>> got;
  bot.client.register_commands(R"([{"name":"ping","description":"Answers."}])",
                               GuildId{},
                               [&](Result<Registration> done) { got.set_value(std::move(done)); });
  const Result<Registration> done = got.get_future().get();
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->commands, 2u);
  const auto held = simulator.state().at("commands").as_array();
  EXPECT_EQ(std::count(held.begin(), held.end(), "launch"), 1);
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
