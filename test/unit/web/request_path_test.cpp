#include "web/request_path.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace discern::web {
namespace {

std::string decoded(std::string_view path) {
  std::string buffer;
  const auto result = decode_path(path, buffer);
  return result ? std::string(*result) : "refused";
}

TEST(DecodePath, LeavesPlainPathsAlone) {
  EXPECT_EQ(decoded("/"), "/");
  EXPECT_EQ(decoded("/api/v1/commands"), "/api/v1/commands");
  EXPECT_EQ(decoded("/a..b/.hidden/c."), "/a..b/.hidden/c.");
}

TEST(DecodePath, UndoesPercentEncodingOnce) {
  EXPECT_EQ(decoded("/m%C3%BCsic%20play"), "/müsic play");
  EXPECT_EQ(decoded("/%2525"), "/%25");
}

TEST(DecodePath, RefusesWhatClimbs) {
  for (const char* path : {"/../etc/passwd",
                           "/a/../b",
                           "/a/..",
                           "/./a",
                           "/%2e%2e/etc",
                           "/.%2E/x",
                           "/..%2fetc",
                           "/a%2f..%2fb",
                           "/..\\etc",
                           "/a%5c..%5cb"}) {
    EXPECT_EQ(decoded(path), "refused") << path;
  }
}

TEST(DecodePath, RefusesWhatIsNoText) {
  for (const char* path : {"",
                           "a",
                           "*",
                           "/%",
                           "/%2",
                           "/%zz",
                           "/%00",
                           "/%0d%0aX: y",
                           "/%7f",
                           "/%ff",
                           "/\xff",
                           "/%c0%af",
                           "/%ed%a0%80"}) {
    EXPECT_EQ(decoded(path), "refused") << path;
  }
}

TEST(HasExtension, LooksAtTheLastSegment) {
  EXPECT_TRUE(has_extension("/favicon.ico"));
  EXPECT_TRUE(has_extension("/a/b.js"));
  EXPECT_FALSE(has_extension("/commands"));
  EXPECT_FALSE(has_extension("/v1.2/commands"));
}

TEST(QueryParametersTest, Decodes) {
  const auto query = QueryParameters::parse("name=a+b&label.x=%C3%BC&&flag&n=1.5&bad=1x&inf=inf");
  ASSERT_TRUE(query);
  EXPECT_EQ(*query->find("name"), "a b");
  EXPECT_EQ(*query->find("label.x"), "ü");
  EXPECT_EQ(*query->find("flag"), "");
  EXPECT_EQ(query->find("absent"), nullptr);
  EXPECT_EQ(query->number("n"), 1.5);
  EXPECT_EQ(query->number("absent"), std::nullopt);
  EXPECT_TRUE(std::isnan(*query->number("bad")));
  EXPECT_TRUE(std::isnan(*query->number("inf")));
}

TEST(QueryParametersTest, RefusesWhatCannotBeDecodedAndWhatIsTooMuch) {
  EXPECT_FALSE(QueryParameters::parse("a=%"));
  EXPECT_FALSE(QueryParameters::parse("a=%ff"));
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a&";
  EXPECT_FALSE(QueryParameters::parse(many));
}

}  // namespace
}  // namespace discern::web
