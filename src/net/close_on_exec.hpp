#pragma once

#include <fcntl.h>

namespace discern::net {

// Programs that a plugin starts must not keep our port or somebody's connection open. Asio knows no
// flag for it, so that one started in this very moment inherits the socket nevertheless.
template <class Socket>
void close_on_exec(Socket& socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

}  // namespace discern::net
