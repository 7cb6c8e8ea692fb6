#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.hpp"
#include "app/token_file.hpp"

namespace discern::app {
namespace {

using testing::HasSubstr;

TEST(Token, IsFreedOfWhatCopyingAdds) {
  for (const char* text : {"abc.def",
                           "abc.def\n",
                           "abc.def\r\n",
                           "  abc.def\t\r\n\n",
                           "\xef\xbb\xbf"
                           "abc.def\r\n",
                           "Bot abc.def",
                           "bot  abc.def\n",
                           "\xef\xbb\xbf"
                           "Bot abc.def"}) {
    const auto token = parse_token(text, "x");
    ASSERT_TRUE(token.ok()) << text;
    EXPECT_EQ(token->reveal(), "abc.def");
    Config config;
    const std::string variable = std::string("DISCORD_TOKEN=") + text;
    const char* environment[] = {variable.c_str()};
    ASSERT_TRUE(apply_environment(config, environment));
    EXPECT_EQ(config.discord.token.reveal(), "abc.def");
  }
}

TEST(Token, IsRefusedWithMoreInItAndNeverRepeated) {
  for (const char* text : {"s3cret s3cret",
                           "s3cret\nmore",
                           "TOKEN=s3cret",
                           "\"s3cret",
                           "s3cret\x01",
                           "s3cr\xc3\xa9t",
                           "Bot s3cret more"}) {
    const auto token = parse_token(text, "environment variable DISCORD_TOKEN");
    ASSERT_FALSE(token.ok()) << text;
    EXPECT_EQ(token.error().text,
              "environment variable DISCORD_TOKEN must hold the bot token and nothing else");
  }
  EXPECT_THAT(parse_token(" \r\n", "token").error().text, HasSubstr("token is empty"));
}

}  // namespace
}  // namespace discern::app
