#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <future>

#include "integration/discord/simulator.hpp"

namespace discern::discord {
namespace {

using testing::HasSubstr;

// RESUMED is counted by both sides, but READY and RESUMED belong to connections and not to what
// happened; everything else must agree to the last event.
void expect_every_dispatch_counted_once(Simulator& simulator, Bot& bot) {
  std::map<std::string, std::uint64_t> sent;
  const bool agree = eventually([&] {
    sent = simulator.sent();
    return bot.counted() == sent;
  });
  EXPECT_TRUE(agree) << testing::PrintToString(bot.counted()) << "\nbut sent were\n"
                     << testing::PrintToString(sent);
}

class Transports : public testing::TestWithParam<const char*> {};

TEST_P(Transports, BringTheWholeBotUpAndCountEveryEvent) {
  Simulator simulator({{"--guilds", "40"}, {"--shards", "4"}, {"--max-concurrency", "2"}});
  ClientOptions options = Bot::options_for(simulator);
  options.compression = GetParam();
  Bot bot(options);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(eventually([&] { return bot.all_ready(); }));
  const auto state = simulator.state();
  EXPECT_TRUE(eventually([&] { return bot.client.status().guilds == 40; }));
  const auto members = state.at("members").to_number<std::uint64_t>();
  EXPECT_TRUE(eventually([&] { return bot.client.status().users == members; }));
  EXPECT_EQ(bot.count("discern_discord_guild_joins_total"), 0) << "the initial load is no join";
  for (int shard = 0; shard < 4; ++shard) {
    simulator.act("flood", R"({"count":2000,"shard":)" + std::to_string(shard) + "}");
  }
  expect_every_dispatch_counted_once(simulator, bot);
  EXPECT_GE(bot.sum("discern_gateway_events_total"), 8000);
  EXPECT_EQ(bot.sum("discern_gateway_parse_errors_total"), 0);
  bot.client.stop(std::chrono::seconds(3));
  EXPECT_EQ(simulator.complaints(), "");
}

INSTANTIATE_TEST_SUITE_P(, Transports, testing::Values("none", "zlib", "zstd"));

struct GatewayTest : testing::Test {
  void bring_up(ClientOptions options) {
    bot = std::make_unique<Bot>(std::move(options));
    ASSERT_TRUE(bot->client.start(bot->sink));
    ASSERT_TRUE(eventually([&] { return bot->all_ready(); }));
  }
  void bring_up() { bring_up(Bot::options_for(simulator)); }
  ShardStatus shard() { return bot->client.status().shards.at(0); }
  void TearDown() override {
    if (bot) bot->client.stop(std::chrono::seconds(3));
    EXPECT_EQ(simulator.complaints(), "");
  }
  // Long enough for a busy machine to answer in.
  Simulator simulator{{{"--heartbeat-ms", "1000"}}};
  std::unique_ptr<Bot> bot;
};

TEST_F(GatewayTest, BeatsAndMeasuresTheRoundTrip) {
  bring_up();
  EXPECT_TRUE(eventually([&] { return shard().heartbeat_rtt_seconds.has_value(); }));
  EXPECT_TRUE(
      eventually([&] { return bot->count("discern_gateway_heartbeat_rtt_seconds", "0") > 0; }));
  simulator.act("heartbeat");
  EXPECT_TRUE(eventually([&] { return simulator.state().at("heartbeats").to_number<int>() >= 4; }));
  EXPECT_EQ(shard().resumes, 0u);
}

TEST_F(GatewayTest, ResumesAfterEverythingThatAllowsIt) {
  bring_up();
  const auto survives = [&](const std::string& action, const std::string& parameters) {
    // An acknowledged heartbeat ends the back-off.
    const double beats = bot->count("discern_gateway_heartbeat_rtt_seconds", "0");
    EXPECT_TRUE(eventually(
        [&] { return bot->count("discern_gateway_heartbeat_rtt_seconds", "0") > beats; }));
    simulator.act("flood", R"({"count":200})");
    // A busy machine may miss a heartbeat and resume for that, too.
    const auto resumes = shard().resumes;
    simulator.act(action, parameters);
    simulator.act("message", R"({"count":20})");
    EXPECT_TRUE(eventually([&] { return shard().resumes > resumes && bot->all_ready(); }))
        << action;
  };
  survives("close", R"({"shard":0})");
  survives("close", R"({"shard":0,"code":4000})");
  survives("reconnect", R"({"shard":0})");
  survives("invalid_session", R"({"shard":0,"resumable":true})");
  survives("corrupt", R"({"shard":0})");
  expect_every_dispatch_counted_once(simulator, *bot);
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 1);
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 0);
  EXPECT_EQ(bot->client.status().guilds, 5u);
}

