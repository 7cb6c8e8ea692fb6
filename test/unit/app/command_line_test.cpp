#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace discern::app {
namespace {

Config config_of(std::vector<const char*> words) {
  words.insert(words.begin(), "discern");
  const CommandLine line = parse_command_line(static_cast<int>(words.size()), words.data());
  EXPECT_TRUE(line.request.has_value());
  return line.request ? line.request->config : Config();
}

TEST(CommandLine, ADemoKeepsItsDataApartFromABots) {
  EXPECT_EQ(config_of({"run"}).data_dir, "data");
  EXPECT_EQ(config_of({"demo"}).data_dir, "data/demo");
  EXPECT_EQ(config_of({"demo"}).own_plugins, "data/plugins") << "they can be tried in a demo";
}

TEST(CommandLine, ADemoTakesTheDataFolderThatIsNamed) {
  EXPECT_EQ(config_of({"demo", "--data", "x"}).data_dir, "x");
  EXPECT_EQ(config_of({"demo", "--data", "data"}).data_dir, "data");
  ::setenv("DISCERN_DATA_DIR", "y", 1);
  EXPECT_EQ(config_of({"demo"}).data_dir, "y");
  ::unsetenv("DISCERN_DATA_DIR");
}

}  // namespace
}  // namespace discern::app
