// The fake host that plugins are tested against offers what the real one does.

#include <gtest/gtest.h>
#include <discern/plugin/core.hpp>
#include <discern/plugin/testing/fake_host.hpp>

#include <cstddef>

#include "plugin/boundary.hpp"
#include "plugin/command_spec.hpp"
#include "plugin/registrations.hpp"
#include "plugin/rest_request.hpp"

namespace discern::plugin {
namespace {

discern_callback nothing() {
  return {[](void*, const void*, discern_failure*) -> std::int32_t { return 0; }, nullptr, nullptr};
}

TEST(FakeHost, HasEveryFunctionOfTheTable) {
  const testing::FakeHost host;
  constexpr std::size_t kFirst = offsetof(discern_host, log);
  constexpr std::size_t kFunctions = (sizeof(discern_host) - kFirst) / sizeof(void (*)());
  const auto* table = reinterpret_cast<const unsigned char*>(host.table());
  for (std::size_t i = 0; i < kFunctions; ++i) {
    void (*function)() = nullptr;
    std::memcpy(&function, table + kFirst + i * sizeof function, sizeof function);
    EXPECT_NE(function, nullptr) << "function " << i << " after log";
  }
}

TEST(FakeHost, TakesWhatAPluginSendsToTheGateway) {
  testing::FakeHost host;
  Discord discord(host.table(), "test");
  bool sent = false;
  discord.request_members(7, "ad", 5, [&](const Reply& reply) { sent = reply.ok; });
  host.run_until_idle();
  EXPECT_TRUE(sent);
  ASSERT_EQ(host.gateway_calls.size(), 1u);
  EXPECT_EQ(host.gateway_calls[0].op, 8u);
  EXPECT_EQ(host.gateway_calls[0].guild, 7u);
  EXPECT_EQ(host.gateway_calls[0].json()["query"].string(), "ad");
}

TEST(FakeHost, ListsAThousandRowsWhenNoLimitIsGiven) {
  testing::FakeHost host;
  host.storage = {{"a", "1"}, {"b", "2"}};
  EXPECT_EQ(Storage(host.table()).list("", {}, 0).size(), 2u);
}

struct CommandCase {
  std::uint32_t type;
  const char* path;
  const char* description;
  bool fits;
};

TEST(FakeHost, RefusesTheCommandsThatTheHostRefuses) {
  const std::string long_word(33, 'a');
  const std::string long_text(101, 'x');
  const CommandCase cases[] = {
      {DISCERN_COMMAND_SLASH, "ping", "Pong", true},
      {DISCERN_COMMAND_SLASH, "note add now", "Adds", true},
      {DISCERN_COMMAND_SLASH, "\u00e4ndern", "\u00c4ndert", true},
      {DISCERN_COMMAND_SLASH, "Ping", "Pong", false},
      {DISCERN_COMMAND_SLASH, "", "Pong", false},
      {DISCERN_COMMAND_SLASH, "note  add", "Adds", false},
      {DISCERN_COMMAND_SLASH, "one two three four", "Counts", false},
      {DISCERN_COMMAND_SLASH, long_word.c_str(), "Long", false},
      {DISCERN_COMMAND_SLASH, "ping", "", false},
      {DISCERN_COMMAND_SLASH, "ping", long_text.c_str(), false},
      {DISCERN_COMMAND_USER, "Who is this", "", true},
      {DISCERN_COMMAND_USER, "Who is this", "A description", false},
      {DISCERN_COMMAND_MESSAGE, " Quote", "", false},
      {DISCERN_COMMAND_MESSAGE, "Two\nlines", "", false},
  };
  for (const CommandCase& one : cases) {
    const CommandSpec spec{
        one.path, one.description, "", "", static_cast<discord::CommandType>(one.type)};
    EXPECT_EQ(check_command(spec, {}).ok(), one.fits) << one.path;
    testing::FakeHost host;
    auto given = sized_struct<discern_command>();
    given.path = lend(std::string_view(one.path));
    given.description = lend(std::string_view(one.description));
    given.type = one.type;
    given.run = nothing();
    EXPECT_EQ(host.table()->register_command(host.table()->context, &given, nullptr) != 0, one.fits)
        << one.path;
  }
}

TEST(FakeHost, RefusesCommandsThatStandInEachOthersWay) {
  for (const auto& [first, second] : {std::pair("note", "note"),
                                      std::pair("note", "note add"),
                                      std::pair("note add", "note"),
                                      std::pair("note", "notes"),
                                      std::pair("note add", "note list")}) {
    testing::FakeHost host;
    const auto add = [&](const char* path) {
      auto given = sized_struct<discern_command>();
      given.path = lend(std::string_view(path));
      given.description = lend(std::string_view("Text"));
      given.run = nothing();
      return host.table()->register_command(host.table()->context, &given, nullptr) != 0;
    };
    ASSERT_TRUE(add(first));
    const CommandSpec others[] = {{first, "Text", "", ""}};
    EXPECT_EQ(add(second), check_command({second, "Text", "", ""}, others).ok()) << second;
  }
}

TEST(FakeHost, RefusesTheSubscriptionsThatTheHostRefuses) {
  using Prefixed = Registrations::Prefixed;
  struct Case {
    std::uint32_t kind;
    Prefixed what;
    const char* key;
  };
  const Case cases[] = {{DISCERN_ON_COMPONENT, Prefixed::Component, "answer:"},
                        {DISCERN_ON_COMPONENT, Prefixed::Component, "answer:"},
                        {DISCERN_ON_MODAL, Prefixed::Modal, "answer:"},
                        {DISCERN_ON_MODAL, Prefixed::Modal, "a\tb"},
                        {DISCERN_ON_ROUTE, Prefixed::Route, "/"},
                        {DISCERN_ON_ROUTE, Prefixed::Route, "page"},
                        {DISCERN_ON_ROUTE, Prefixed::Route, "/"},
                        {DISCERN_ON_ROUTE, Prefixed::Route, "/page"}};
  Registrations registrations;
  testing::FakeHost host;
  std::uint64_t number = 0;
  std::size_t refused = 0;
  for (const Case& one : cases) {
    auto given = sized_struct<discern_subscription>();
    given.kind = one.kind;
    given.key = lend(std::string_view(one.key));
    given.run = nothing();
    const bool fits = registrations.add_prefixed(one.what, one.key, ++number).ok();
    EXPECT_EQ(host.table()->subscribe(host.table()->context, &given, nullptr) != 0, fits)
        << one.key;
    refused += fits ? 0 : 1;
  }
  EXPECT_EQ(refused, 4u);
}

TEST(FakeHost, RefusesTheRequestsThatTheHostRefuses) {
  struct Case {
    const char* method;
    const char* route;
    std::vector<const char*> parameters;
    bool fits;
  };
  const Case cases[] = {{"GET", "/channels/{}", {"7"}, true},
                        {"GET", "/users/@me", {}, true},
                        {"TRACE", "/channels/{}", {"7"}, false},
                        {"GET", "channels", {}, false},
                        {"GET", "/channels/{}", {}, false},
                        {"GET", "/channels/{token}", {"7"}, false},
                        {"GET", "/../secret", {}, false},
                        {"GET", "/a?b=c", {}, false},
                        {"GET", "/channels/{}", {""}, false},
                        {"GET", "/channels/123456789012345678", {}, false}};
  for (const Case& one : cases) {
    std::vector<discern_text> parameters;
    for (const char* text : one.parameters) parameters.push_back(lend(std::string_view(text)));
    auto given = sized_struct<discern_rest_request>();
    given.method = lend(std::string_view(one.method));
    given.route = lend(std::string_view(one.route));
    given.parameters = parameters.data();
    given.parameter_count = static_cast<std::uint32_t>(parameters.size());
    EXPECT_EQ(read_rest_request(given, "p").ok(), one.fits) << one.route;
    testing::FakeHost host;
    EXPECT_EQ(host.table()->request(host.table()->context, &given, nullptr) == DISCERN_OK, one.fits)
        << one.route;
  }
}

}  // namespace
}  // namespace discern::plugin