TEST_F(GatewayTest, NoticesASilentConnectionAndResumesItsSession) {
  bring_up();
  simulator.act("silence", R"({"on":true,"for_s":3.5})");
  EXPECT_TRUE(
      eventually([&] { return bot->count("discern_gateway_heartbeats_missed_total", "0") >= 1; }));
  EXPECT_TRUE(eventually([&] { return shard().resumes >= 1 && bot->all_ready(); }));
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 1);
  EXPECT_THAT(shard().last_close, HasSubstr("heartbeat"));
  simulator.act("clear_complaints");  // The simulator misses the beats of what we left for dead.
}

TEST_F(GatewayTest, IdentifiesAnewWhenTheSessionIsGone) {
  bring_up();
  const auto members = simulator.state().at("members").to_number<std::uint64_t>();
  EXPECT_TRUE(eventually([&] { return bot->client.status().users == members; }));
  simulator.act("invalid_session", R"({"shard":0,"resumable":false})");
  EXPECT_TRUE(eventually([&] { return shard().identifies == 2 && bot->all_ready(); }));
  EXPECT_TRUE(eventually([&] { return bot->client.status().users == members; }));
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 0);
  EXPECT_EQ(bot->count("discern_discord_guild_leaves_total"), 0);
  EXPECT_EQ(bot->count("discern_gateway_connects_total", "invalid_session"), 1);
}

TEST_F(GatewayTest, TellsOutagesJoinsAndLeavesApart) {
  bring_up();
  ASSERT_TRUE(eventually([&] { return bot->client.status().users > 0; }));
  simulator.act("add_guild", R"({"count":2})");
  EXPECT_TRUE(eventually([&] { return bot->client.status().guilds == 7; }));
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 2);
  const auto out = simulator.act("outage");
  EXPECT_TRUE(eventually([&] { return bot->count("discern_discord_guilds_unavailable") == 1; }));
  EXPECT_EQ(bot->client.status().guilds, 7u);
  const std::string guild(out.at("guild").as_string());
  simulator.act("outage", R"({"over":true,"guild":")" + guild + "\"}");
  EXPECT_TRUE(eventually([&] { return bot->count("discern_discord_guilds_unavailable") == 0; }));
  simulator.act("remove_guild", "{}");
  EXPECT_TRUE(eventually([&] { return bot->client.status().guilds == 6; }));
  EXPECT_EQ(bot->count("discern_discord_guild_leaves_total"), 1);
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 2);
}

TEST_F(GatewayTest, HandsOnWhatIsWantedAndEveryInteraction) {
  simulator.register_commands();
  ClientOptions options = Bot::options_for(simulator);
  options.intents |= intent::kMessageContent;
  bot = std::make_unique<Bot>(options);
  bot->sink.wanted = "MESSAGE_CREATE";
  ASSERT_TRUE(bot->client.start(bot->sink));
  ASSERT_TRUE(eventually([&] { return bot->all_ready(); }));
  simulator.act("message", R"({"content":"hello there"})");
  simulator.act("interaction", R"({"command":"music play","options":{"song":"x"}})");
  ASSERT_TRUE(eventually([&] { return bot->sink.events().size() == 2; }));
  const auto events = bot->sink.events();
  EXPECT_EQ(events[0].type, "MESSAGE_CREATE");
  EXPECT_TRUE(events[0].guild);
  EXPECT_THAT(events[0].text, HasSubstr("hello there"));
  EXPECT_FALSE(events[0].replayed);
  EXPECT_EQ(events[1].name, "music play");
  EXPECT_TRUE(events[1].interaction);
}

