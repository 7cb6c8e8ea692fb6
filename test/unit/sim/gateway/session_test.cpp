#include "sim/gateway/session.hpp"

#include <gtest/gtest.h>

namespace discern::sim {
namespace {

Event event_in(std::string_view type, std::optional<Snowflake> guild) {
  return {type, guild, make_text("{}"), nullptr, false};
}

Snowflake guild_on(std::uint64_t n) {
  return Snowflake{n << 22};
}

TEST(Session, NumbersItsEventsFromOne) {
  Session session("s", {0, 1}, intent::kGuilds);
  EXPECT_EQ(session.append("READY", make_text("{}")), 1U);
  EXPECT_EQ(session.append("GUILD_CREATE", make_text("{}")), 2U);
  EXPECT_EQ(session.last_sequence(), 2U);
  EXPECT_EQ(session.find(2)->type, "GUILD_CREATE");
  EXPECT_EQ(session.find(3), nullptr);
  EXPECT_EQ(session.counts().at("READY"), 1U);
}

TEST(Session, CanResumeAfterWhatItStillHas) {
  Session session("s", {0, 1}, 0, {3, 1 << 20});
  for (int i = 0; i < 10; ++i) session.append("X", make_text("{}"));
  EXPECT_TRUE(session.can_resume_after(10));
  EXPECT_TRUE(session.can_resume_after(7));
  EXPECT_FALSE(session.can_resume_after(6));
  EXPECT_FALSE(session.can_resume_after(11));
  EXPECT_EQ(session.find(8)->sequence, 8U);
}

TEST(Session, CanResumeAtZeroBeforeAnythingWasSent) {
  Session session("s", {0, 1}, 0);
  EXPECT_TRUE(session.can_resume_after(0));
}

TEST(Session, ForgetsByBytesToo) {
  Session session("s", {0, 1}, 0, {1000, 100});
  for (int i = 0; i < 10; ++i) session.append("X", make_text(std::string(40, 'x')));
  EXPECT_FALSE(session.can_resume_after(7));
  EXPECT_TRUE(session.can_resume_after(8));
}

TEST(Session, HearsOfItsShardOnly) {
  const Session second("s", {1, 4}, intent::kGuildMessages);
  EXPECT_TRUE(second.hears(event_in("MESSAGE_CREATE", guild_on(5))));
  EXPECT_FALSE(second.hears(event_in("MESSAGE_CREATE", guild_on(6))));
}

TEST(Session, HearsDirectMessagesOnShardZeroOnly) {
  const Session first("a", {0, 2}, intent::kDirectMessages);
  const Session second("b", {1, 2}, intent::kDirectMessages);
  EXPECT_TRUE(first.hears(event_in("MESSAGE_CREATE", std::nullopt)));
  EXPECT_FALSE(second.hears(event_in("MESSAGE_CREATE", std::nullopt)));
}

TEST(Session, HearsWhatItsIntentsLetThrough) {
  const Session session("s", {0, 1}, intent::kGuilds);
  EXPECT_TRUE(session.hears(event_in("GUILD_DELETE", guild_on(1))));
  EXPECT_TRUE(session.hears(event_in("INTERACTION_CREATE", guild_on(1))));
  EXPECT_FALSE(session.hears(event_in("MESSAGE_CREATE", guild_on(1))));
  Event own = event_in("GUILD_MEMBER_UPDATE", guild_on(1));
  EXPECT_FALSE(session.hears(own));
  own.to_everyone = true;
  EXPECT_TRUE(session.hears(own));
}

TEST(Session, HoldsBackEventsOfGuildsStillToCome) {
  Session session("s", {0, 1}, intent::kGuilds | intent::kGuildMessages);
  session.await_guilds({guild_on(1), guild_on(2)});
  EXPECT_FALSE(session.hears(event_in("MESSAGE_CREATE", guild_on(1))));
  EXPECT_EQ(session.take_awaited_guild(), guild_on(1));
  EXPECT_TRUE(session.hears(event_in("MESSAGE_CREATE", guild_on(1))));
  EXPECT_FALSE(session.hears(event_in("MESSAGE_CREATE", guild_on(2))));
}

TEST(Session, SeesContentOnlyWithTheIntent) {
  Event event = event_in("MESSAGE_CREATE", guild_on(1));
  event.d_without_content = make_text("stripped");
  const Session blind("a", {0, 1}, intent::kGuildMessages);
  const Session seeing("b", {0, 1}, intent::kGuildMessages | intent::kMessageContent);
  EXPECT_EQ(*blind.text_for(event), "stripped");
  EXPECT_EQ(*seeing.text_for(event), "{}");
}

}  // namespace
}  // namespace discern::sim
