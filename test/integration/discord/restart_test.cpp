#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "integration/discord/simulator.hpp"

namespace discern::discord {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

// What a history tick would have kept: the counts and the sessions of one cut.
struct Kept {
  Counts counts;
  SavedSessions sessions;
};

Counts add(Counts a, const Counts& b) {
  for (const auto& [type, count] : b) a[type] += count;
  return a;
}

Kept cut(Bot& bot) {
  Kept out;
  metrics::slab::Latch latch;
  EXPECT_TRUE(bot.client.cut(latch, out.sessions, GuildList::All, kPatience));
  const metrics::SnapshotPtr now =
      bot.registry.snapshot(bot.clock.system_now(), bot.clock.steady_now(), &latch);
  const metrics::FamilySeries* found = now->find_family("discern_gateway_events_total");
  if (found == nullptr) return out;
  for (const metrics::Series* series : found->series) {
    out.counts[std::string(series->key())] = now->steps(*series);
  }
  return out;
}

struct RestartTest : testing::Test {
  std::unique_ptr<Bot> start(const Kept* kept) {
    simulator.register_commands();
    auto bot = std::make_unique<Bot>(simulator);
    bot->sink.wanted = "*";
    if (kept != nullptr) bot->client.restore(kept->sessions);
    EXPECT_TRUE(bot->client.start(bot->sink));
    EXPECT_TRUE(eventually([&] { return bot->all_ready(); }));
    return bot;
  }
  int identifies() { return simulator.state().at("identifies").to_number<int>(); }
  void expect_exact(const Counts& before, Bot& bot) {
    Counts sent;
    const bool agree = eventually([&] {
      sent = simulator.sent();
      return add(before, bot.counted()) == sent;
    });
    EXPECT_TRUE(agree) << testing::PrintToString(add(before, bot.counted())) << "\nbut sent were\n"
                       << testing::PrintToString(sent);
  }
  Simulator simulator{{{"--guilds", "20"}, {"--shards", "3"}, {"--max-concurrency", "3"}}};
};

TEST_F(RestartTest, ACleanStopIsResumedWithEveryEventCountedOnce) {
  auto first = start(nullptr);
  for (int shard = 0; shard < 3; ++shard) {
    simulator.act("flood", R"({"count":500,"shard":)" + std::to_string(shard) + "}");
  }
  first->client.stop(std::chrono::seconds(3));
  const Kept kept = cut(*first);
  EXPECT_EQ(kept.sessions.shards.size(), 3u);
  EXPECT_EQ(kept.sessions.guilds.size(), 20u);
  simulator.act("message", R"({"count":100})");
  simulator.act("interaction", R"({"command":"ping"})");

  auto second = start(&kept);
  EXPECT_EQ(identifies(), 3) << "no IDENTIFY was spent on the restart";
  expect_exact(kept.counts, *second);
  EXPECT_EQ(second->client.status().guilds, 20u);
  EXPECT_EQ(second->count("discern_discord_guild_joins_total"), 0);
  for (const auto& event : second->sink.events()) {
    if (event.type != "MESSAGE_CREATE") continue;
    EXPECT_TRUE(event.replayed) << "it is older than the process";
  }
  simulator.act("message", R"({"content":"fresh"})");
  EXPECT_TRUE(eventually([&] {
    const auto events = second->sink.events();
    return events.back().type == "MESSAGE_CREATE" && !events.back().replayed;
  }));
  second->client.stop(std::chrono::seconds(3));
  EXPECT_EQ(simulator.complaints(), "");
}

TEST_F(RestartTest, AResumedSessionGetsThePresenceOfThisStart) {
  auto first = start(nullptr);
  first->client.stop(std::chrono::seconds(3));
  const Kept kept = cut(*first);
  auto second = start(&kept);
  EXPECT_TRUE(eventually([&] {
    return second->count("discern_gateway_sends_total", "presence_update") == 3;
  })) << "nobody knows what the process before showed";
  second->client.stop(std::chrono::seconds(3));
  EXPECT_EQ(simulator.complaints(), "");
}

TEST_F(RestartTest, AProcessCountsTheGuildsOfItsOwnShardsOnly) {
  auto first = start(nullptr);
  ASSERT_TRUE(eventually([&] { return first->client.status().guilds == 20; }));
  first->client.stop(std::chrono::seconds(3));
  const Kept kept = cut(*first);
  ClientOptions options = Bot::options_for(simulator);
  options.shard_count = 3;
  options.first_shard = 0;
  options.shards_here = 1;
  Bot second(options);
  second.client.restore(kept.sessions);
  ASSERT_TRUE(second.client.start(second.sink));
  ASSERT_TRUE(eventually([&] { return second.all_ready(); }));
  EXPECT_LT(second.client.status().guilds, 20u);
  EXPECT_EQ(second.client.status().guilds, second.client.status().shards.at(0).guilds);
  EXPECT_EQ(second.count("discern_discord_guild_leaves_total"), 0);
  second.client.stop(std::chrono::seconds(3));
}

TEST_F(RestartTest, AKilledProcessIsResumedFromItsLastCutWithEveryEventCountedOnce) {
  auto first = start(nullptr);
  simulator.act("flood", R"({"count":300,"shard":0})");
  simulator.act("message", R"({"count":50})");
  const Kept kept = cut(*first);
  // After the cut: counted by a process that will not be able to tell anybody.
  simulator.act("message", R"({"count":60})");
  simulator.act("interaction", R"({"command":"ping"})");
  ASSERT_TRUE(eventually([&] { return first->counted() == simulator.sent(); }));
  simulator.act("close", "{}");  // The kill: the connections break.
  first.reset();

  auto second = start(&kept);
  EXPECT_EQ(identifies(), 3);
  expect_exact(kept.counts, *second);
  second->client.stop(std::chrono::seconds(3));
}

TEST_F(RestartTest, GuildsAndUsersAreThereBeforeAnyConnection) {
  auto first = start(nullptr);
  ASSERT_TRUE(eventually([&] { return first->client.status().guilds == 20; }));
  const auto users = simulator.state().at("members").to_number<std::uint64_t>();
  ASSERT_TRUE(eventually([&] { return first->client.status().users == users; }));
  const Kept kept = cut(*first);
  first->client.stop(std::chrono::seconds(3));
  Bot second(simulator);
  second.client.restore(kept.sessions);
  EXPECT_EQ(second.client.status().guilds, 20u);
  EXPECT_EQ(second.client.status().users, users);
  EXPECT_EQ(second.count("discern_discord_guilds"), 20);
  // A cut before the first connection forgets nothing.
  EXPECT_EQ(cut(second).sessions.shards, kept.sessions.shards);
}

TEST_F(RestartTest, NothingIsResumedWithOtherIntentsOrAnotherToken) {
  auto first = start(nullptr);
  const Kept kept = cut(*first);
  first->client.stop(std::chrono::seconds(3));
  Bot second(simulator);
  second.client.set_intents(intent::kGuilds, {});
  second.client.restore(kept.sessions);
  ASSERT_TRUE(second.client.start(second.sink));
  ASSERT_TRUE(eventually([&] { return second.all_ready(); }));
  EXPECT_EQ(identifies(), 6);
  second.client.stop(std::chrono::seconds(3));
  ClientOptions options = Bot::options_for(simulator);
  options.token = Secret("sim.other");
  Bot third(options);
  third.client.restore(kept.sessions);
  // Not 0: unknown until Discord has said which guilds this bot has.
  EXPECT_EQ(third.client.status().guilds, std::nullopt);
}

TEST_F(RestartTest, ASessionThatDiscordForgotIsBegunAnewWithoutFalseJoins) {
  auto first = start(nullptr);
  ASSERT_TRUE(eventually([&] { return first->client.status().guilds == 20; }));
  first->client.stop(std::chrono::seconds(3));
  Kept kept = cut(*first);
  for (SavedShard& shard : kept.sessions.shards) shard.session_id = "forgotten";
  auto second = start(&kept);
  EXPECT_EQ(identifies(), 6);
  EXPECT_EQ(second->client.status().guilds, 20u);
  EXPECT_EQ(second->count("discern_discord_guild_joins_total"), 0);
  EXPECT_EQ(second->count("discern_discord_guild_leaves_total"), 0);
  second->client.stop(std::chrono::seconds(3));
}

TEST_F(RestartTest, ACrashLoopStopsBeforeTheBudgetOfTheDayIsGone) {
  (void)simulator.state();  // Begins the day.
  simulator.act("configure", R"({"identifies_remaining":12})");
  for (int start = 0; start < 3; ++start) {
    // Nothing kept, as after a crash before the first tick.
    Bot bot(simulator);
    ASSERT_TRUE(bot.client.start(bot.sink));
    EXPECT_TRUE(eventually(
        [&] { return bot.client.status().message.find("IDENTIFY budget") != std::string::npos; }));
    EXPECT_TRUE(eventually([&] { return identifies() == 2; }))
        << "the last hundredth of a thousand is never used";
    bot.client.stop(std::chrono::seconds(3));
  }
  EXPECT_EQ(simulator.complaints(), "");
}

TEST_F(RestartTest, CutsNeverTearCountsAndSequencesApart) {
  auto bot = start(nullptr);
  ASSERT_TRUE(eventually([&] { return bot->counted() == simulator.sent(); }));
  for (int shard = 0; shard < 3; ++shard) {
    simulator.act("flood", R"({"count":20000,"shard":)" + std::to_string(shard) + "}");
  }
  // Sequences begin with 1 in each session, so their sum is the number of dispatches.
  for (int i = 0; i < 50; ++i) {
    const Kept kept = cut(*bot);
    std::uint64_t sequences = 0;
    for (const SavedShard& shard : kept.sessions.shards) sequences += shard.sequence;
    std::uint64_t counted = 0;
    for (const auto& [type, count] : kept.counts) counted += count;
    ASSERT_EQ(counted, sequences);
  }
  bot->client.stop(std::chrono::seconds(3));
}

TEST_F(RestartTest, ACutGivesOnlyTheGuildsThatChanged) {
  auto bot = start(nullptr);
  ASSERT_TRUE(eventually([&] { return bot->client.status().guilds == 20; }));
  (void)cut(*bot);
  metrics::slab::Latch latch;
  SavedSessions sessions;
  simulator.act("add_guild", R"({"count":1})");
  ASSERT_TRUE(eventually([&] { return bot->client.status().guilds == 21; }));
  ASSERT_TRUE(bot->client.cut(latch, sessions, GuildList::Changes, kPatience));
  EXPECT_FALSE(sessions.all_guilds);
  EXPECT_EQ(sessions.changes.changed.size(), 1u);
  EXPECT_TRUE(sessions.guilds.empty());
  ASSERT_TRUE(bot->client.cut(latch, sessions, GuildList::Changes, kPatience));
  EXPECT_TRUE(sessions.changes.changed.empty());
  bot->client.stop(std::chrono::seconds(3));
}

TEST_F(RestartTest, ACutThatComesTooLateChangesNothing) {
  auto bot = start(nullptr);
  std::promise<void> release;
  bot->client.post([&] { release.get_future().wait(); });
  metrics::slab::Latch latch;
  SavedSessions sessions;
  sessions.shard_count = 77;
  EXPECT_FALSE(bot->client.cut(latch, sessions, GuildList::All, std::chrono::milliseconds(10)));
  EXPECT_EQ(sessions.shard_count, 77u);
  release.set_value();
  EXPECT_TRUE(bot->client.cut(latch, sessions, GuildList::All, kPatience));
  EXPECT_EQ(sessions.shard_count, 3u);
  bot->client.stop(std::chrono::seconds(3));
}

}  // namespace
}  // namespace discern::discord