TEST_F(GatewayTest, ToleratesWhatDiscordMayInvent) {
  bring_up();
  simulator.act("dispatch", R"({"type":"QUANTUM_CREATE","d":{"id":1},"to_everyone":true})");
  simulator.act("send", R"({"shard":0,"payload":{"op":77,"d":null,"new":[]}})");
  EXPECT_TRUE(eventually([&] { return bot->counted()["QUANTUM_CREATE"] == 1; }));
  EXPECT_TRUE(eventually(
      [&] { return bot->count("discern_gateway_parse_errors_total", "unknown_op") == 1; }));
  EXPECT_TRUE(bot->all_ready());
  EXPECT_EQ(shard().resumes, 0u);
}

TEST_F(GatewayTest, ChangesItsPresence) {
  bring_up();
  bot->client.set_presence({"idle", Presence::Activity::Watching, "the tests"});
  const auto sent = [&] { return bot->count("discern_gateway_sends_total", "presence_update"); };
  EXPECT_TRUE(eventually([&] { return sent() == 1; }));
  // One that changes while there is no connection is told with the next resume.
  simulator.act("close", R"({"shard":0,"code":4000})");
  ASSERT_TRUE(eventually([&] { return !bot->all_ready(); }));
  bot->client.set_presence({"dnd", Presence::Activity::Watching, "other tests"});
  EXPECT_TRUE(eventually([&] { return bot->all_ready() && sent() == 2; }));
}

TEST_F(GatewayTest, SaysWhenInteractionsComeTooLateToBeAnswered) {
  bring_up();
  for (int i = 0; i < 3; ++i) {
    simulator.act("dispatch",
                  R"({"type":"INTERACTION_CREATE","d":{"id":"1000000000000000","type":2,)"
                  R"("application_id":"1","token":"t","data":{"name":"old"}}})");
  }
  EXPECT_TRUE(eventually([&] { return bot->client.status().warnings.size() == 1; }));
  // The wall clock is not to blame: by Discord's own clock they are old.
  EXPECT_THAT(bot->client.status().warnings.at(0),
              HasSubstr("older than 3 s they cannot be answered"));
}

TEST_F(GatewayTest, SaysWhatToChangeWhenAnIntentIsRefused) {
  simulator.act("configure", R"({"denied_intents":2})");
  bot = std::make_unique<Bot>(simulator);
  bot->client.set_intents(intent::kGuilds | intent::kGuildMembers,
                          {{intent::kGuildMembers, "plugin welcome"}});
  ASSERT_TRUE(bot->client.start(bot->sink));
  EXPECT_TRUE(
      eventually([&] { return bot->client.status().message.find("4014") != std::string::npos; }));
  EXPECT_THAT(bot->client.status().message, HasSubstr("plugin welcome wants GUILD_MEMBERS"));
  EXPECT_EQ(shard().state, "stopped");
  simulator.act("clear_complaints");
}

TEST_F(GatewayTest, GoesOnAfterEveryCloseCodeAsDiscordAllows) {
  bring_up();
  std::uint64_t resumes = 0;
  std::uint64_t identifies = 1;
  const auto close = [&](int code) {
    const double beats = bot->count("discern_gateway_heartbeat_rtt_seconds", "0");
    EXPECT_TRUE(eventually(
        [&] { return bot->count("discern_gateway_heartbeat_rtt_seconds", "0") > beats; }));
    simulator.act("close", R"({"shard":0,"code":)" + std::to_string(code) + "}");
  };
  // A busy machine may miss a heartbeat and resume for that, too; an IDENTIFY it never costs.
  const auto is_back = [&] {
    return shard().resumes >= resumes && shard().identifies == identifies && bot->all_ready();
  };
  for (const int code : {4001, 4002, 4005}) {
    resumes = shard().resumes + 1;
    close(code);
    EXPECT_TRUE(eventually(is_back)) << code;
  }
  for (const int code : {1000, 4003, 4007, 4009}) {
    close(code);
    ++identifies;
    EXPECT_TRUE(eventually(is_back)) << code;
    const std::string key = std::to_string(code) + metrics::kKeySeparator + "0";
    EXPECT_EQ(bot->count("discern_gateway_closes_total", key), 1);
  }
  EXPECT_GE(shard().closes, 7u);
  EXPECT_EQ(bot->client.status().guilds, 5u);
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 0);
}

struct Fatal {
  int code;
  const char* what_to_change;
};
class FatalCodes : public testing::TestWithParam<Fatal> {};

