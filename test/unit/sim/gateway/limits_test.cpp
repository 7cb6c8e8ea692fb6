#include <gtest/gtest.h>

#include "sim/gateway/identify_gate.hpp"
#include "sim/gateway/send_window.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

TEST(SendWindow, Admits120PayloadsInAnyMinute) {
  SendWindow window;
  for (int i = 0; i < 120; ++i) EXPECT_TRUE(window.admit(kNow + Millis{i})) << i;
  EXPECT_FALSE(window.admit(kNow + Millis{59'000}));
  EXPECT_TRUE(window.admit(kNow + std::chrono::minutes{3}));
}

TEST(IdentifyGate, AdmitsOnePerBucketAndInterval) {
  IdentifyGate gate({.total = 1000, .max_concurrency = 2});
  EXPECT_EQ(gate.admit(0, kNow), IdentifyGate::Verdict::Admitted);
  EXPECT_EQ(gate.admit(1, kNow), IdentifyGate::Verdict::Admitted);
  EXPECT_EQ(gate.admit(2, kNow + Millis{4999}), IdentifyGate::Verdict::TooSoon);
  EXPECT_EQ(gate.admit(2, kNow + Millis{5000}), IdentifyGate::Verdict::Admitted);
  EXPECT_EQ(gate.remaining(kNow), 997U);
}

TEST(IdentifyGate, HasADailyBudget) {
  IdentifyGate gate({.total = 2, .max_concurrency = 10});
  EXPECT_EQ(gate.admit(0, kNow), IdentifyGate::Verdict::Admitted);
  EXPECT_EQ(gate.admit(1, kNow), IdentifyGate::Verdict::Admitted);
  EXPECT_EQ(gate.admit(2, kNow), IdentifyGate::Verdict::Exhausted);
  EXPECT_EQ(gate.reset_after(kNow + std::chrono::hours{1}), std::chrono::hours{23});
  EXPECT_EQ(gate.admit(2, kNow + std::chrono::hours{24}), IdentifyGate::Verdict::Admitted);
}

}  // namespace
}  // namespace discern::sim
