#include "app/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace discern::app {
namespace {

TEST(Descriptors, TheLimitIsRaisedAsFarAsTheSystemAllows) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Descriptors, WebConnectionsLeaveSomeForEverythingElse) {
  EXPECT_EQ(spare_descriptors(1'048'576, 1024), 1024u);
  EXPECT_EQ(spare_descriptors(1024, 1024), 768u);
  EXPECT_EQ(spare_descriptors(100, 1024), 8u) << "a page must open all the same";
}

}  // namespace
}  // namespace discern::app