TEST_P(FatalCodes, StopTheBotAndSayWhatToChange) {
  Simulator simulator;
  Bot bot(simulator);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(eventually([&] { return bot.all_ready(); }));
  simulator.act("close", R"({"shard":0,"code":)" + std::to_string(GetParam().code) + "}");
  EXPECT_TRUE(eventually([&] {
    return bot.client.status().message.find(GetParam().what_to_change) != std::string::npos;
  })) << bot.client.status().message;
  EXPECT_THAT(bot.client.status().message, HasSubstr(std::to_string(GetParam().code)));
  EXPECT_EQ(bot.client.status().shards.at(0).state, "stopped");
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 1) << "it did not try again";
  bot.client.stop(std::chrono::seconds(3));
}

INSTANTIATE_TEST_SUITE_P(,
                         FatalCodes,
                         testing::Values(Fatal{4004, "DISCORD_TOKEN"},
                                         Fatal{4010, "discord.shards"},
                                         Fatal{4012, "update Discern"},
                                         Fatal{4013, "plugin.toml"},
                                         Fatal{4014, "Privileged Gateway Intents"}));

TEST_F(GatewayTest, KeepsToAConfiguredNumberOfShardsThatDiscordRefuses) {
  for (const char* code : {"4010", "4011"}) {
    ClientOptions options = Bot::options_for(simulator);
    options.shard_count = 1;
    bring_up(options);
    simulator.act("close", std::string(R"({"shard":0,"code":)") + code + "}");
    ASSERT_TRUE(eventually([&] { return !bot->client.status().message.empty(); }));
    EXPECT_THAT(bot->client.status().message, HasSubstr(code));
    EXPECT_THAT(bot->client.status().message, HasSubstr("discord.shard"));
    EXPECT_EQ(shard().state, "stopped");
    bot->client.stop(std::chrono::seconds(3));
  }
}

TEST_F(GatewayTest, ARefusedShardDoesNotStopOthersThatOnlyResume) {
  Simulator two({{"--shards", "2"}, {"--max-concurrency", "2"}, {"--heartbeat-ms", "1000"}});
  Bot other(two);
  ASSERT_TRUE(other.client.start(other.sink));
  ASSERT_TRUE(eventually([&] { return other.all_ready(); }));
  const auto state_of = [&](std::size_t id) { return other.client.status().shards.at(id).state; };
  // For a second at least there is a session and no connection.
  two.act("invalid_session", R"({"shard":1,"resumable":true})");
  ASSERT_TRUE(eventually([&] { return state_of(1) != "ready"; }));
  two.act("close", R"({"shard":0,"code":4014})");
  ASSERT_TRUE(eventually([&] { return state_of(0) == "stopped"; }));
  EXPECT_TRUE(eventually([&] { return state_of(1) == "ready"; }));
  EXPECT_EQ(two.state().at("identifies").to_number<int>(), 2);
  other.client.stop(std::chrono::seconds(3));
}

TEST_F(GatewayTest, ComesUpWithMoreShardsWhenItHasGrownOutOfThem) {
  bring_up();
  // What Discord recommends says nothing to those that run; what it refuses does.
  simulator.act("configure", R"({"guilds_per_shard":3,"shards":4,"max_concurrency":4})");
  simulator.act("invalid_session", R"({"shard":0,"resumable":false})");
  ASSERT_TRUE(eventually([&] { return bot->client.status().shard_count == 4; }));
  ASSERT_TRUE(eventually([&] { return bot->all_ready(); }));
  EXPECT_EQ(bot->client.status().message, "");
  EXPECT_EQ(bot->client.status().guilds, 5u);
  EXPECT_EQ(bot->count("discern_discord_guild_joins_total"), 0);
  EXPECT_EQ(bot->count("discern_discord_guild_leaves_total"), 0);
  EXPECT_EQ(simulator.state().at("sessions").as_array().size(), 4u) << "the old one is ended";
  simulator.act("message", R"({"count":20})");
  EXPECT_TRUE(eventually([&] {
    return bot->count("discern_discord_messages_total", "person") == 20;
  })) << "and each message comes once";
  metrics::slab::Latch latch;
  SavedSessions kept;
  ASSERT_TRUE(bot->client.cut(latch, kept, GuildList::All, kPatience));
  EXPECT_EQ(kept.shard_count, 4u);
  EXPECT_EQ(kept.shards.size(), 4u);
  simulator.act("clear_complaints");
}

