#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/files.hpp"

namespace discern {
namespace {

namespace fs = std::filesystem;

class ReadFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "discern-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string why(const fs::path& path) {
    const Result<std::string> read = read_file(path);
    return read ? "read" : read.error().text;
  }
  fs::path folder_;
};

TEST_F(ReadFile, TakesRegularFilesAndLinksToThem) {
  std::ofstream(folder_ / "file") << "text";
  fs::create_symlink("file", folder_ / "link");
  EXPECT_EQ(read_file(folder_ / "file").value(), "text");
  EXPECT_EQ(read_file(folder_ / "link").value(), "text");
}

// None of these keeps its reader waiting.
TEST_F(ReadFile, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", folder_ / "link");
  for (const char* name : {"pipe", "link"}) {
    EXPECT_NE(why(folder_ / name).find("it is a pipe, and only regular files are read"),
              std::string::npos);
  }
  EXPECT_NE(why(folder_).find("it is a folder"), std::string::npos);
  EXPECT_NE(why("/dev/zero").find("it is a device"), std::string::npos);
}

}  // namespace
}  // namespace discern
