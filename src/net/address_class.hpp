#pragma once

// Which addresses are out in the internet, and which are this machine or its neighbours.

#include <sys/socket.h>

namespace discern::net {

// False for loopback, private, link-local, shared, multicast and reserved ranges of IPv4 and IPv6
// (the "not globally reachable" ones of IANA's special-purpose registries), for IPv4 inside IPv6
// that is one of them, and for every other family. Pure.
bool is_public_address(const sockaddr* address, socklen_t size);

}  // namespace discern::net