TEST_F(GatewayTest, SaysWhatToSetWhenDiscordRefusesItsOwnNumberOfShards) {
  bring_up();
  simulator.act("configure", R"({"guilds_per_shard":3})");
  simulator.act("invalid_session", R"({"shard":0,"resumable":false})");
  EXPECT_TRUE(eventually(
      [&] { return bot->client.status().message.find("discord.shards") != std::string::npos; }));
  EXPECT_THAT(bot->client.status().message, HasSubstr("4011"));
  EXPECT_EQ(shard().state, "stopped");
  metrics::slab::Latch latch;
  SavedSessions kept;
  ASSERT_TRUE(bot->client.cut(latch, kept, GuildList::All, kPatience));
  EXPECT_EQ(kept.shard_count, 0u) << "what was refused is not to be kept";
  bot->client.stop(std::chrono::seconds(3));
  simulator.act("configure", R"({"shards":4})");
  bot = std::make_unique<Bot>(simulator);
  bot->client.restore(kept);
  ASSERT_TRUE(bot->client.start(bot->sink));
  EXPECT_TRUE(eventually([&] { return bot->all_ready(); }));
  EXPECT_EQ(bot->client.status().shard_count, 4u);
  simulator.act("clear_complaints");
}

TEST_F(GatewayTest, CountsWhatIsDeliveredTwiceOnce) {
  bring_up();
  simulator.act("message", R"({"content":"once"})");
  ASSERT_TRUE(eventually([&] { return bot->counted()["MESSAGE_CREATE"] == 1; }));
  const auto sequence = simulator.state().at("sessions").at(0).at("sequence").to_number<int>();
  simulator.act("send",
                R"({"shard":0,"payload":{"d":{"guild_id":"1","author":{}},"op":0,"s":)" +
                    std::to_string(sequence) + R"(,"t":"MESSAGE_CREATE"}})");
  simulator.act("message", R"({"content":"and another"})");
  EXPECT_TRUE(eventually([&] { return bot->counted()["MESSAGE_CREATE"] == 2; }));
  expect_every_dispatch_counted_once(simulator, *bot);
}

TEST_F(GatewayTest, SendsNoMoreThanDiscordTakesAndStillBeats) {
  bring_up();
  for (int i = 0; i < 150; ++i) {
    bot->client.set_presence({"idle", Presence::Activity::Watching, std::to_string(i)});
  }
  // 120 in 60 s, of which IDENTIFY and the heartbeats take some.
  EXPECT_TRUE(eventually(
      [&] { return bot->count("discern_gateway_sends_total", "presence_update") >= 90; }));
  const auto beats = simulator.state().at("heartbeats").to_number<int>();
  EXPECT_TRUE(
      eventually([&] { return simulator.state().at("heartbeats").to_number<int>() > beats + 2; }));
  EXPECT_LT(bot->count("discern_gateway_sends_total", "presence_update"), 113);
  EXPECT_EQ(shard().closes, 0u);
}

TEST_F(GatewayTest, AsksForTheMembersOfAGuild) {
  bring_up();
  const auto send = [&](GuildId guild, std::string d) {
    std::promise<Result<void>> got;
    bot->client.send_gateway(Op::RequestGuildMembers, guild, std::move(d), [&](Result<void> done) {
      got.set_value(std::move(done));
    });
    return got.get_future().get();
  };
  const auto guilds = simulator.get("/_sim/guilds");
  const std::string id(guilds.at(0).at("id").as_string());
  EXPECT_TRUE(
      send(GuildId{std::stoull(id)}, R"({"guild_id":")" + id + R"(","query":"","limit":0})"));
  EXPECT_TRUE(eventually([&] { return bot->counted()["GUILD_MEMBERS_CHUNK"] >= 1; }));
  const Result<void> long_one = send(GuildId{}, '"' + std::string(5000, 'x') + '"');
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().kind, Errc::Limit);
  EXPECT_THAT(long_one.error().text, HasSubstr("4096"));
  EXPECT_EQ(shard().closes, 0u) << "Discord would have closed the connection";
}

