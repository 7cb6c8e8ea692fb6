#include "web/content_coding.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace discern::web {
namespace {

std::string gzip_of(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1024, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(AcceptsGzip, FollowsTheClient) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip; q=0.000, *"));
  EXPECT_FALSE(accepts_gzip("gzipped"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
}

TEST(MatchesEtag, ComparesWeakly) {
  EXPECT_TRUE(matches_etag("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_etag("\"x\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_etag("*", "\"a\""));
  EXPECT_FALSE(matches_etag("", "\"a\""));
  EXPECT_FALSE(matches_etag("\"ab\"", "\"a\""));
}

TEST(InflateGzip, GivesTheContentBack) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(inflate_gzip(gzip_of(text)), text);
  EXPECT_EQ(inflate_gzip(gzip_of("")), "");
}

TEST(InflateGzip, GivesNothingForDamagedContent) {
  EXPECT_EQ(inflate_gzip("not gzip"), std::nullopt);
  const std::string whole = gzip_of("some text");
  EXPECT_EQ(inflate_gzip(std::string_view(whole).substr(0, whole.size() - 3)), std::nullopt);
}

}  // namespace
}  // namespace discern::web
