#include "plugin/name_set.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace discern::plugin {
namespace {

TEST(NameSet, HoldsWhatWasAdded) {
  NameSet names;
  EXPECT_FALSE(names.contains(""));
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(names.contains(std::to_string(i)));
    names.add(std::to_string(i));
    names.add(std::to_string(i));
  }
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(names.contains(std::to_string(i)));
}

TEST(NameSet, IsBounded) {
  NameSet names;
  for (std::size_t i = 0; i <= NameSet::kMost; ++i) names.add(std::to_string(i));
  EXPECT_TRUE(names.contains(std::to_string(NameSet::kMost - 1)));
  EXPECT_FALSE(names.contains(std::to_string(NameSet::kMost)));
}

// For ThreadSanitizer: a name that was seen once is seen from then on, however the set grows.
TEST(NameSet, IsReadWhileItGrows) {
  NameSet names;
  std::thread reader([&] {
    for (int i = 0; i < 300; ++i) {
      while (!names.contains(std::to_string(i))) std::this_thread::yield();
      EXPECT_TRUE(names.contains(std::to_string(i / 2)));
    }
  });
  for (int i = 0; i < 300; ++i) names.add(std::to_string(i));
  reader.join();
}

}  // namespace
}  // namespace discern::plugin
