#include "metrics/period.hpp"

#include <fmt/core.h>

namespace discern::metrics {
namespace {

using namespace std::chrono;

std::string week_name(sys_days day) {
  const sys_days thursday = day + days(4 - static_cast<int>(weekday(day).iso_encoding()));
  const year_month_day date(thursday);
  const auto into_year = thursday - sys_days(date.year() / January / 1);
  return fmt::format("{:04}-W{:02}", static_cast<int>(date.year()), into_year / days(7) + 1);
}

}  // namespace

std::string_view to_string(Period period) {
  switch (period) {
    case Period::Day:
      return "day";
    case Period::Week:
      return "week";
    case Period::Month:
      return "month";
  }
  return "day";
}

std::string period_name(Period period, SystemTime at) {
  const sys_days day = floor<days>(at);
  if (period == Period::Week) return week_name(day);
  const year_month_day date(day);
  const std::string month = fmt::format(
      "{:04}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
  if (period == Period::Month) return month;
  return fmt::format("{}-{:02}", month, static_cast<unsigned>(date.day()));
}

}  // namespace discern::metrics
