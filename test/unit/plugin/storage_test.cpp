#include "plugin/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using ::testing::HasSubstr;

class StorageTest : public ::testing::Test {
 protected:
  std::unique_ptr<PluginStorage> open(std::uint64_t limit = 1 << 20) {
    Result<std::unique_ptr<PluginStorage>> opened = PluginStorage::open(file_, limit);
    EXPECT_TRUE(opened.ok()) << opened.error().text;
    return *std::move(opened);
  }
  static std::vector<std::string> keys(PluginStorage& storage,
                                       std::string_view prefix,
                                       std::string_view after = {},
                                       std::uint32_t most = 100) {
    std::vector<std::string> out;
    const Result<std::vector<PluginStorage::Row>> rows = storage.list(prefix, after, most);
    for (const auto& [key, value] : *rows) out.push_back(key);
    return out;
  }

  TempFolder folder_;
  const fs::path file_ = folder_.path() / "made" / "p.db";
};

TEST_F(StorageTest, GivesBackWhatWasWrittenAlsoAfterItWasClosed) {
  const std::string binary("a\0b\xff", 4);
  auto storage = open();
  EXPECT_EQ(*storage->read("a"), std::nullopt);
  ASSERT_TRUE(storage->write({{"a", binary}, {"empty", ""}, {"gone", "x"}}).ok());
  ASSERT_TRUE(storage->write({{"gone", std::nullopt}}).ok());
  storage = open();
  EXPECT_EQ(*storage->read("a"), binary);
  EXPECT_EQ(*storage->read("empty"), "");
  EXPECT_EQ(*storage->read("gone"), std::nullopt);
}

TEST_F(StorageTest, ListsByPrefixInOrderAndInPages) {
  auto storage = open();
  ASSERT_TRUE(
      storage->write({{"b:2", "x"}, {"b:1", "x"}, {"a", "x"}, {"b:10", "x"}, {"c", "x"}}).ok());
  EXPECT_EQ(keys(*storage, "b:"), (std::vector<std::string>{"b:1", "b:10", "b:2"}));
  EXPECT_EQ(keys(*storage, "b:", "b:1", 1), (std::vector<std::string>{"b:10"}));
  EXPECT_EQ(keys(*storage, ""), (std::vector<std::string>{"a", "b:1", "b:10", "b:2", "c"}));
  EXPECT_TRUE(keys(*storage, "d").empty());
}

TEST_F(StorageTest, WritesAllChangesOrNone) {
  auto storage = open();
  const std::string large(PluginStorage::kMaxValueBytes + 1, 'x');
  EXPECT_EQ(storage->write({{"a", "1"}, {"b", large}}).error().kind, Errc::Limit);
  EXPECT_EQ(storage->write({{"a", "1"}, {"", "2"}}).error().kind, Errc::Invalid);
  EXPECT_EQ(*storage->read("a"), std::nullopt);
}

TEST_F(StorageTest, IsBoundedAndSaysSo) {
  auto storage = open(256 * 1024);
  const std::string value(64 * 1024, 'x');
  Result<void> written;
  for (int i = 0; i < 8 && written.ok(); ++i) {
    written = storage->write({{"k" + std::to_string(i), value}});
  }
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, Errc::Limit);
  EXPECT_THAT(written.error().text, HasSubstr("plugins.storage_megabytes"));
  // What was there is there, and removing makes room again.
  EXPECT_EQ((*storage->read("k0"))->size(), value.size());
  ASSERT_TRUE(storage->write({{"k0", std::nullopt}}).ok());
  EXPECT_TRUE(storage->write({{"again", value}}).ok());
}

TEST_F(StorageTest, TheDataFolderMayBeALinkButNothingInIt) {
  fs::create_directories(folder_.path() / "real");
  fs::create_directory_symlink("real", folder_.path() / "link");
  const fs::path real = folder_.path() / "real" / "storage";
  EXPECT_TRUE(PluginStorage::open(folder_.path() / "link" / "storage" / "p.db", 1 << 20).ok());
  EXPECT_TRUE(fs::exists(real / "p.db"));
  fs::create_symlink("p.db", real / "other.db");
  EXPECT_FALSE(PluginStorage::open(real / "other.db", 1 << 20).ok());
  // Inside of the data folder, a link would lead out of it.
  fs::create_directory_symlink("storage", folder_.path() / "real" / "elsewhere");
  EXPECT_FALSE(PluginStorage::open(folder_.path() / "real" / "elsewhere" / "p.db", 1 << 20).ok());
}

TEST_F(StorageTest, SetsADamagedFileAsideAndBeginsAnew) {
  { ASSERT_TRUE(open()->write({{"a", "1"}}).ok()); }
  std::ofstream(file_, std::ios::binary | std::ios::trunc) << std::string(8192, 'x');
  EXPECT_EQ(*open()->read("a"), std::nullopt);
  int kept = 0;
  for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
    if (entry.path().filename().string().find(".broken-") != std::string::npos) ++kept;
  }
  EXPECT_EQ(kept, 1);
}

}  // namespace
}  // namespace discern::plugin::test
