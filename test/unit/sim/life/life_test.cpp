#include "sim/life/life.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sim/life/option_values.hpp"
#include "sim/life/start_interaction.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

class ListeningSocket final : public GatewaySocket {
 public:
  void send(std::string_view, bool) override {}
  std::size_t unsent() const override { return 0; }
  void close(std::uint16_t, std::string_view) override {}
  void abort() override {}
};

class LifeTest : public ::testing::Test {
 protected:
  void connect(Intents intents) {
    state.gateway.open(socket, {}, kNow)
        .on_message(R"({"op":2,"d":{"token":"sim.x","properties":{"os":"a","browser":"b",)"
                    R"("device":"c"},"intents":)" +
                        std::to_string(intents) + "}}",
                    kNow);
  }
  void live(Life& life, std::chrono::seconds time) {
    for (Instant at = kNow; at <= kNow + time; at += Millis{20}) life.on_tick(at);
  }
  const std::map<std::string_view, std::uint64_t>& counts() {
    return state.gateway.counts().dispatches_by_type;
  }
  State state{{1, 50}, {}, kNow};
  ListeningSocket socket;
};

TEST_F(LifeTest, HasTheAskedRateOverADay) {
  Life life(state, {50, std::chrono::seconds{60}}, kNow);
  live(life, std::chrono::seconds{120});
  EXPECT_NEAR(static_cast<double>(life.happened()), 6000, 600);
}

TEST_F(LifeTest, SpendsNothingOnWhatNobodyHears) {
  connect(intent::kGuilds | intent::kGuildMessages);
  Life life(state, {200, std::chrono::seconds{30}}, kNow);
  live(life, std::chrono::seconds{30});
  EXPECT_GT(counts().at("MESSAGE_CREATE"), 2000U);
  EXPECT_FALSE(counts().contains("PRESENCE_UPDATE"));
  EXPECT_FALSE(counts().contains("TYPING_START"));
  EXPECT_TRUE(counts().contains("GUILD_DELETE"));
}

TEST_F(LifeTest, UsesTheCommandsThatAreRegistered) {
  connect(intent::kGuilds);
  state.commands.overwrite(
      {},
      json::parse(R"([{"name":"ping","description":"x"},{"name":"play","description":"x",
        "options":[{"type":3,"name":"song","description":"x","required":true}]}])")
          .as_array(),
      kNow);
  Life life(state, {100, std::chrono::seconds{30}}, kNow);
  live(life, std::chrono::seconds{20});
  const auto& used = state.interactions.counts().by_command;
  EXPECT_GT(used.at("ping") + used.at("play"), 50U);
  EXPECT_EQ(counts().at("INTERACTION_CREATE"), state.interactions.counts().created);
}

TEST_F(LifeTest, RestsWhilePaused) {
  Life life(state, {100, std::chrono::seconds{60}}, kNow);
  life.pause();
  live(life, std::chrono::seconds{5});
  EXPECT_EQ(life.happened(), 0U);
}

TEST(Rhythm, RisesAndFallsAroundOne) {
  const Rhythm rhythm(kNow, std::chrono::seconds{100});
  double sum = 0;
  double least = 9;
  double most = 0;
  for (int i = 0; i < 100; ++i) {
    const double level = rhythm.at(kNow + std::chrono::seconds{i});
    sum += level;
    least = std::min(least, level);
    most = std::max(most, level);
  }
  EXPECT_NEAR(sum / 100, 1.0, 0.01);
  EXPECT_LT(least, 0.5);
  EXPECT_GT(most, 1.5);
  EXPECT_LE(most, Rhythm::kPeak);
}

TEST(FillCommand, GoesDownToTheAskedSubcommandAndKeepsGivenValues) {
  const World world({1, 3}, kNow);
  Rng rng(1);
  const json::object command = json::parse(R"({"id":"1","name":"music","type":1,"options":[
      {"type":1,"name":"play","description":"x","options":[
        {"type":3,"name":"song","description":"x","required":true},
        {"type":4,"name":"volume","description":"x","required":true,"min_value":5,"max_value":7},
        {"type":6,"name":"for","description":"x","required":true}]},
      {"type":1,"name":"stop","description":"x"}]})")
                                   .as_object();
  const FilledCommand filled = fill_command(
      world, {command, &world.guilds()[0], "play", {{"song", "september"}}, false}, rng);
  EXPECT_EQ(filled.path, "music play");
  const json::object& play = filled.data.at("options").at(0).as_object();
  EXPECT_EQ(play.at("name").as_string(), "play");
  EXPECT_EQ(play.at("options").at(0).at("value").as_string(), "september");
  const std::int64_t volume = play.at("options").at(1).at("value").as_int64();
  EXPECT_GE(volume, 5);
  EXPECT_LE(volume, 7);
  const json::string& user = play.at("options").at(2).at("value").as_string();
  EXPECT_TRUE(filled.data.at("resolved").at("users").as_object().contains(user));
  EXPECT_TRUE(filled.data.at("resolved").at("members").as_object().contains(user));
}

TEST(FillCommand, FocusesTheOptionThatCompletesItself) {
  const World world({1, 3}, kNow);
  Rng rng(1);
  const json::object command = json::parse(R"({"id":"1","name":"find","type":1,"options":[
        {"type":3,"name":"query","description":"x","autocomplete":true}]})")
                                   .as_object();
  ASSERT_TRUE(has_autocomplete(command));
  const FilledCommand filled =
      fill_command(world, {command, &world.guilds()[0], "", {}, true}, rng);
  EXPECT_EQ(filled.focused_option, "query");
  EXPECT_TRUE(filled.data.at("options").at(0).at("focused").as_bool());
}

TEST_F(LifeTest, StartsNoInteractionThatNobodyHears) {
  state.commands.overwrite({}, json::parse(R"([{"name":"a","description":"x"}])").as_array(), kNow);
  EXPECT_EQ(use_command(state, {.path = "a"}, kNow).error().kind, Errc::Unavailable);
  EXPECT_EQ(state.interactions.counts().created, 0U);
  EXPECT_EQ(use_command(state, {.path = "b"}, kNow).error().kind, Errc::NotFound);
}

}  // namespace
}  // namespace discern::sim