TEST_F(GatewayTest, LeavesOutAPresenceThatIsTooLongForDiscord) {
  ClientOptions options = Bot::options_for(simulator);
  options.presence.text = std::string(5000, 'x');
  bring_up(options);
  EXPECT_EQ(shard().identifies, 1u);
}

TEST_F(GatewayTest, SaysWhatToChangeWhenTheTokenIsRefused) {
  ClientOptions options = Bot::options_for(simulator);
  options.token = Secret("wrong");
  bot = std::make_unique<Bot>(options);
  ASSERT_TRUE(bot->client.start(bot->sink));
  EXPECT_TRUE(eventually([&] { return !bot->client.status().message.empty(); }));
  EXPECT_THAT(bot->client.status().message, HasSubstr("DISCORD_TOKEN"));
  simulator.act("clear_complaints");
}

TEST_F(GatewayTest, WaitsWithIdentifyingWhenTheBudgetIsUsedUp) {
  (void)simulator.state();  // Begins the day.
  simulator.act("configure", R"({"identifies_remaining":10})");
  bot = std::make_unique<Bot>(simulator);
  ASSERT_TRUE(bot->client.start(bot->sink));
  EXPECT_TRUE(eventually(
      [&] { return bot->client.status().message.find("IDENTIFY budget") != std::string::npos; }));
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 0);
  EXPECT_EQ(bot->client.status().identify_budget->remaining, 10u);
}

TEST_F(GatewayTest, AsksForTheBudgetThatOtherProcessesSpendFromBeforeItIdentifies) {
  ClientOptions options = Bot::options_for(simulator);
  options.identify_budget_age = std::chrono::milliseconds(0);
  bring_up(options);
  simulator.act("configure", R"({"identifies_remaining":10})");
  simulator.act("invalid_session", R"({"shard":0,"resumable":false})");
  EXPECT_TRUE(eventually(
      [&] { return bot->client.status().message.find("IDENTIFY budget") != std::string::npos; }));
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 1);
  EXPECT_EQ(bot->client.status().identify_budget->remaining, 10u);
}

TEST(Cluster, ShardsThatLiveGiveWayToALargerNumber) {
  Simulator simulator({{"--guilds", "40"}, {"--shards", "3"}, {"--max-concurrency", "8"}});
  Bot bot(simulator);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(eventually([&] { return bot.all_ready(); }));
  // Two are refused at about the same time, one lives on until the others take over.
  simulator.act("configure", R"({"guilds_per_shard":8,"shards":16})");
  simulator.act("invalid_session", R"({"shard":0,"resumable":false})");
  simulator.act("invalid_session", R"({"shard":1,"resumable":false})");
  ASSERT_TRUE(
      eventually([&] { return bot.client.status().shards.size() == 16 && bot.all_ready(); }));
  EXPECT_TRUE(eventually([&] { return bot.client.status().guilds == 40; }));
  EXPECT_EQ(bot.client.status().message, "");
  EXPECT_EQ(simulator.state().at("sessions").as_array().size(), 16u);
  bot.client.stop(std::chrono::seconds(4));
}

TEST(Cluster, RunsAHundredShards) {
  Simulator simulator({{"--guilds", "300"}, {"--shards", "100"}, {"--max-concurrency", "16"}});
  Bot bot(simulator);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(
      eventually([&] { return bot.client.status().shards.size() == 100 && bot.all_ready(); }));
  EXPECT_TRUE(eventually([&] { return bot.client.status().guilds == 300; }));
  bot.client.stop(std::chrono::seconds(4));
  EXPECT_EQ(simulator.complaints(), "");
}

TEST(Cluster, RunsARangeOfShards) {
  Simulator simulator({{"--guilds", "30"}, {"--shards", "4"}, {"--max-concurrency", "16"}});
  ClientOptions options = Bot::options_for(simulator);
  options.shard_count = 4;
  options.first_shard = 1;
  options.shards_here = 2;
  Bot bot(options);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(eventually([&] { return bot.all_ready(); }));
  const auto shards = bot.client.status().shards;
  ASSERT_EQ(shards.size(), 2u);
  EXPECT_EQ(shards[0].id, 1u);
  EXPECT_EQ(shards[1].id, 2u);
  bot.client.stop(std::chrono::seconds(3));
  EXPECT_EQ(simulator.complaints(), "");
}

}  // namespace
}  // namespace discern::discord
