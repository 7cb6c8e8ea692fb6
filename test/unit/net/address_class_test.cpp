#include "net/address_class.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace discern::net {
namespace {

bool is_public(const std::string& text) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    return is_public_address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr), 1) << text;
  return is_public_address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

TEST(AddressClass, LetsTheInternetThrough) {
  for (const char* text : {"1.1.1.1",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "172.15.0.1",
                           "172.32.0.1",
                           "192.167.1.1",
                           "162.159.128.233",
                           "223.255.255.255",
                           "2606:4700::1111",
                           "2a00::1",
                           "::ffff:8.8.8.8",
                           "64:ff9b::808:808"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(AddressClass, KeepsThisMachineAndItsNeighboursOut) {
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(AddressClass, TakesNothingElseForPublic) {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(&other, sizeof other));
  sockaddr_in cut{};
  cut.sin_family = AF_INET;
  EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr*>(&cut), 4));
}

}  // namespace
}  // namespace discern::net
