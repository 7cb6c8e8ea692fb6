#include "history/disk.hpp"

#include <gtest/gtest.h>

namespace discern::history {
namespace {

TEST(Disk, NetworkFileSystemsAreKnownByTheirType) {
  EXPECT_EQ(network_file_system_name(0x01021997), "9p");
  EXPECT_EQ(network_file_system_name(0x6969), "NFS");
  EXPECT_EQ(network_file_system_name(static_cast<std::int32_t>(0xff534d42)), "SMB")
      << "whatever the sign of the system's type";
  EXPECT_EQ(network_file_system_name(0xef53), "") << "ext4 is a local one";
}

}  // namespace
}  // namespace discern::history
