"""Open live streams, as so many pages would have, read by one program."""
import selectors
import socket
import time


class Viewers:
    """`count` streams of one server. Four to an address, as the server allows: 127.0.x.y."""

    def __init__(self, host, port, count):
        self.selector = selectors.DefaultSelector()
        self.sockets, self.bytes, self.ended = [], 0, 0
        for number in range(count):
            one = socket.create_connection(
                (host, port), source_address=(f"127.0.{1 + number // 1000}.{1 + number % 1000 // 4}", 0))
            one.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
            self.sockets.append(one)
            self.read(0)

    def read(self, seconds):
        """Reads what comes until the time is over."""
        end = time.monotonic() + seconds
        while True:
            for key, _ in self.selector.select(max(0, end - time.monotonic())):
                got = key.fileobj.recv(1 << 16)
                self.bytes += len(got)
                if not got:
                    self.ended += 1
                    self.selector.unregister(key.fileobj)
            if time.monotonic() >= end:
                return

    def close(self):
        for one in self.sockets:
            one.close()
