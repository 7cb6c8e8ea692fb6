#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace discern {
namespace {

using namespace std::chrono_literals;

TEST(Since, FollowsAClockThatIsSetRightLater) {
  ManualClock clock;
  clock.set_ahead(-56 * 365 * 24h);
  Since since(clock);
  const SystemTime in_1970 = since.now();
  clock.advance(30s);
  EXPECT_EQ(since.now(), in_1970);
  clock.set_ahead(56 * 365 * 24h);
  clock.advance(30s);
  EXPECT_EQ(clock.system_now() - since.now(), 60s) << "it began a minute ago";
}

TEST(Since, DoesNotFollowSmallCorrections) {
  ManualClock clock;
  Since since(clock);
  const SystemTime began = since.now();
  clock.set_ahead(500ms);
  EXPECT_EQ(since.now(), began);
}

}  // namespace
}  // namespace discern
