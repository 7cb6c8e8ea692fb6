#include "discord/rest/nonce.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace discern::discord {
namespace {

RestRequest message(std::string json) {
  RestRequest request;
  request.method = "POST";
  request.route = "/channels/{}/messages";
  request.json = std::move(json);
  return request;
}

TEST(Nonce, MakesAMessageRepeatable) {
  for (const char* body : {R"({"content":"hi"})", R"({"content":"hi","nonce":null})", "{}", ""}) {
    RestRequest request = message(body);
    EXPECT_TRUE(ensure_nonce(request, "77")) << body;
    const auto sent = boost::json::parse(request.json);
    EXPECT_EQ(sent.at("nonce").as_string(), "77");
    EXPECT_TRUE(sent.at("enforce_nonce").as_bool());
  }
}

TEST(Nonce, LeavesThePluginsOwnAlone) {
  RestRequest own = message(R"({"content":"hi","nonce":"mine"})");
  EXPECT_FALSE(ensure_nonce(own, "77")) << "nobody said that it is used once";
  EXPECT_EQ(own.json, R"({"content":"hi","nonce":"mine"})");
  RestRequest enforced = message(R"({"nonce":"mine","enforce_nonce":true})");
  EXPECT_TRUE(ensure_nonce(enforced, "77"));
  EXPECT_EQ(enforced.json, R"({"nonce":"mine","enforce_nonce":true})");
}

TEST(Nonce, IsForMessagesOnly) {
  for (const char* route : {"/channels/{}/messages/{}/threads",
                            "/webhooks/{}/{token}",
                            "/channels/{}/messages/bulk-delete",
                            "/guilds/{}/roles"}) {
    RestRequest request = message("{}");
    request.route = route;
    EXPECT_FALSE(ensure_nonce(request, "77")) << route;
    EXPECT_EQ(request.json, "{}");
  }
  RestRequest broken = message("[1");
  EXPECT_FALSE(ensure_nonce(broken, "77"));
}

TEST(Nonce, IsAnotherOneEachTime) {
  RestRequest one = message("{}");
  RestRequest two = message("{}");
  EXPECT_TRUE(ensure_nonce(one));
  EXPECT_TRUE(ensure_nonce(two));
  EXPECT_NE(one.json, two.json);
  EXPECT_LE(boost::json::parse(one.json).at("nonce").as_string().size(), 25u);
}

}  // namespace
}  // namespace discern::discord
