#include "app/plugin_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/files.hpp"
#include "plugin/manifest.hpp"

namespace discern::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PluginTemplate : public ::testing::Test {
 protected:
  PluginTemplate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "discern-new-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~PluginTemplate() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(PluginTemplate, MakesAFolderWithTheNewNamesEverywhere) {
  const auto made = make_plugin("my-first_one", folder_);
  ASSERT_TRUE(made.ok()) << made.error().text;
  EXPECT_THAT(*made,
              ::testing::UnorderedElementsAre(
                  "CMakeLists.txt", "plugin.toml", "plugin.cpp", "plugin_test.cpp"));
  for (const std::string& name : *made) {
    const std::string text = *read_file(folder_ / "my-first_one" / name);
    EXPECT_THAT(text, Not(HasSubstr("new-plugin"))) << name;
    EXPECT_THAT(text, Not(HasSubstr("NewPlugin"))) << name;
  }
  EXPECT_THAT(*read_file(folder_ / "my-first_one" / "plugin.cpp"),
              HasSubstr("DISCERN_PLUGIN(MyFirstOne)"));
  const auto manifest =
      plugin::parse_manifest(*read_file(folder_ / "my-first_one" / "plugin.toml"), "plugin.toml");
  ASSERT_TRUE(manifest.ok()) << manifest.error().text;
  EXPECT_EQ(manifest->id, "my-first_one");
}

TEST_F(PluginTemplate, OverwritesNothingAndRefusesWhatIsNoId) {
  ASSERT_TRUE(make_plugin("hello", folder_).ok());
  EXPECT_EQ(make_plugin("hello", folder_).error().kind, Errc::Exists);
  for (const char* id : {"", "Hello", "../up", "9lives", "a b"}) {
    EXPECT_EQ(make_plugin(id, folder_).error().kind, Errc::Invalid) << id;
  }
}

}  // namespace
}  // namespace discern::app
