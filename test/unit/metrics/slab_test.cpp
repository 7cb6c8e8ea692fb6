#include "metrics/slab.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "metrics/catalogue.hpp"
#include "metrics/instruments.hpp"
#include "metrics/registry.hpp"

namespace discern::metrics::slab {
namespace {

std::uint64_t sum_of(std::uint32_t slot) {
  std::vector<View> views;
  list_views(nullptr, views);
  std::uint64_t sum = 0;
  for (const View& view : views) sum += load(view.cells[slot]);
  return sum;
}

// Everything that is left, so that the next request finds nothing.
struct Exhausted {
  Exhausted() {
    for (std::uint32_t size = kSlots; size > 0; size /= 2) {
      for (std::uint32_t first = allocate(size); first != kNoSlot; first = allocate(size)) {
        taken.emplace_back(first, size);
      }
    }
  }
  ~Exhausted() {
    for (const auto& [first, size] : taken) release(first, size);
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
};

TEST(Slab, GivesReleasedCellsAgainAtZero) {
  const std::uint32_t slot = allocate(1);
  Counter(slot).add(5);
  std::thread([&] { Counter(slot).add(7); }).join();
  EXPECT_EQ(sum_of(slot), 12u);
  release(slot, 1);
  EXPECT_EQ(sum_of(slot), 0u);
}

TEST(Slab, JoinsAndSplitsReleasedRanges) {
  const std::uint32_t first = allocate(24);
  ASSERT_EQ(first % 8, 0u);
  release(first + 8, 8);
  release(first, 8);
  release(first + 16, 8);
  EXPECT_EQ(allocate(24), first);
  release(first, 24);
}

TEST(Slab, LargeRangesBeginOnACacheLine) {
  const std::uint32_t one = allocate(1);
  const std::uint32_t many = allocate(40);
  EXPECT_EQ(many % 8, 0u);
  release(many, 40);
  release(one, 1);
}

TEST(Slab, SaysWhenNothingIsLeft) {
  const Exhausted nothing_left;
  EXPECT_EQ(allocate(1), kNoSlot);
  EXPECT_EQ(allocate(40), kNoSlot);
}

TEST(Slab, ASeriesWithoutCellsCountsAsOther) {
  constexpr Descriptor kJobs{.name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}};
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "other").add();
  registry.counter(catalogue::kFolded, kJobs.name);
  {
    const Exhausted nothing_left;
    registry.counter(kJobs, "late").add(4);
    registry.counter(kJobs, "later").add(4);
  }
  const SnapshotPtr now = registry.snapshot({}, {});
  ASSERT_EQ(now->find_family(kJobs.name)->series.size(), 1u);
  EXPECT_EQ(now->lifetime_sum(kJobs.name), 9);
  EXPECT_EQ(now->lifetime_sum(catalogue::kFolded.name), 2);
}

TEST(Slab, ThreadsHandTheirSlabOn) {
  const std::uint32_t slot = allocate(1);
  const std::size_t before = usage().slabs;
  for (int i = 0; i < 20; ++i) {
    std::thread([&] { Counter(slot).add(); }).join();
  }
  EXPECT_LE(usage().slabs, before + 1);
  EXPECT_EQ(sum_of(slot), 20u);
  release(slot, 1);
}

// Counts while its thread is being torn down, after the slab was given back.
struct LateCounter {
  std::uint32_t slot = kNoSlot;
  ~LateCounter() { Counter(slot).add(); }
};

TEST(Slab, CountsOfAThreadThatIsBeingTornDownAreNotLost) {
  const std::uint32_t slot = allocate(1);
  std::thread([&] {
    // Constructed before the slab, so destroyed after it.
    thread_local LateCounter late;
    late.slot = slot;
    Counter(slot).add();
  }).join();
  EXPECT_EQ(sum_of(slot), 2u);
  release(slot, 1);
}

TEST(Slab, EmptyHandlesCountWhereNobodyReads) {
  const std::uint64_t before = sum_of(kNoSlot);
  Counter().add(3);
  EXPECT_EQ(sum_of(kNoSlot), before + 3);
  EXPECT_GE(allocate(1), kSinkSlots);
}

}  // namespace
}  // namespace discern::metrics::slab
