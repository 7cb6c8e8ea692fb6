#pragma once

// The keys that people are counted with. Each period (UTC day, ISO week, month) has a key of its
// own, which is destroyed when the period ends: from then on nobody can find out whether somebody
// was among those who were counted, not even with the database in hand.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/kept_file.hpp"
#include "metrics/keyed_hash.hpp"
#include "metrics/period.hpp"
#include "metrics/registry.hpp"

namespace discern::app {

struct PeriodKey {
  std::string period;  // metrics::period_name.
  metrics::HashKey key;
  bool operator==(const PeriodKey&) const = default;
};
// By metrics::Period; an empty name is no key.
using PeriodKeySet = std::array<PeriodKey, metrics::kPeriods.size()>;

// The text of the file: a line for each period. Pure.
std::string format_period_keys(const PeriodKeySet& keys);
// Errors: Corrupt.
Result<PeriodKeySet> parse_period_keys(std::string_view text);

// Whether a data folder was in use before: a file that is missing there is worth a warning.
enum class DataFolder { New, Used };

// Keeps the file and gives the keys to the families that count by period. One thread at a time.
class PeriodKeys {
 public:
  // Reads the file. Without a usable one, which the log tells, every period begins anew.
  PeriodKeys(std::filesystem::path file, metrics::Registry& registry, DataFolder folder);

  // Ends the periods that are over and begins those that run at `now`. A clock that says that the
  // running period has not begun yet is believed after an hour only, for what ends cannot be had
  // back. Cheap when there is nothing to do. A file that cannot be written is tried again with each
  // call; the log tells once.
  void update(SystemTime now, SteadyTime steady);

 private:
  bool is_over(std::size_t index, std::string_view running, SteadyTime steady);
  void write();

  KeptFile file_;
  metrics::Registry& registry_;
  PeriodKeySet keys_;
  // What runs already in the registry: a key that was read is given to it once.
  std::array<bool, metrics::kPeriods.size()> given_{};
  // Since when the clock has said that a period lies ahead.
  std::array<std::optional<SteadyTime>, metrics::kPeriods.size()> ahead_since_;
  bool written_ = false;
  bool failed_before_ = false;
};

}  // namespace discern::app
