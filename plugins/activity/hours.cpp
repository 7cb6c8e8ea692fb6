#include "hours.hpp"

#include <algorithm>
#include <sstream>

namespace activity {

using discern::plugin::Html;
using discern::plugin::html;

namespace {

std::size_t slot(std::int64_t hour) {
  return static_cast<std::size_t>(hour) % Hours::kHours;
}

std::string two_digits(std::int64_t hour) {
  const std::string text = std::to_string((hour % 24 + 24) % 24);
  return text.size() < 2 ? "0" + text : text;
}

}  // namespace

void Hours::add(std::int64_t hour) {
  if (hour > newest_) {
    const std::int64_t gap = std::min<std::int64_t>(hour - newest_, kHours);
    for (std::int64_t i = 0; i < gap; ++i) counts_[slot(hour - i)] = 0;
    newest_ = hour;
  }
  ++counts_[slot(newest_)];
}

std::array<std::uint32_t, Hours::kHours> Hours::until(std::int64_t hour) const {
  std::array<std::uint32_t, kHours> out{};
  for (std::size_t i = 0; i < kHours; ++i) {
    const std::int64_t at = hour - static_cast<std::int64_t>(kHours - 1 - i);
    const bool known = at <= newest_ && at > newest_ - static_cast<std::int64_t>(kHours);
    out[i] = known ? counts_[slot(at)] : 0;
  }
  return out;
}

std::uint64_t Hours::total(std::int64_t hour) const {
  std::uint64_t sum = 0;
  for (const std::uint32_t count : until(hour)) sum += count;
  return sum;
}

std::string Hours::to_text() const {
  std::string text = std::to_string(newest_);
  for (const std::uint32_t count : until(newest_)) text += ' ' + std::to_string(count);
  return text;
}

Hours Hours::from_text(const std::string& text) {
  Hours hours;
  std::istringstream in(text);
  if (!(in >> hours.newest_)) return {};
  for (std::size_t i = 0; i < kHours; ++i) {
    const std::int64_t at = hours.newest_ - static_cast<std::int64_t>(kHours - 1 - i);
    if (at < 0 || !(in >> hours.counts_[slot(at)])) return {};
  }
  return hours;
}

std::string text_chart(const std::array<std::uint32_t, Hours::kHours>& counts, std::int64_t hour) {
  constexpr const char* kEighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::uint64_t kLines = 4;
  const std::uint64_t most =
      std::max<std::uint32_t>(1, *std::max_element(counts.begin(), counts.end()));
  std::string text;
  for (std::uint64_t line = kLines; line-- > 0;) {
    for (const std::uint32_t count : counts) {
      // Eighths of a line, rounded up: one message is something to see.
      const std::uint64_t height = (count * kLines * 8 + most - 1) / most;
      text += kEighths[std::min<std::uint64_t>(8, height > line * 8 ? height - line * 8 : 0)];
    }
    text += line == kLines - 1 ? " " + std::to_string(most) + "\n" : "\n";
  }
  const std::int64_t first = hour - static_cast<std::int64_t>(Hours::kHours) + 1;
  for (std::int64_t at = first; at <= hour; at += 6) text += two_digits(at) + "    ";
  return text + "UTC";
}

Html page(const Hours& all, std::int64_t hour, std::size_t guilds) {
  const auto counts = all.until(hour);
  const std::uint64_t most =
      std::max<std::uint32_t>(1, *std::max_element(counts.begin(), counts.end()));
  // A picture without a script: works under a strict content security policy.
  Html bars;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::uint64_t height = counts[i] * 200 / most;
    const std::string label = two_digits(hour - static_cast<std::int64_t>(counts.size() - 1 - i));
    bars += html(R"(<g><title>{}:00 UTC, {} messages</title>)"
                 R"(<rect x="{}" y="{}" width="22" height="{}" rx="3" fill="#4f6bed"/></g>)",
                 label,
                 counts[i],
                 i * 30 + 4,
                 210 - height,
                 height);
    if (i % 3 != 0) continue;
    bars += html(
        R"(<text x="{}" y="230" font-size="13" text-anchor="middle" fill="currentColor">{}</text>)",
        i * 30 + 15,
        label);
  }
  return html(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Activity</title>
</head>
<body><main>
<h1>Activity</h1>
<p>{} messages in the last 24 hours on {} {}. Times are UTC. Nothing about people is kept: only how
many messages there were.</p>
<svg viewBox="0 0 724 240" width="100%" role="img" aria-label="Messages by hour">{}</svg>
</main></body>
</html>
)",
              all.total(hour),
              guilds,
              guilds == 1 ? "server" : "servers",
              bars);
}

}  // namespace activity
