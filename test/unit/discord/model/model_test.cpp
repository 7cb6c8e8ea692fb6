#include <gtest/gtest.h>

#include "discord/model/close_code.hpp"
#include "discord/model/event_type.hpp"
#include "discord/model/intents.hpp"

namespace discern::discord {
namespace {

TEST(EventType, FindsEveryKnownName) {
  for (std::size_t i = 0; i < known_event_count(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(find_event_type(event_name(i))), i) << event_name(i);
  }
  EXPECT_EQ(find_event_type("READY"), EventType::Ready);
  EXPECT_EQ(find_event_type("GUILD_MEMBER_REMOVE"), EventType::GuildMemberRemove);
  EXPECT_EQ(find_event_type("INTERACTION_CREATE"), EventType::InteractionCreate);
}

TEST(EventType, DoesNotKnowWhatDiscordMayInvent) {
  EXPECT_EQ(find_event_type("QUANTUM_CREATE"), EventType::Unknown);
  EXPECT_EQ(find_event_type(""), EventType::Unknown);
  EXPECT_EQ(find_event_type("ready"), EventType::Unknown);
}

TEST(CloseCode, SaysWhatToChangeWheneverItStops) {
  for (std::uint16_t code = 1000; code < 5000; ++code) {
    const CloseRule& rule = find_close_rule(code);
    EXPECT_EQ(rule.advice.empty(), rule.reconnect) << code;
    EXPECT_TRUE(rule.reconnect || !rule.resume) << code;
  }
  EXPECT_EQ(describe_close(4009), "4009 session timed out");
  EXPECT_EQ(describe_close(0), "dropped");
}

TEST(Intents, HaveNames) {
  EXPECT_EQ(find_intent("GUILD_MESSAGES"), Intents{512});
  EXPECT_EQ(find_intent("NONE"), std::nullopt);
  EXPECT_EQ(describe_intents(1 | 2 | (1ull << 30)), "GUILDS, GUILD_MEMBERS, bit 30");
}

}  // namespace
}  // namespace discern::discord
