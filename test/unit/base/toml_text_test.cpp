#include "base/toml_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern {
namespace {

std::size_t line_of_fault(std::string_view toml) {
  const auto fault = find_misplaced_character(toml);
  return fault ? fault->line : 0;
}

TEST(TomlText, LetsThroughWhatTomlAllows) {
  for (const char* fine : {"",
                           "\xEF\xBB\xBFx = 1",
                           "x = \"gr\xC3\xBC\xC3\x9F\"  # fa\xC3\xA7on\r\n\ty = 2\n",
                           "'cl\xC3\xA9' = 'a\\'\n",
                           "x = \"a \\\" \xC3\xA9\"",
                           "x = \"\"\"a\n\" \xC3\xA9 \"\"\"\"\"\ny = ''\nz = '\xC3\xA9'",
                           "x = '''\n'' \xC3\xA9 '''"}) {
    EXPECT_EQ(line_of_fault(fine), 0U) << fine;
  }
}

TEST(TomlText, FindsControlCharactersEverywhere) {
  EXPECT_EQ(line_of_fault("[\x7F"), 1U);
  EXPECT_EQ(line_of_fault("\n# \x01"), 2U);
  EXPECT_EQ(line_of_fault("x = \"\"\"\n\n\x1B\"\"\""), 3U);
  EXPECT_EQ(line_of_fault(std::string_view("a\0b", 3)), 1U);
}

TEST(TomlText, FindsCharactersBeyondAsciiOutsideQuotes) {
  EXPECT_EQ(line_of_fault("x = 1\n\xC3\xA9 = 2"), 2U);
  EXPECT_EQ(line_of_fault("x = \"never closed\n\xC3\xA9 = 2"), 2U);
  EXPECT_EQ(line_of_fault("x = \"never closed\\\n\xC3\xA9 = 2"), 2U);
  EXPECT_EQ(line_of_fault("x = '\\'\xC3\xA9"), 1U);
  EXPECT_EQ(line_of_fault("x = '' \xC3\xA9"), 1U);
}

}  // namespace
}  // namespace discern
