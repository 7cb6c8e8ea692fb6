#include <gtest/gtest.h>

#include "discord/rest/invalid_window.hpp"
#include "discord/rest/latency_window.hpp"
#include "discord/rest/rest_error.hpp"
#include "discord/rest/route.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

TEST(Route, FillsItsHolesEscaped) {
  const auto path = expand_route(
      "/channels/{}/messages/{}/reactions/{}/@me", {"1", "2", "\xF0\x9F\x91\x8D"}, Secret());
  ASSERT_TRUE(path);
  EXPECT_EQ(*path, "/channels/1/messages/2/reactions/%F0%9F%91%8D/@me");
  EXPECT_EQ(*expand_route("/webhooks/{}/{token}/messages/@original", {"5"}, Secret("a/b")),
            "/webhooks/5/a%2Fb/messages/@original");
}

TEST(Route, RefusesHolesAndParametersThatDoNotMatch) {
  EXPECT_FALSE(expand_route("/a/{}", {}, Secret()));
  EXPECT_FALSE(expand_route("/a/{}", {"1", "2"}, Secret()));
  EXPECT_FALSE(expand_route("/a/{}", {""}, Secret()));
  EXPECT_FALSE(expand_route("/a/{}/b", {".."}, Secret()));
  EXPECT_FALSE(expand_route("/a/{token}", {}, Secret()));
  EXPECT_FALSE(expand_route("a", {}, Secret()));
}

TEST(Route, NamesTheResourceThatLimitsAreKeptApartBy) {
  EXPECT_EQ(major_parameter("/channels/{}/messages/{}", {"1", "2"}, Secret()), "1");
  EXPECT_EQ(major_parameter("/guilds/{}/bans/{}", {"3", "2"}, Secret()), "3");
  EXPECT_EQ(major_parameter("/webhooks/{}/{token}", {"4"}, Secret("t")), "4/t");
  EXPECT_EQ(major_parameter("/users/{}", {"4"}, Secret()), "");
}

TEST(Route, AlwaysNamesTheVersionOfTheApi) {
  EXPECT_EQ(api_base("https://discord.com/api"), "https://discord.com/api/v10");
  EXPECT_EQ(api_base("http://127.0.0.1:9/api/v10/"), "http://127.0.0.1:9/api/v10");
  EXPECT_EQ(api_base("http://h/api/v9"), "http://h/api/v9");
}

TEST(InvalidWindow, CountsTheLastTenMinutes) {
  InvalidWindow window;
  const SteadyTime start{5000s};
  for (int i = 0; i < 100; ++i) window.add(start + i * 1s);
  EXPECT_EQ(window.count(start + 100s), 100u);
  EXPECT_EQ(window.count(start + 590s), 100u);
  EXPECT_LT(window.count(start + 650s), 60u);
  EXPECT_EQ(window.count(start + 720s), 0u);
  window.add(start + 100000s);
  EXPECT_EQ(window.count(start + 100000s), 1u);
}

TEST(LatencyWindow, GivesTheMedianOfFiveMinutes) {
  LatencyWindow window;
  const SteadyTime now{1000s};
  EXPECT_EQ(window.median(now), 0);
  window.add(now, 3);
  window.add(now + 1s, 1);
  window.add(now + 2s, 2);
  EXPECT_EQ(window.median(now + 2s), 2);
  window.add(now + 2s, 10);
  EXPECT_EQ(window.median(now + 2s), 2.5);
  EXPECT_EQ(window.median(now + 1h), 0);
  for (int i = 0; i < 5000; ++i) window.add(now + 3s, 7);
  EXPECT_EQ(window.median(now + 3s), 7);
}

TEST(ApiProblem, NamesTheFirstFieldAtFault) {
  const ApiProblem problem = parse_problem(
      R"({"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"title":
          {"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 256 or fewer in length."}]}}}}})");
  EXPECT_EQ(problem.code, 50035);
  EXPECT_EQ(problem.message, "Invalid Form Body (embeds.0.title: Must be 256 or fewer in length.)");
}

TEST(ApiProblem, IsEmptyForWhatIsNotDiscords) {
  EXPECT_EQ(parse_problem("<html>blocked</html>").code, 0);
  EXPECT_EQ(parse_problem("").message, "");
  EXPECT_EQ(parse_problem(R"({"message":5,"code":"x","errors":[1]})").code, 0);
}

net::HttpOutResponse limited(std::vector<std::pair<std::string, std::string>> headers,
                             std::string body) {
  return {429, std::move(headers), std::move(body)};
}

TEST(Limited, TellsTheScopes) {
  const std::string body = R"({"message":"x","retry_after":1.234,"global":false})";
  EXPECT_EQ(parse_limited(limited({{"x-ratelimit-scope", "user"}}, body)).scope, LimitScope::User);
  EXPECT_EQ(parse_limited(limited({{"x-ratelimit-scope", "shared"}}, body)).scope,
            LimitScope::Shared);
  EXPECT_EQ(parse_limited(limited({{"x-ratelimit-scope", "global"}}, body)).scope,
            LimitScope::Global);
  EXPECT_EQ(parse_limited(limited({}, R"({"retry_after":1,"global":true})")).scope,
            LimitScope::Global);
  EXPECT_EQ(parse_limited(limited({{"retry-after", "30"}}, "<html>")).scope,
            LimitScope::Cloudflare);
}

TEST(Limited, KnowsHowLongToWait) {
  EXPECT_EQ(parse_limited(limited({{"retry-after", "2"}}, R"({"retry_after":1.234})")).retry_after,
            1234ms);
  EXPECT_EQ(parse_limited(limited({{"retry-after", "30"}}, "")).retry_after, 30s);
  EXPECT_EQ(parse_limited(limited({}, "")).retry_after, 5s);
  EXPECT_EQ(parse_limited(limited({}, R"({"retry_after":-1})")).retry_after, 5s);
}

TEST(RateHeaders, PreferTheRelativeReset) {
  const RateHeaders headers = parse_rate_headers({200,
                                                  {{"x-ratelimit-limit", "5"},
                                                   {"x-ratelimit-remaining", "3"},
                                                   {"x-ratelimit-reset", "99999999999.5"},
                                                   {"x-ratelimit-reset-after", "1.25"},
                                                   {"x-ratelimit-bucket", "abc"}},
                                                  ""});
  EXPECT_EQ(headers.bucket, "abc");
  EXPECT_EQ(headers.limit, 5u);
  EXPECT_EQ(headers.remaining, 3u);
  EXPECT_EQ(headers.reset_after, 1250ms);
  EXPECT_EQ(parse_rate_headers({200, {{"x-ratelimit-limit", "many"}}, ""}).limit, std::nullopt);
}

}  // namespace
}  // namespace discern::discord
