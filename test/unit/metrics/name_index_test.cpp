#include "metrics/name_index.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <set>
#include <thread>

#include "metrics/text_arena.hpp"

namespace discern::metrics {
namespace {

constexpr Descriptor kJobs{.name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}};

struct NameIndexTest : testing::Test {
  const Series& add(const std::string& key) {
    const Series& series =
        series_.emplace_back(static_cast<std::uint32_t>(series_.size()), kJobs, key, texts_);
    index.insert(series, hash_key(key));
    return series;
  }
  TextArena texts_;
  std::deque<Series> series_;
  NameIndex index;
};

TEST_F(NameIndexTest, FindsWhatWasInsertedAndNothingElse) {
  std::vector<const Series*> added;
  for (int i = 0; i < 5000; ++i) added.push_back(&add("command_" + std::to_string(i)));
  for (int i = 0; i < 5000; ++i) {
    const std::string key = "command_" + std::to_string(i);
    EXPECT_EQ(index.find(key, hash_key(key)), added[static_cast<std::size_t>(i)]);
  }
  for (const std::string& key :
       std::vector<std::string>{"", "command_", "command_5000", "Command_1"}) {
    EXPECT_EQ(index.find(key, hash_key(key)), nullptr) << key;
  }
}

TEST_F(NameIndexTest, IsReadWhileItGrows) {
  constexpr int kNames = 20'000;
  std::atomic<int> published{0};
  std::thread reader([&] {
    while (published < kNames) {
      const int known = published;
      for (int i = known - 1; i >= 0 && i > known - 50; --i) {
        const std::string key = "command_" + std::to_string(i);
        const Series* found = index.find(key, hash_key(key));
        ASSERT_NE(found, nullptr) << key;
        ASSERT_EQ(found->key(), key);
      }
    }
  });
  for (int i = 0; i < kNames; ++i) {
    add("command_" + std::to_string(i));
    published = i + 1;
  }
  reader.join();
}

TEST(HashKey, SpreadsNamesThatDifferInTheirLastCharacters) {
  // What failed once: only the last bytes of long names differ, only the low bits of the hash
  // count.
  for (const std::string prefix : {"", "c", "cmd", "cmd_", "command_", "a_rather_long_command_"}) {
    std::set<std::uint64_t> places;
    for (int i = 0; i < 1000; ++i) {
      places.insert(hash_key(prefix + std::to_string(i)) & 4095);
    }
    // 1,000 balls in 4,096 bins leave 888 of them distinct on average.
    EXPECT_GT(places.size(), 820u) << prefix;
  }
}

TEST(SameKey, ComparesEveryByte) {
  const std::string text = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string a = text.substr(0, size);
    EXPECT_TRUE(same_key(a, std::string(a)));
    EXPECT_FALSE(same_key(a, a + "x"));
    for (std::size_t i = 0; i < size; ++i) {
      std::string b = a;
      b[i] = '!';
      EXPECT_FALSE(same_key(a, b)) << size << " " << i;
    }
  }
}

}  // namespace
}  // namespace discern::metrics
