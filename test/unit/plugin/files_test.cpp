// What a plugin is loaded from: its library, damaged in many ways, and who may change it.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "base/files.hpp"
#include "plugin/elf.hpp"
#include "plugin/library_copy.hpp"
#include "plugin/trust.hpp"
#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

fs::path library_of(const std::string& id) {
  return fs::path(DISCERN_TEST_PLUGINS) / id / (id + ".so");
}

std::string whole(const std::string& id) {
  Result<std::string> bytes = read_file(library_of(id), 1 << 30);
  EXPECT_TRUE(bytes.ok());
  return bytes ? *bytes : std::string();
}

TEST(CheckSharedLibrary, TakesEveryPluginOfThisBuild) {
  for (const auto& entry : fs::directory_iterator(DISCERN_TEST_PLUGINS)) {
    const std::string id = entry.path().filename().string();
    if (id == "not-a-library" || !fs::exists(library_of(id))) continue;
    const auto fits = check_shared_library(whole(id), id);
    EXPECT_TRUE(fits.ok()) << id << ": " << (fits ? "" : fits.error().text);
    EXPECT_EQ(exports_symbol(whole(id), DISCERN_PLUGIN_ENTRY), id != "no-entry") << id;
  }
}

TEST(CheckSharedLibrary, RefusesEveryBeginningOfOne) {
  const std::string bytes = whole("calm");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto fits = check_shared_library(std::string_view(bytes).substr(0, size), "calm.so");
    ASSERT_FALSE(fits.ok()) << "the first " << size << " bytes";
    ASSERT_EQ(fits.error().text.find("calm.so is "), 0u) << fits.error().text;
  }
}

// Damage that it lets through must be harmless to the check itself; sanitizers look.
TEST(CheckSharedLibrary, ReadsNothingOutsideOfADamagedFile) {
  const std::string bytes = whole("calm");
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = bytes;
    for (int n = 0; n < 1 + round % 4; ++n) {
      damaged[random() % std::min<std::size_t>(damaged.size(), 8192)] ^=
          static_cast<char>(1u << random() % 8);
    }
    if (!check_shared_library(damaged, "calm.so")) ++refused;
    exports_symbol(damaged, DISCERN_PLUGIN_ENTRY);
  }
  EXPECT_GT(refused, 500);
}

TEST(CheckSharedLibrary, NoticesEveryDamagedSegment) {
  const std::string bytes = whole("calm");
  // Offset, address and size in the file of each segment that is loaded.
  for (std::size_t n = 0; n < 4; ++n) {
    for (const std::size_t field : {8, 16, 32, 40}) {
      std::string damaged = bytes;
      for (std::size_t segment = 0; segment < 16; ++segment) {
        char* type = damaged.data() + 64 + segment * 56;
        if (type[0] == 1) damaged[64 + segment * 56 + field + 2] ^= static_cast<char>(1u << n);
      }
      EXPECT_FALSE(check_shared_library(damaged, "calm.so")) << field << " " << n;
    }
  }
}

TEST(LibraryCopy, StaysAsItWasCheckedWhateverBecomesOfTheFile) {
  const TempFolder folder;
  const fs::path file = folder.path() / "calm" / "calm.so";
  fs::create_directories(file.parent_path());
  fs::copy_file(library_of("calm"), file);
  const auto bytes = read_library("calm", file);
  ASSERT_TRUE(bytes.ok()) << bytes.error().text;
  const fs::path copy = folder.path() / "loaded" / "calm.1.so";
  ASSERT_TRUE(write_library_copy(*bytes, copy));
  fs::resize_file(file, 10);
  EXPECT_EQ(*read_file(copy, 1 << 30), whole("calm"));
  struct stat status {};
  ASSERT_EQ(::stat(copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_FALSE(read_library("calm", file));
  fs::remove(file);
  EXPECT_EQ(read_library("calm", file).error().text,
            "plugin \"calm\": there is no calm.so beside its plugin.toml");
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_NE(read_library("calm", file).error().text.find("is not a file"), std::string::npos);
}

struct Case {
  mode_t mode;
  uid_t owner;
  gid_t group;
  const char* said;  // A part of it; empty when it is fine.
};

TEST(Trust, IsInTheOwnerAndInNobodyElse) {
  // User 1000 has a group of their own with that number; group 50 has several people.
  const Accounts ordinary{1000,
                          [](gid_t group, uid_t owner) { return group == owner; },
                          [](uid_t owner) { return owner == 65534; }};
  const Case cases[] = {
      {S_IFREG | 0644, 1000, 1000, ""},
      {S_IFREG | 0664, 1000, 1000, ""},
      {S_IFDIR | 0775, 1000, 1000, ""},
      {S_IFREG | 0644, 0, 0, ""},
      {S_IFREG | 0644, 65534, 65534, ""},
      {S_IFDIR | S_ISVTX | 0777, 0, 0, ""},
      {S_IFREG | 0664, 1000, 50, "other users of its group (mode 0664); run: chmod g-w /p/x"},
      {S_IFREG | 0666, 1000, 1000, "every user (mode 0666); run: chmod o-w /p/x"},
      {S_IFREG | 0666, 1000, 50, "run: chmod go-w /p/x"},
      {S_IFDIR | 0777, 1000, 1000, "run: chmod -R o-w /p/x"},
      {S_IFREG | 0644, 1001, 1001, "uid 1001, who could change what runs here; run: chown "}};
  for (const Case& one : cases) {
    struct stat status {};
    status.st_mode = one.mode;
    status.st_uid = one.owner;
    status.st_gid = one.group;
    const std::string said = find_stranger("/p/x", status, ordinary);
    if (one.said[0] == '\0') {
      EXPECT_EQ(said, "");
    } else {
      EXPECT_NE(said.find(one.said), std::string::npos) << said;
    }
  }
}

TEST(Trust, ReachesUpToThePluginsFolderAndThroughLinks) {
  const TempFolder folder;
  const fs::path root = folder.path() / "plugins";
  const fs::path file = root / "calm" / "calm.so";
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "code";
  for (const fs::path& path : {root, file.parent_path(), file}) {
    ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
    EXPECT_TRUE(check_trust(file, root)) << check_trust(file, root).error().text;
    ASSERT_EQ(::chmod(path.c_str(), 0777), 0);
    EXPECT_FALSE(check_trust(file, root)) << path;
    ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
  }
  const fs::path elsewhere = folder.path() / "elsewhere";
  fs::create_directories(elsewhere);
  std::ofstream(elsewhere / "other.so") << "code";
  fs::create_symlink(elsewhere / "other.so", root / "calm" / "other.so");
  EXPECT_TRUE(check_trust(root / "calm" / "other.so", root));
  ASSERT_EQ(::chmod(elsewhere.c_str(), 0777), 0);
  EXPECT_FALSE(check_trust(root / "calm" / "other.so", root));
}

}  // namespace
}  // namespace discern::plugin::test
