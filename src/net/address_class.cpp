#include "net/address_class.hpp"

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace discern::net {
namespace {

struct Range4 {
  std::uint32_t begin;
  int bits;
};
// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr Range4 kNotPublic4[] = {{0x00000000, 8},
                                  {0x0a000000, 8},
                                  {0x64400000, 10},
                                  {0x7f000000, 8},
                                  {0xa9fe0000, 16},
                                  {0xac100000, 12},
                                  {0xc0000000, 24},
                                  {0xc0000200, 24},
                                  {0xc0a80000, 16},
                                  {0xc6120000, 15},
                                  {0xc6336400, 24},
                                  {0xcb007100, 24},
                                  {0xe0000000, 3}};

bool is_public4(std::uint32_t address) {
  for (const Range4& range : kNotPublic4) {
    if ((address ^ range.begin) >> (32 - range.bits) == 0) return false;
  }
  return true;
}

using Bytes6 = std::array<std::uint8_t, 16>;

std::uint32_t last4(const Bytes6& a, std::size_t at) {
  return std::uint32_t{a[at]} << 24 | std::uint32_t{a[at + 1]} << 16 |
         std::uint32_t{a[at + 2]} << 8 | a[at + 3];
}

bool begins_with(const Bytes6& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool is_public6(const Bytes6& a) {
  // IPv4-mapped, NAT64, 6to4: as public as what is inside.
  if (begins_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return is_public4(last4(a, 12));
  if (begins_with(a, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return is_public4(last4(a, 12));
  if (begins_with(a, {0x20, 0x02})) return is_public4(last4(a, 2));
  if (begins_with(a, {0x20, 0x01, 0x0d, 0xb8})) return false;
  // Only 2000::/3 is given out; 2001::/23 is for protocols.
  if (begins_with(a, {0x20, 0x01}) && a[2] < 2) return false;
  return (a[0] & 0xe0) == 0x20;
}

}  // namespace

bool is_public_address(const sockaddr* address, socklen_t size) {
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return is_public4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    Bytes6 bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

}  // namespace discern::net
