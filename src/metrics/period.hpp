#pragma once

// The calendar periods that people are counted in. All in UTC, so that every host and every reader
// agrees on where one ends. Pure.

#include <array>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace discern::metrics {

enum class Period { Day, Week, Month };
inline constexpr std::array kPeriods = {Period::Day, Period::Week, Period::Month};

// As a label: day, week, month.
std::string_view to_string(Period period);

// What the period that `at` lies in is called: "2026-11-25", "2026-W48" (ISO 8601: weeks begin on
// Monday and belong to the year of their Thursday), "2026-11".
std::string period_name(Period period, SystemTime at);

}  // namespace discern::metrics
