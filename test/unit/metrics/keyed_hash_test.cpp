#include "metrics/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern::metrics {
namespace {

TEST(KeyedHash, AgreesWithTheVectorsOfItsAuthors) {
  // Key 00 01 ... 0f, message 00 01 ... of the given length.
  const HashKey key{0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull};
  std::string message;
  for (char i = 0; i < 15; ++i) message.push_back(i);
  EXPECT_EQ(keyed_hash(key, ""), 0x726fdb47dd0e0e31ull);
  EXPECT_EQ(keyed_hash(key, message.substr(0, 8)), 0x93f5f5799a932462ull);
  EXPECT_EQ(keyed_hash(key, message), 0xa129ca6149be45e5ull);
}

TEST(KeyedHash, TagsTellKeysApart) {
  const HashKey a = make_random_key();
  const HashKey b = make_random_key();
  EXPECT_NE(a, b);
  EXPECT_EQ(tag_of(a), tag_of(a));
  EXPECT_NE(tag_of(a), tag_of(b));
}

}  // namespace
}  // namespace discern::metrics
