#pragma once

// What Discord refuses of bulk deletions, timeouts and bans.

#include <set>

#include "discern/plugin/limits/form.hpp"

namespace discern::plugin::limits {

namespace detail {

inline constexpr std::int64_t kDiscordEpochMs = 1'420'070'400'000;
inline constexpr std::int64_t kDayMs = 86'400'000;

inline std::int64_t created_ms(std::uint64_t id) {
  return static_cast<std::int64_t>(id >> 22) + kDiscordEpochMs;
}

// Milliseconds since 1970 of "2026-01-31T12:00:00[.123](Z|+00:00)"; none for anything else.
inline std::optional<std::int64_t> parse_time_ms(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t size) -> std::int64_t {
    std::int64_t value = -1;
    if (at + size > text.size()) return -1;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + size, value);
    return error == std::errc{} && end == begin + size ? value : -1;
  };
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const std::int64_t parts[] = {
      number(0, 4), number(5, 2), number(8, 2), number(11, 2), number(14, 2), number(17, 2)};
  if (std::any_of(std::begin(parts), std::end(parts), [](std::int64_t p) { return p < 0; })) {
    return std::nullopt;
  }
  // Days since 1970 of a date of the Gregorian calendar, years beginning in March.
  const std::int64_t year = parts[0] - (parts[1] <= 2 ? 1 : 0);
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t month = (parts[1] + 9) % 12;
  const std::int64_t day = (153 * month + 2) / 5 + parts[2] - 1;
  const std::int64_t days =
      era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719'468;
  std::int64_t offset_minutes = 0;
  const std::size_t zone = text.find_last_of("+-");
  if (zone != std::string_view::npos && zone >= 19 && text.size() >= zone + 6) {
    const std::int64_t minutes = number(zone + 1, 2) * 60 + number(zone + 4, 2);
    offset_minutes = text[zone] == '-' ? -minutes : minutes;
  }
  return days * kDayMs + parts[3] * 3'600'000 + (parts[4] - offset_minutes) * 60'000 +
         parts[5] * 1'000;
}

}  // namespace detail

// The body of a bulk deletion; `now_ms` is Unix time.
inline Problems check_bulk_delete(Json body, std::int64_t now_ms) {
  Problems problems;
  Form form(body, "", problems);
  if (!form.list("messages", kBulkDelete, Need::Required)) return problems;
  std::set<std::uint64_t> seen;
  std::size_t index = 0;
  form["messages"].each_element([&](Json one) {
    const std::string at = "messages." + std::to_string(index++);
    const std::uint64_t id = one.id();
    const std::string shown = "(" + std::to_string(id) + ") ";
    if (id == 0) {
      form.problem(at, "NUMBER_TYPE_COERCE", "Value is not snowflake.", "is no message id");
    } else if (!seen.insert(id).second) {
      form.problem(at,
                   "SET_TYPE_ALREADY_CONTAINS_VALUE",
                   "The list already contains that value.",
                   shown + "is there a second time");
    } else if (now_ms - detail::created_ms(id) > kBulkDeleteDays.most * detail::kDayMs) {
      problems.push_back({at,
                          shown + "is older than 14 days; delete it alone",
                          "",
                          "You can only bulk delete messages that are under 14 days old.",
                          50034});
    }
  });
  return problems;
}

// The body of a change of a member.
inline Problems check_member(Json body, std::int64_t now_ms) {
  constexpr std::string_view kKey = "communication_disabled_until";
  Problems problems;
  Form form(body, "", problems);
  form.text("nick", kNickname);
  const Json until = form[kKey];
  if (!until.exists()) return problems;
  const auto at = detail::parse_time_ms(until.string());
  if (!at) {
    form.problem(kKey,
                 "DATE_TIME_TYPE_PARSE",
                 "Could not parse. Should be ISO8601.",
                 "is no time; write it like 2026-01-31T12:00:00Z");
  } else if (*at - now_ms > kTimeoutDays.most * detail::kDayMs) {
    form.problem(kKey,
                 "GUILD_COMMUNICATION_DISABLED_TIMESTAMP_INVALID",
                 "Cannot specify a timestamp more than 28 days in the future",
                 "is more than 28 days ahead; Discord allows 28");
  }
  return problems;
}

inline Problems check_ban(Json body) {
  Problems problems;
  Form form(body, "", problems);
  form.integer("delete_message_seconds", kBanDeleteSeconds);
  return problems;
}

}  // namespace discern::plugin::limits
