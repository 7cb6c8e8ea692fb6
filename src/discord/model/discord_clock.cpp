#include "discord/model/discord_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace discern::discord {
namespace {

constexpr std::chrono::minutes kPeriod{5};
// A Date header names the second that has begun.
constexpr std::chrono::seconds kDateStep{1};

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

// RFC 9110, 5.6.7: servers write this form only.
std::optional<SystemTime> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::string_view kForm = "Tue, 01 Dec 2026 12:00:00 GMT";
  if (text.size() != kForm.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const std::optional<int> day = parse_number(text.substr(5, 2));
  const std::optional<int> year = parse_number(text.substr(12, 4));
  const std::optional<int> hour = parse_number(text.substr(17, 2));
  const std::optional<int> minute = parse_number(text.substr(20, 2));
  const std::optional<int> second = parse_number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::string describe_wall_clock(const DiscordClock& clock) {
  constexpr std::chrono::seconds kWorthAWord{2};
  const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(clock.wall_clock_ahead());
  if (std::chrono::abs(ahead) < kWorthAWord) return {};
  return "this machine's clock is " + std::to_string(std::chrono::abs(ahead).count()) + " s " +
         (ahead.count() > 0 ? "ahead of" : "behind") +
         " Discord's; interactions are answered all the same, but history and logs carry its "
         "times: set it right (NTP)";
}

void DiscordClock::on_snowflake(SystemTime created, SteadyTime received) {
  const std::lock_guard lock(mutex_);
  learn({created.time_since_epoch() - received.time_since_epoch(), std::nullopt}, received);
}

void DiscordClock::on_date(std::string_view date, SteadyTime sent, SteadyTime received) {
  const std::optional<SystemTime> time = parse_http_date(date);
  if (!time) return;
  const Nanos shown = time->time_since_epoch();
  const std::lock_guard lock(mutex_);
  learn({shown - received.time_since_epoch(), shown + kDateStep - sent.time_since_epoch()},
        received);
}

void DiscordClock::narrow(Bounds& bounds, const Bounds& by) {
  if (by.least) bounds.least = bounds.least ? std::max(*bounds.least, *by.least) : *by.least;
  if (by.most) bounds.most = bounds.most ? std::min(*bounds.most, *by.most) : *by.most;
}

void DiscordClock::learn(const Bounds& seen, SteadyTime now) {
  if (now - period_began_ >= kPeriod) {
    previous_ = current_;
    current_ = {};
    period_began_ = now;
  }
  narrow(current_, seen);
  const Bounds all = known();
  // One of the clocks jumped, or the machine slept: only what was seen last is true.
  if (all.least && all.most && *all.least > *all.most) {
    current_ = seen;
    previous_ = {};
  }
}

DiscordClock::Bounds DiscordClock::known() const {
  Bounds all = previous_;
  narrow(all, current_);
  return all;
}

DiscordClock::Nanos DiscordClock::wall_distance() const {
  return clock_.system_now().time_since_epoch() - clock_.steady_now().time_since_epoch();
}

DiscordClock::Nanos DiscordClock::distance(const Bounds& bounds) const {
  Nanos out = wall_distance();
  if (bounds.most) out = std::min(out, *bounds.most);
  if (bounds.least) out = std::max(out, *bounds.least);
  return out;
}

SystemTime DiscordClock::now() const {
  const std::lock_guard lock(mutex_);
  const Nanos time = clock_.steady_now().time_since_epoch() + distance(known());
  return SystemTime(std::chrono::duration_cast<SystemTime::duration>(time));
}

std::chrono::nanoseconds DiscordClock::age_at_least(SystemTime created) const {
  const std::lock_guard lock(mutex_);
  const Bounds bounds = known();
  if (!bounds.least) return Nanos::zero();
  const Nanos age =
      clock_.steady_now().time_since_epoch() + *bounds.least - created.time_since_epoch();
  return std::max(age, Nanos::zero());
}

std::chrono::nanoseconds DiscordClock::age(SystemTime created) const {
  return std::max<Nanos>(now() - created, Nanos::zero());
}

std::chrono::nanoseconds DiscordClock::wall_clock_ahead() const {
  const std::lock_guard lock(mutex_);
  const Bounds bounds = known();
  return wall_distance() - distance(bounds);
}

}  // namespace discern::discord
