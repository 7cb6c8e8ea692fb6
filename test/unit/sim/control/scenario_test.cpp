#include "sim/control/scenario.hpp"

#include <gtest/gtest.h>

namespace discern::sim {
namespace {

constexpr Instant kStart{Millis{1'795'000'000'000}};

TEST(ParseScenario, ReadsTimesActionsAndParameters) {
  const auto steps = parse_scenario(R"(
    [[step]]
    at_s = 5
    do = "close"
    code = 4000
    [[step]]
    at_s = 1.5
    do = "rest"
    route = "/channels"
    status = 500
    every_s = 2
    times = 3
  )");
  ASSERT_TRUE(steps.ok());
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_EQ((*steps)[0].at, Millis{5000});
  EXPECT_EQ((*steps)[0].action, "close");
  EXPECT_EQ((*steps)[0].parameters.at("code").as_int64(), 4000);
  EXPECT_EQ((*steps)[1].at, Millis{1500});
  EXPECT_EQ((*steps)[1].every, Millis{2000});
  EXPECT_EQ((*steps)[1].times, 3U);
  EXPECT_FALSE((*steps)[1].parameters.contains("every_s"));
}

TEST(ParseScenario, NamesTheLineOfAFault) {
  for (const char* wrong :
       {"[[step]]\ndo = \"close\"", "[[step]]\nat_s = 1", "[[step]\n", "x = 1"}) {
    EXPECT_FALSE(parse_scenario(wrong).ok()) << wrong;
  }
  EXPECT_NE(parse_scenario("\n[[step]]\nat_s = 1").error().text.find("line 2"), std::string::npos);
}

TEST(Scenario, GivesStepsWhenTheyAreDue) {
  Scenario scenario({{Millis{1000}, "b", {}, Millis{0}, 1}, {Millis{500}, "a", {}, Millis{0}, 1}},
                    kStart);
  EXPECT_TRUE(scenario.take_due(kStart + Millis{499}).empty());
  const auto due = scenario.take_due(kStart + Millis{1000});
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].action, "a");
  EXPECT_TRUE(scenario.finished());
}

TEST(Scenario, RepeatsAsOftenAsAsked) {
  Scenario scenario({{Millis{0}, "a", {}, Millis{100}, 3}}, kStart);
  std::size_t given = 0;
  for (int ms = 0; ms <= 1000; ms += 50) given += scenario.take_due(kStart + Millis{ms}).size();
  EXPECT_EQ(given, 3U);
  EXPECT_TRUE(scenario.finished());
}

}  // namespace
}  // namespace discern::sim
