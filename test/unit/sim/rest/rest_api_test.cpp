#include "sim/rest/rest_api.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sim/life/start_interaction.hpp"
#include "sim/rest/call.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

class SilentSocket final : public GatewaySocket {
 public:
  void send(std::string_view, bool) override {}
  std::size_t unsent() const override { return 0; }
  void close(std::uint16_t, std::string_view) override {}
  void abort() override {}
};

class RestApiTest : public ::testing::Test {
 protected:
  RestApiTest() {
    state.rest.latency_median = Millis{0};
    state.gateway.open(socket, {}, kNow)
        .on_message(R"({"op":2,"d":{"token":"sim.x","intents":1,"properties":{"os":"a",)"
                    R"("browser":"b","device":"c"}}})",
                    kNow);
  }
  HttpReply send(std::string method, std::string path, std::string body = "", Instant at = kNow) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = "/api/v10" + path;
    request.authorization = "Bot sim.x";
    request.user_agent = "DiscordBot (https://example.org, 1)";
    request.content_type = body.empty() ? "" : "application/json";
    request.body = std::move(body);
    return handle_rest(state, request, at);
  }
  std::string commands() const {
    return "/applications/" + to_text(state.world.application_id()) + "/commands";
  }
  Interaction& started() {
    send("PUT", commands(), R"([{"name":"ping","description":"x"}])");
    const auto id = use_command(state, {.path = "ping"}, kNow);
    return *state.interactions.find(id.value());
  }
  static std::string callback(const Interaction& interaction) {
    return "/interactions/" + to_text(interaction.id) + "/" + interaction.token + "/callback";
  }
  std::string webhook(const Interaction& interaction) const {
    return "/webhooks/" + to_text(state.world.application_id()) + "/" + interaction.token;
  }
  static std::int64_t code_of(const HttpReply& reply) {
    return json::parse(reply.body).at("code").as_int64();
  }
  static std::string header(const HttpReply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }

  State state{{1, 5}, {}, kNow};
  SilentSocket socket;
};

TEST_F(RestApiTest, GivesRateLimitHeadersWithEveryAnswer) {
  const HttpReply reply = send("GET", "/users/@me");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(header(reply, "X-RateLimit-Limit"), "50");
  EXPECT_EQ(header(reply, "X-RateLimit-Remaining"), "49");
  EXPECT_EQ(header(reply, "X-RateLimit-Reset-After"), "10.000");
  EXPECT_EQ(header(reply, "X-RateLimit-Bucket").size(), 32U);
}

TEST_F(RestApiTest, RefusesAForeignTokenAndComplains) {
  HttpRequest request{
      "GET", "/api/v10/users/@me", "", "Bot real.token", "DiscordBot (x, 1)", "", ""};
  EXPECT_EQ(handle_rest(state, request, kNow).status, 401U);
  EXPECT_EQ(state.complaints.count(), 1U);
  EXPECT_EQ(state.rest_counts.invalid, 1U);
}

TEST_F(RestApiTest, RefusesPathsWithoutAVersionAndUnknownOnes) {
  HttpRequest request{"GET", "/api/users/@me", "", "Bot sim.x", "DiscordBot (x, 1)", "", ""};
  EXPECT_EQ(handle_rest(state, request, kNow).status, 400U);
  EXPECT_EQ(send("GET", "/nowhere").status, 404U);
  EXPECT_EQ(send("DELETE", "/gateway").status, 405U);
  EXPECT_EQ(state.complaints.count(), 3U);
}

TEST_F(RestApiTest, AnswersCommandsWithFullObjectsAndStableIds) {
  const std::string body =
      R"([{"name":"ping","description":"x"},{"name":"pong","description":"y"}])";
  const json::value first = json::parse(send("PUT", commands(), body).body);
  ASSERT_EQ(first.as_array().size(), 2U);
  for (const char* key : {"id",
                          "application_id",
                          "version",
                          "name",
                          "description",
                          "type",
                          "default_member_permissions",
                          "nsfw"}) {
    EXPECT_TRUE(first.at(0).as_object().contains(key)) << key;
  }
  const json::value second = json::parse(send("PUT", commands(), body).body);
  EXPECT_EQ(first, second);
  EXPECT_EQ(json::parse(send("GET", commands()).body), second);
}

