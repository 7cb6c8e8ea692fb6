// The fake host that plugins are tested against offers what the real one does.

#include <gtest/gtest.h>
#include <discern/plugin/core.hpp>
#include <discern/plugin/testing/fake_host.hpp>

#include <cstddef>

namespace discern::plugin {
namespace {

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

}  // namespace
}  // namespace discern::plugin
