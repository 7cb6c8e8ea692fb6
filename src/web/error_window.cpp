#include "web/error_window.hpp"

namespace discern::web {
namespace {

std::int64_t number_of(SteadyTime time) {
  return time.time_since_epoch() / ErrorWindow::kCell;
}

}  // namespace

void ErrorWindow::record(SteadyTime now, bool failed) {
  const std::int64_t number = number_of(now);
  Cell& cell = cells_[static_cast<std::size_t>(number) % kCells];
  if (cell.number != number) cell = {number, 0, 0};
  ++cell.all;
  if (failed) ++cell.failed;
}

double ErrorWindow::rate(SteadyTime now) const {
  const std::int64_t newest = number_of(now);
  std::uint64_t all = 0;
  std::uint64_t failed = 0;
  for (const Cell& cell : cells_) {
    if (cell.number <= newest - static_cast<std::int64_t>(kCells) || cell.number > newest) continue;
    all += cell.all;
    failed += cell.failed;
  }
  return all == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(all);
}

}  // namespace discern::web