TEST_F(RestApiTest, SaysWhereACommandIsWrong) {
  const HttpReply reply = send("PUT", commands(), R"([{"name":"Ping","description":""}])");
  EXPECT_EQ(reply.status, 400U);
  const json::value errors = json::parse(reply.body).at("errors");
  EXPECT_TRUE(errors.at("0").at("name").at("_errors").is_array());
  EXPECT_TRUE(errors.at("0").at("description").at("_errors").is_array());
}

TEST_F(RestApiTest, TakesOneAnswerToAnInteraction) {
  Interaction& interaction = started();
  const std::string body = R"({"type":4,"data":{"content":"pong"}})";
  EXPECT_EQ(send("POST", callback(interaction), body).status, 204U);
  const HttpReply again = send("POST", callback(interaction), body);
  EXPECT_EQ(again.status, 400U);
  EXPECT_EQ(code_of(again), error::kAlreadyAcknowledged);
  EXPECT_EQ(state.interactions.counts().completed, 1U);
}

TEST_F(RestApiTest, GivesTheMessageWhenAskedForTheResponse) {
  Interaction& interaction = started();
  const HttpReply reply = send("POST",
                               callback(interaction) + "?with_response=true",
                               R"({"type":4,"data":{"content":"pong"}})");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(json::parse(reply.body).at("resource").at("message").at("content").as_string(), "pong");
}

TEST_F(RestApiTest, DoesNotKnowAnInteractionAfterThreeSeconds) {
  Interaction& interaction = started();
  const HttpReply reply = send("POST", callback(interaction), R"({"type":5})", kNow + Millis{3001});
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(code_of(reply), error::kUnknownInteraction);
  EXPECT_EQ(state.interactions.counts().late, 1U);
}

TEST_F(RestApiTest, FillsADeferredAnswerThroughTheEscapedOriginal) {
  Interaction& interaction = started();
  EXPECT_EQ(
      send("PATCH", webhook(interaction) + "/messages/@original", R"({"content":"x"})").status,
      404U);
  EXPECT_EQ(send("POST", callback(interaction), R"({"type":5,"data":{"flags":64}})").status, 204U);
  const HttpReply edited =
      send("PATCH", webhook(interaction) + "/messages/%40original", R"({"content":"done"})");
  EXPECT_EQ(edited.status, 200U);
  EXPECT_EQ(json::parse(edited.body).at("content").as_string(), "done");
  EXPECT_EQ(interaction.state, InteractionState::Answered);
  EXPECT_TRUE(interaction.ephemeral);
  EXPECT_EQ(send("POST", webhook(interaction), R"({"content":"more"})").status, 200U);
  EXPECT_EQ(interaction.followups.size(), 1U);
}

TEST_F(RestApiTest, ForgetsTheWebhookAfterFifteenMinutes) {
  Interaction& interaction = started();
  send("POST", callback(interaction), R"({"type":5})");
  const HttpReply late = send("PATCH",
                              webhook(interaction) + "/messages/@original",
                              R"({"content":"x"})",
                              kNow + std::chrono::minutes{15});
  EXPECT_EQ(late.status, 404U);
  EXPECT_EQ(code_of(late), error::kUnknownWebhook);
}

TEST_F(RestApiTest, RefusesAnEmptyAnAndOverlongMessage) {
  const std::string path =
      "/channels/" + to_text(channel_id(state.world.guilds()[0], 0)) + "/messages";
  EXPECT_EQ(code_of(send("POST", path, R"({"content":""})")), error::kEmptyMessage);
  const std::string longer = R"({"content":")" + std::string(2001, 'x') + R"("})";
  EXPECT_EQ(code_of(send("POST", path, longer)), error::kInvalidForm);
  EXPECT_EQ(state.complaints.count(), 2U);
}

