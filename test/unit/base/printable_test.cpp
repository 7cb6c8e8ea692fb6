#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace discern {
namespace {

using std::string_literals::operator""s;

TEST(Printable, PlainTextStaysAsItIs) {
  EXPECT_EQ(printable("plugin \"ping\": 20 % of C:\\x"), "plugin \"ping\": 20 % of C:\\x");
  EXPECT_EQ(printable("Grüße, 你好, 🙂"), "Grüße, 你好, 🙂");
}

TEST(Printable, WhatATerminalActsOnIsEscaped) {
  EXPECT_EQ(printable("a\x1b[2J\x07"), "a\\x1b[2J\\x07");
  EXPECT_EQ(printable("a\0b\x7f"s), "a\\x00b\\x7f");
  // The eight-bit form of ESC [.
  EXPECT_EQ(printable("\u009b2J"), "\\u{9b}2J");
  EXPECT_EQ(printable("a\nb\r\tc"), "a\\nb\\r\\tc");
}

TEST(Printable, WhatHidesOrTurnsTextIsEscaped) {
  EXPECT_EQ(printable("exe.\u202egpj"), "exe.\\u{202e}gpj");
  EXPECT_EQ(printable("\u2066a\u2069"), "\\u{2066}a\\u{2069}");
  EXPECT_EQ(printable("a\u200bb\ufeff\u00ad"), "a\\u{200b}b\\u{feff}\\u{ad}");
  EXPECT_EQ(printable("line\u2028line\u2029"), "line\\u{2028}line\\u{2029}");
  EXPECT_EQ(printable("\U000e0041"), "\\u{e0041}");
}

TEST(Printable, BytesThatAreNoUtf8AreShownAsBytes) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(printable("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");
}

TEST(Printable, LinesOfTextKeepTheirEnds) {
  EXPECT_EQ(printable_lines("a\n\x1b b\n"), "a\n\\x1b b\n");
}

TEST(Printable, JsonIsEscapedWithoutLoss) {
  EXPECT_EQ(printable_json("{\"a\":\"\u202e\u009b\U000e0041 ü\"}"),
            "{\"a\":\"\\u202e\\u009b\\udb40\\udc41 ü\"}");
}

}  // namespace
}  // namespace discern
