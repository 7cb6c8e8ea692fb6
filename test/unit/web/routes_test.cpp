#include "web/routes.hpp"

#include <gtest/gtest.h>

namespace discern::web {
namespace {

std::string_view path_of(std::string_view path, std::string_view method = "GET") {
  return routes()[match_route(method, path).index].path;
}

TEST(MatchRoute, FindsEveryRouteByItsOwnPath) {
  for (const Route& route : routes()) {
    EXPECT_EQ(path_of(route.path, route.method), route.path);
    EXPECT_TRUE(match_route(route.method, route.path).method_allowed);
  }
}

TEST(MatchRoute, TellsTheRestOfAWildcard) {
  EXPECT_EQ(match_route("GET", "/plugins/ping/a/b").rest, "ping/a/b");
  EXPECT_EQ(match_route("GET", "/api/metrics").rest, "");
}

TEST(MatchRoute, UnknownApiPathsAreNotPages) {
  EXPECT_EQ(path_of("/api/nothing"), "/api/*");
  EXPECT_EQ(path_of("/api/metrics/"), "/api/*");
  EXPECT_EQ(path_of("/plugins"), "/*");
  EXPECT_EQ(path_of("/plugins/"), "/plugins/*");
  EXPECT_EQ(path_of("/commands"), "/*");
  EXPECT_EQ(path_of("/assets/x.js"), "/assets/*");
}

TEST(MatchRoute, KnowsWhichMethodsARouteTakes) {
  EXPECT_TRUE(match_route("HEAD", "/metrics").method_allowed);
  EXPECT_FALSE(match_route("POST", "/metrics").method_allowed);
  EXPECT_FALSE(match_route("GET", "/api/v1/view").method_allowed);
  EXPECT_FALSE(match_route("get", "/metrics").method_allowed);
  EXPECT_TRUE(match_route("DELETE", "/plugins/ping/x").method_allowed);
  EXPECT_FALSE(match_route("TRACE", "/").method_allowed);
}

}  // namespace
}  // namespace discern::web