TEST_F(RestApiTest, RemembersWhatTheBotWrote) {
  const std::string path =
      "/channels/" + to_text(channel_id(state.world.guilds()[0], 0)) + "/messages";
  const json::value message = json::parse(send("POST", path, R"({"content":"one"})").body);
  const std::string one = path + "/" + std::string(message.at("id").as_string());
  EXPECT_EQ(json::parse(send("PATCH", one, R"({"content":"two"})").body).at("content").as_string(),
            "two");
  EXPECT_EQ(send("PUT", one + "/reactions/%F0%9F%91%8D/@me").status, 204U);
  EXPECT_EQ(send("DELETE", one).status, 204U);
  EXPECT_EQ(send("GET", one).status, 404U);
}

TEST_F(RestApiTest, LimitsABucketAndSaysHowLong) {
  const std::string path =
      "/channels/" + to_text(channel_id(state.world.guilds()[0], 0)) + "/messages";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send("POST", path, R"({"content":"x"})").status, 200U);
  const HttpReply limited = send("POST", path, R"({"content":"x"})", kNow + Millis{1000});
  EXPECT_EQ(limited.status, 429U);
  EXPECT_EQ(header(limited, "X-RateLimit-Scope"), "user");
  EXPECT_EQ(header(limited, "Retry-After"), "4");
  EXPECT_DOUBLE_EQ(json::parse(limited.body).at("retry_after").to_number<double>(), 4.0);
  EXPECT_EQ(state.complaints.count(), 0U);
  send("POST", path, R"({"content":"x"})", kNow + Millis{4000});
  EXPECT_EQ(state.complaints.count(), 1U) << "it was told to wait";
  const std::string other =
      "/channels/" + to_text(channel_id(state.world.guilds()[1], 0)) + "/messages";
  EXPECT_EQ(send("POST", other, R"({"content":"x"})").status, 200U);
}

TEST_F(RestApiTest, LimitsEverythingButInteractionsGlobally) {
  Interaction& interaction = started();
  unsigned limited = 0;
  for (int i = 0; i < 60; ++i) {
    const HttpReply reply = send("GET", i % 2 == 0 ? "/users/@me" : "/gateway/bot");
    if (reply.status != 429) continue;
    ++limited;
    EXPECT_EQ(header(reply, "X-RateLimit-Global"), "true");
  }
  EXPECT_EQ(limited, 11U);
  EXPECT_EQ(send("POST", callback(interaction), R"({"type":5})").status, 204U);
}

TEST_F(RestApiTest, MeetsInjectedFaultsAsOftenAsAsked) {
  state.faults.add({.method = "GET", .route_prefix = "/users", .status = 503, .count = 2});
  EXPECT_EQ(send("GET", "/gateway/bot").status, 200U);
  EXPECT_EQ(send("GET", "/users/@me").status, 503U);
  EXPECT_EQ(send("GET", "/users/@me").status, 503U);
  EXPECT_EQ(send("GET", "/users/@me").status, 200U);
}

TEST_F(RestApiTest, BansAfterTenThousandInvalidRequests) {
  state.rest_counts.invalid = 9'999;
  HttpRequest request{"GET", "/api/v10/users/@me", "", "", "DiscordBot (x, 1)", "", ""};
  EXPECT_EQ(handle_rest(state, request, kNow).status, 401U);
  const HttpReply banned = send("GET", "/users/@me");
  EXPECT_EQ(banned.status, 429U);
  EXPECT_EQ(banned.content_type, "text/html");
}

TEST_F(RestApiTest, NamesNoTokenInComplaintsOrCounts) {
  Interaction& interaction = started();
  send("POST", callback(interaction), R"({"type":8})");
  const std::string complaints = json::serialize(state.complaints.to_json());
  EXPECT_EQ(complaints.find(interaction.token), std::string::npos);
  for (const auto& [name, route] : state.rest_counts.by_route) {
    EXPECT_EQ(name.find(interaction.token), std::string::npos);
  }
}

}  // namespace
}  // namespace discern::sim
