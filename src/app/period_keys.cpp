#include "app/period_keys.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <charconv>

#include "base/files.hpp"
#include "base/log.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

namespace catalogue = metrics::catalogue;

constexpr std::string_view kBegin = "# Discern counts people with these keys; never copy them.\n";
constexpr std::size_t kMostBytes = 4096;
constexpr std::string_view kLost =
    "the active users and busiest guilds of this day, week and month are counted from 0 again";
// How long a clock may lie before the period that runs: one that was set back over a boundary
// passes it again, and a machine without a clock of its own has asked for the time by then.
constexpr std::chrono::hours kClockPatience{1};

bool read_hex(std::string_view text, std::uint64_t& word) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
  return error == std::errc() && end == text.data() + text.size();
}

// "day 2026-11-25 <32 hex digits>"
bool read_line(std::string_view line, PeriodKeySet& keys) {
  for (const metrics::Period period : metrics::kPeriods) {
    const std::string begin = std::string(metrics::to_string(period)) + " ";
    if (!line.starts_with(begin)) continue;
    line.remove_prefix(begin.size());
    const std::size_t space = line.find(' ');
    if (space == 0 || space == line.npos) return false;
    PeriodKey& key = keys[static_cast<std::size_t>(period)];
    key.period = line.substr(0, space);
    const std::string_view hex = line.substr(space + 1);
    return hex.size() == 32 && read_hex(hex.substr(0, 16), key.key.high) &&
           read_hex(hex.substr(16), key.key.low);
  }
  return false;
}

}  // namespace

std::string format_period_keys(const PeriodKeySet& keys) {
  std::string text(kBegin);
  for (const metrics::Period period : metrics::kPeriods) {
    const PeriodKey& key = keys[static_cast<std::size_t>(period)];
    if (key.period.empty()) continue;
    text.append(fmt::format("{} {} {:016x}{:016x}\n",
                            metrics::to_string(period),
                            key.period,
                            key.key.high,
                            key.key.low));
  }
  return text;
}

Result<PeriodKeySet> parse_period_keys(std::string_view text) {
  PeriodKeySet keys;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (end == text.npos || (!line.starts_with('#') && !read_line(line, keys))) {
      return Error(Errc::Corrupt, "it does not hold the keys of a day, a week and a month");
    }
    text.remove_prefix(end + 1);
  }
  return keys;
}

PeriodKeys::PeriodKeys(std::filesystem::path file, metrics::Registry& registry, DataFolder folder)
    : file_(std::move(file), kMostBytes, std::string(kLost)), registry_(registry) {
  struct stat about {};
  const bool is_there = ::lstat(file_.path().c_str(), &about) == 0;
  if (!is_there && folder == DataFolder::Used) {
    log::warn("app", "{} is missing; {}", file_.path().string(), kLost);
  }
  const std::optional<std::string> text = file_.read();
  if (!text) return;
  Result<PeriodKeySet> keys = parse_period_keys(*text);
  if (keys) {
    keys_ = *std::move(keys);
  } else {
    file_.reject(keys.error().text);
  }
}

bool PeriodKeys::is_over(std::size_t index, std::string_view running, SteadyTime steady) {
  const std::string& known = keys_[index].period;
  std::optional<SteadyTime>& since = ahead_since_[index];
  // Names of one kind of period sort by time.
  if (running >= known) {
    since.reset();
    return running > known;
  }
  if (!since) since = steady;
  return steady - *since >= kClockPatience;
}

void PeriodKeys::update(SystemTime now, SteadyTime steady) {
  for (const metrics::Period period : metrics::kPeriods) {
    const auto index = static_cast<std::size_t>(period);
    PeriodKey& key = keys_[index];
    std::string name = metrics::period_name(period, now);
    if (is_over(index, name, steady)) {
      key = {std::move(name), metrics::make_random_key()};
      given_[index] = false;
      ahead_since_[index].reset();
      written_ = false;
    }
    if (given_[index]) continue;
    given_[index] = true;
    const std::string_view label = metrics::to_string(period);
    registry_.distincts(catalogue::kActiveUsers).restart(key.key, label);
    registry_.topks(catalogue::kGuildEvents).restart(key.key, label);
  }
  if (!written_) write();
}

void PeriodKeys::write() {
  Result<void> done = file_.make_way();
  if (done) done = replace_secret_file(file_.path(), format_period_keys(keys_));
  written_ = done.ok();
  if (!done && !failed_before_) {
    log::error("app",
               "{}; until it can be written, a restart counts active users from 0 again",
               done.error().text);
  }
  failed_before_ = !done;
}

}  // namespace discern::app
