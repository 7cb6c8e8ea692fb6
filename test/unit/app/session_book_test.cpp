#include "app/session_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace discern::app {
namespace {

using discord::SavedGuild;
using discord::SavedSessions;
using discord::SavedShard;
using history::StateRow;

// What history keeps of the rows: the last value of each key.
struct Disk {
  void write(const std::vector<StateRow>& rows) {
    for (const StateRow& row : rows) {
      if (row.value) {
        areas[row.area][row.key] = *row.value;
      } else {
        areas[row.area].erase(row.key);
      }
    }
  }
  std::vector<StateRow> read(std::string_view area) const {
    std::vector<StateRow> rows;
    const auto found = areas.find(std::string(area));
    if (found == areas.end()) return rows;
    for (const auto& [key, value] : found->second) rows.push_back({std::string(area), key, value});
    return rows;
  }
  SavedSessions load() const {
    return SessionBook().load(read(kSessionArea), read(kShardArea), read(kGuildArea));
  }
  std::map<std::string, std::map<std::string, std::string>> areas;
};

SavedGuild guild(std::uint64_t id, std::uint64_t members = 10, std::string locale = "de") {
  return {.id = {id}, .shard = 1, .members = members, .locale = std::move(locale)};
}

SavedSessions sessions() {
  SavedSessions saved;
  saved.application = {77};
  saved.shard_count = 2;
  saved.intents = 513;
  saved.token_fingerprint = "abcdef";
  saved.identify_budget = {1000, 990, from_epoch_ms(1'764'000'000'123)};
  saved.shards = {SavedShard{0, "s0", "wss://a/", 0}, SavedShard{1, "s1", "wss://b/", 99}};
  saved.guilds = {guild(5), guild(6, 0, "")};
  return saved;
}

TEST(SessionBook, ReadsBackWhatItWrote) {
  Disk disk;
  SessionBook book;
  disk.write(book.changes(sessions()));
  const SavedSessions back = disk.load();
  EXPECT_EQ(back.application.value, 77u);
  EXPECT_EQ(back.shard_count, 2u);
  EXPECT_EQ(back.intents, 513u);
  EXPECT_EQ(back.token_fingerprint, "abcdef");
  EXPECT_EQ(back.identify_budget, sessions().identify_budget);
  EXPECT_EQ(back.shards, sessions().shards);
  EXPECT_EQ(back.guilds, sessions().guilds);
}

TEST(SessionBook, WritesOnlyTheGuildsThatChanged) {
  Disk disk;
  SessionBook book;
  disk.write(book.changes(sessions()));
  SavedSessions next = sessions();
  next.all_guilds = false;
  next.guilds.clear();
  next.changes = {.removed = {{5}, {1234}}, .changed = {guild(6, 11), guild(7)}};
  const auto rows = book.changes(next);
  EXPECT_EQ(std::count_if(
                rows.begin(), rows.end(), [](const StateRow& r) { return r.area == kGuildArea; }),
            3);
  disk.write(rows);
  EXPECT_EQ(disk.load().guilds, (std::vector{guild(6, 11), guild(7)}));
}

TEST(SessionBook, AWholeListReplacesWhatWasOnDisk) {
  Disk disk;
  SessionBook book;
  disk.write(book.changes(sessions()));
  SessionBook after_restart;
  (void)after_restart.load(disk.read(kSessionArea), disk.read(kShardArea), disk.read(kGuildArea));
  SavedSessions next = sessions();
  next.guilds = {guild(9)};
  next.shards.pop_back();
  disk.write(after_restart.changes(next));
  EXPECT_EQ(disk.load().guilds, std::vector{guild(9)});
  EXPECT_EQ(disk.load().shards.size(), 1u);
}

TEST(SessionBook, ForgettingTheShardsLeavesNothingToResumeAndAllElse) {
  Disk disk;
  SessionBook book;
  disk.write(book.changes(sessions()));
  disk.write(book.forget_shards());
  const SavedSessions back = disk.load();
  EXPECT_TRUE(back.shards.empty());
  EXPECT_EQ(back.guilds.size(), 2u);
  EXPECT_EQ(back.token_fingerprint, "abcdef");
  EXPECT_TRUE(back.identify_budget);
  disk.write(book.changes(sessions()));
  EXPECT_EQ(disk.load().shards.size(), 2u);
}

TEST(SessionBook, DamagedRowsAreLeftOut) {
  Disk disk;
  disk.areas["gateway"]["identity"] = "not a number";
  disk.areas["gateway.shard"]["0"] = "";
  disk.areas["gateway.guild"]["x"] =
      "1\x1f"
      "2\x1f"
      "0\x1f"
      "de";
  const SavedSessions back = disk.load();
  EXPECT_TRUE(back.shards.empty());
  EXPECT_TRUE(back.guilds.empty());
  EXPECT_EQ(back.shard_count, 0u);
}

}  // namespace
}  // namespace discern::app
