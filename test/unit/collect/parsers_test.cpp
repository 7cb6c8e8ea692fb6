#include "collect/parsers.hpp"

#include <gtest/gtest.h>

namespace discern::collect {
namespace {

TEST(ParseProcessStat, ReadsTheFieldsAfterANameWithSpacesAndParentheses) {
  const auto stat = parse_process_stat(
      "4242 (a) b (c) S 1 4242 4242 0 -1 4194560 900 0 2 0 150 50 0 0 20 0 7 0 123456 1048576 "
      "2560 18446744073709551615 1 1 0 0 0 0 0");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->user_ticks, 150u);
  EXPECT_EQ(stat->system_ticks, 50u);
  EXPECT_EQ(stat->threads, 7u);
  EXPECT_EQ(stat->resident_pages, 2560u);
}

TEST(ParseProcessStat, RefusesWhatIsCutOff) {
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat("4242 (discern"));
  EXPECT_FALSE(parse_process_stat("4242 (discern) S 1 4242 4242 0 -1 4194560 900 0 2 0 150"));
  EXPECT_FALSE(parse_process_stat("1 (x) S 1 1 1 0 -1 1 1 0 2 0 abc 50 0 0 20 0 7 0 1 1 1"));
}

TEST(ParseMaxOpenFiles, ReadsTheSoftLimit) {
  EXPECT_EQ(parse_max_open_files("Max processes  1  2  processes\n"
                                 "Max open files            1024                 4096   files\n"),
            1024u);
  EXPECT_EQ(parse_max_open_files("Max open files   unlimited   unlimited  files\n"), 0u);
  EXPECT_FALSE(parse_max_open_files("Max processes  1  2  processes\n"));
}

}  // namespace
}  // namespace discern::collect
