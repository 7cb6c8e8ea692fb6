#include "web/access.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace discern::web {
namespace {

RequestFacts local(std::string_view host = "localhost:8080") {
  return {.loopback_peer = true, .method = "GET", .host = host};
}
std::string_view refused(const RequestFacts& facts) {
  return decide({}, facts).reason;
}

TEST(Decide, LetsThePersonAtThisMachineIn) {
  for (const char* host :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080"}) {
    EXPECT_EQ(decide({}, local(host)).status, 0) << host;
  }
}

TEST(Decide, RefusesEveryOtherHost) {
  for (const char* host : {"",
                           "example.com",
                           "localhost.example.com",
                           "localhost:80:80",
                           "localhost:8a",
                           "127.0.0.1.nip.io",
                           "127.0.0.11",
                           "127.1",
                           "0.0.0.0",
                           "::1",
                           "[::1",
                           "[::2]",
                           "user@localhost",
                           "localhost:123456"}) {
    EXPECT_EQ(refused(local(host)), "host") << host;
  }
}

TEST(Decide, TheAddressThatIsListenedOnIsAHostToo) {
  const AccessPolicy policy{.own_host = "127.0.0.2"};
  EXPECT_EQ(decide(policy, local("127.0.0.2:8080")).status, 0);
  EXPECT_EQ(decide(policy, local("localhost:8080")).status, 0);
  EXPECT_EQ(decide(policy, local("127.0.0.2.evil.example")).reason, "host");
  EXPECT_EQ(decide(policy, local("127.0.0.3")).reason, "host");
  EXPECT_EQ(decide({}, local("127.0.0.2")).reason, "host");
}

TEST(Decide, RefusesOtherMachinesAndProxiesWhateverTheHost) {
  RequestFacts elsewhere = local();
  elsewhere.loopback_peer = false;
  EXPECT_EQ(refused(elsewhere), "address");
  RequestFacts proxied = local();
  proxied.forwarded = true;
  EXPECT_EQ(refused(proxied), "forwarded");
  EXPECT_EQ(decide({}, proxied).status, 403);
  EXPECT_TRUE(decide({}, proxied).sentence.ends_with('.'));
}

// What nginx's proxy_pass makes of a stranger's request when nothing else is configured.
TEST(Decide, RefusesAProxyThatHidesItself) {
  RequestFacts facts = local("127.0.0.1:8080");
  facts.http_1_0 = true;
  facts.sec_fetch_site = "same-origin";
  EXPECT_EQ(refused(facts), "version");
  facts.method = "POST";
  EXPECT_EQ(refused(facts), "version");
  EXPECT_TRUE(decide({}, facts).sentence.starts_with("Use HTTP/1.1"));
  facts.http_1_0 = false;
  facts.origin = "https://bot.example";
  EXPECT_EQ(refused(facts), "origin") << "also when it speaks HTTP/1.1";
  facts.http_1_0 = true;
  facts.access = RouteAccess::Open;
  EXPECT_EQ(refused(facts), "") << "health checks may";
}

TEST(Decide, LetsEveryoneAskForHealth) {
  EXPECT_EQ(decide({}, {.access = RouteAccess::Open, .forwarded = true, .host = "anything"}).status,
            0);
}

TEST(Decide, RefusesForeignOrigins) {
  RequestFacts facts = local();
  facts.origin = "http://localhost:8080";
  facts.method = "POST";
  EXPECT_EQ(refused(facts), "");
  for (const char* origin : {"https://evil.example",
                             "http://localhost:9999",
                             "http://localhost",
                             "null",
                             "http://localhost:8080.evil.example",
                             "localhost:8080"}) {
    facts.origin = origin;
    facts.method = "POST";
    EXPECT_EQ(refused(facts), "origin") << origin;
    facts.method = "GET";
    EXPECT_EQ(refused(facts), "origin") << origin;
  }
}

TEST(Decide, ABrowserMayChangeThingsFromOurOwnPageOnly) {
  RequestFacts facts = local();
  facts.method = "POST";
  // What a beacon of our own page looks like under Referrer-Policy: no-referrer.
  facts.origin = "null";
  facts.sec_fetch_site = "same-origin";
  EXPECT_EQ(refused(facts), "");
  facts.sec_fetch_site = "same-site";
  EXPECT_EQ(refused(facts), "origin");
  facts.origin = {};
  facts.sec_fetch_site = "cross-site";
  EXPECT_EQ(refused(facts), "origin");
  facts.method = "GET";
  EXPECT_EQ(refused(facts), "") << "a link from elsewhere";
}

// What a browser sends when a page of another site does this.
struct Caused {
  const char* how;
  RequestFacts facts;
};
std::vector<Caused> caused_by_other_sites() {
  std::vector<Caused> all;
  for (const char* site : {"cross-site", "same-site", "weird"}) {
    for (const char* dest : {"image", "script", "iframe", "empty", "document"}) {
      RequestFacts facts = local();
      facts.sec_fetch_site = site;
      facts.sec_fetch_dest = dest;
      facts.sec_fetch_mode = std::string_view(dest) == "document" ? "navigate" : "no-cors";
      all.push_back({site, facts});
    }
  }
  RequestFacts cors = local();
  cors.origin = "https://evil.example";
  all.push_back({"an origin", cors});
  cors.origin = "null";
  all.push_back({"a sandboxed frame", cors});
  RequestFacts old = local();
  old.referer = "https://evil.example/page?x=http://localhost:8080/";
  all.push_back({"an old browser", old});
  old.referer = "http://localhost:8081/";
  all.push_back({"another port", old});
  return all;
}

TEST(Decide, NoOtherSiteRunsAPluginsHandler) {
  for (const auto& [how, given] : caused_by_other_sites()) {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"}) {
      RequestFacts facts = given;
      facts.method = method;
      facts.access = RouteAccess::Handler;
      EXPECT_EQ(refused(facts), "origin") << how << " " << method;
      facts.access = RouteAccess::Public;
      EXPECT_EQ(refused(facts), "") << how << " " << method;
    }
  }
}

