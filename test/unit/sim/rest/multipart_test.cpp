#include "sim/rest/multipart.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern::sim {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=\"b 1\"";
constexpr std::string_view kBody =
    "--b 1\r\n"
    "Content-Disposition: form-data; name=\"files[0]\"; filename=\"a.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\n"
    "line\r\n\r\nline\r\n"
    "--b 1\r\n"
    "content-disposition: form-data; name=payload_json\r\n\r\n"
    "{}\r\n"
    "--b 1--\r\n";

TEST(ParseMultipart, ReadsPartsInOrderWithBlankLinesInside) {
  const auto parts = parse_multipart(kType, kBody);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "files[0]");
  EXPECT_EQ((*parts)[0].filename, "a.txt");
  EXPECT_EQ((*parts)[0].content_type, "text/plain");
  EXPECT_EQ((*parts)[0].body, "line\r\n\r\nline");
  EXPECT_EQ((*parts)[1].name, "payload_json");
  EXPECT_EQ((*parts)[1].body, "{}");
}

TEST(ParseMultipart, RefusesWhatIsCutOff) {
  for (std::size_t size = 0; size < kBody.size() - 4; ++size) {
    EXPECT_FALSE(parse_multipart(kType, kBody.substr(0, size))) << size;
  }
}

TEST(ParseMultipart, RefusesATypeWithoutBoundary) {
  EXPECT_FALSE(parse_multipart("multipart/form-data", kBody));
  EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=other", kBody));
}

}  // namespace
}  // namespace discern::sim
