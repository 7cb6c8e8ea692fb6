#include "metrics/period.hpp"

#include <gtest/gtest.h>

namespace discern::metrics {
namespace {

using namespace std::chrono;

SystemTime at(int y, unsigned m, unsigned d, std::chrono::seconds after_midnight = {}) {
  return sys_days(year(y) / month(m) / day(d)) + after_midnight;
}
constexpr std::chrono::seconds kLastSecond = hours(24) - std::chrono::seconds(1);

TEST(Period, ADayEndsAtMidnightUtc) {
  EXPECT_EQ(period_name(Period::Day, at(2026, 11, 25)), "2026-11-25");
  EXPECT_EQ(period_name(Period::Day, at(2026, 11, 25, kLastSecond)), "2026-11-25");
  EXPECT_EQ(period_name(Period::Day, at(2026, 11, 26)), "2026-11-26");
}

TEST(Period, AWeekBeginsOnMonday) {
  EXPECT_EQ(period_name(Period::Week, at(2026, 11, 22, kLastSecond)), "2026-W47");
  EXPECT_EQ(period_name(Period::Week, at(2026, 11, 23)), "2026-W48");
  EXPECT_EQ(period_name(Period::Week, at(2026, 11, 29, kLastSecond)), "2026-W48");
}

TEST(Period, AWeekBelongsToTheYearOfItsThursday) {
  EXPECT_EQ(period_name(Period::Week, at(2027, 1, 3)), "2026-W53");
  EXPECT_EQ(period_name(Period::Week, at(2027, 1, 4)), "2027-W01");
  EXPECT_EQ(period_name(Period::Week, at(2024, 12, 30)), "2025-W01");
  EXPECT_EQ(period_name(Period::Week, at(2022, 1, 2)), "2021-W52");
  EXPECT_EQ(period_name(Period::Week, at(2028, 12, 31)), "2028-W52");
}

TEST(Period, AMonthIsThatOfTheCalendar) {
  EXPECT_EQ(period_name(Period::Month, at(2028, 2, 29, kLastSecond)), "2028-02");
  EXPECT_EQ(period_name(Period::Month, at(2028, 3, 1)), "2028-03");
  EXPECT_EQ(period_name(Period::Month, at(2026, 12, 31, kLastSecond)), "2026-12");
}

TEST(Period, NoTwoDaysOfCenturiesShareAName) {
  std::string before;
  for (sys_days d = sys_days(year(1999) / 1 / 1); d < sys_days(year(2101) / 1 / 1); d += days(1)) {
    const std::string name = period_name(Period::Day, d);
    EXPECT_LT(before, name);
    before = name;
    // Weeks have seven days, wherever years end.
    const bool new_week = period_name(Period::Week, d) != period_name(Period::Week, d - days(1));
    EXPECT_EQ(new_week, weekday(d) == Monday) << name;
  }
}

}  // namespace
}  // namespace discern::metrics
