#pragma once

#include <discern/plugin/html.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace activity {

// Messages in each of the last 24 hours. Counts only: no text, no author.
class Hours {
 public:
  static constexpr std::size_t kHours = 24;

  // `hour` counts from the epoch and does not go back.
  void add(std::int64_t hour);
  // Oldest first; the last is `hour` itself.
  std::array<std::uint32_t, kHours> until(std::int64_t hour) const;
  std::uint64_t total(std::int64_t hour) const;

  // As it is stored: "<newest hour> <count> <count> ...". What is none is empty.
  std::string to_text() const;
  static Hours from_text(const std::string& text);

 private:
  std::array<std::uint32_t, kHours> counts_{};
  std::int64_t newest_ = 0;
};

// A chart of text, four lines high, with the hours below it: fits a phone in a code block.
std::string text_chart(const std::array<std::uint32_t, Hours::kHours>& counts, std::int64_t hour);

// The page with a chart for all servers together.
discern::plugin::Html page(const Hours& all, std::int64_t hour, std::size_t guilds);

}  // namespace activity