TEST(Decide, APluginsPageOpensFromTheDashboardAndTheAddressBar) {
  RequestFacts facts = local();
  facts.access = RouteAccess::Handler;
  EXPECT_EQ(refused(facts), "") << "a tool";
  for (const char* site : {"same-origin", "none"}) {
    facts.sec_fetch_site = site;
    EXPECT_EQ(refused(facts), "") << site;
  }
  facts.sec_fetch_site = {};
  facts.referer = "http://localhost:8080/plugins";
  EXPECT_EQ(refused(facts), "") << "an old browser";
}

TEST(Decide, OfOurOwnRoutesOtherSitesMayOnlyLinkToThem) {
  RequestFacts facts = local();
  facts.sec_fetch_site = "cross-site";
  facts.sec_fetch_mode = "navigate";
  facts.sec_fetch_dest = "document";
  EXPECT_EQ(refused(facts), "") << "a person followed a link";
  facts.sec_fetch_dest = "iframe";
  EXPECT_EQ(refused(facts), "origin");
  facts.sec_fetch_mode = "no-cors";
  facts.sec_fetch_dest = "image";
  EXPECT_EQ(refused(facts), "origin");
  facts.sec_fetch_mode = "navigate";
  facts.sec_fetch_dest = "document";
  facts.method = "POST";
  EXPECT_EQ(refused(facts), "origin") << "a form";
}

TEST(Decide, ARefererCountsWhenABrowserSaysNothingElse) {
  RequestFacts facts = local();
  facts.method = "POST";
  facts.referer = "http://localhost:8080/plugins?x=1";
  EXPECT_EQ(refused(facts), "");
  for (const char* referer :
       {"https://evil.example/", "http://localhost:8080.evil.example/", "http://localhost:9999/"}) {
    facts.referer = referer;
    EXPECT_EQ(refused(facts), "origin") << referer;
  }
  facts.sec_fetch_site = "same-origin";
  EXPECT_EQ(refused(facts), "") << "it says more";
}

TEST(Decide, ToolsWithoutAnOriginMayPost) {
  RequestFacts facts = local();
  facts.method = "POST";
  EXPECT_EQ(refused(facts), "");
}

TEST(IsForwardingField, KnowsWhatProxiesAdd) {
  for (const char* name :
       {"X-Forwarded-For", "x-forwarded-host", "FORWARDED", "Via", "X-Real-IP"}) {
    EXPECT_TRUE(is_forwarding_field(name)) << name;
  }
  EXPECT_FALSE(is_forwarding_field("Host"));
  EXPECT_FALSE(is_forwarding_field("X-Forward"));
}

}  // namespace
}  // namespace discern::web
