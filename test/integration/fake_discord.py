"""A Discord of a few lines, for what the simulator is too well-behaved to do.

Each connection has its own thread. Override `rest` to answer requests, and `gateway` to play the server's half of a
WebSocket. Everything is recorded.
"""
import base64
import hashlib
import json
import socket
import struct
import threading

from harness import wait_until

CUT = object()  # As an answer: close the connection without a word.
APPLICATION = "1000000000000000001"
GUILD = "2000000000000000001"
CHANNEL = "2000000000000000002"


class Closed(Exception):
    """The client closed the connection; `code` is None if it just ended."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class Request:
    def __init__(self, method, target, headers, body, nth):
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.nth = nth  # On its connection: 1 for the first.

    def json(self):
        return json.loads(self.body or b"null")

    def __repr__(self):
        return f"{self.method} {self.path}"


class Gateway:
    """One WebSocket connection of a shard."""

    def __init__(self, stream, sock):
        self.stream = stream
        self.sock = sock
        self.sequence = 0
        self.lock = threading.Lock()

    def send_raw(self, text):
        data = text.encode()
        head = b"\x81" + (struct.pack("!B", len(data)) if len(data) < 126
                          else b"\x7e" + struct.pack("!H", len(data)) if len(data) < 65536
                          else b"\x7f" + struct.pack("!Q", len(data)))
        with self.lock:
            self.sock.sendall(head + data)

    def send(self, op, d=None, t=None, s=None):
        self.send_raw(json.dumps({"op": op, "d": d, "s": s, "t": t}))

    def dispatch(self, event, d):
        self.sequence += 1
        self.send(0, d, event, self.sequence)

    def hello(self, interval=45_000):
        self.send(10, {"heartbeat_interval": interval})

    def close(self, code):
        with self.lock:
            self.sock.sendall(b"\x88\x02" + struct.pack("!H", code))

    def cut(self):
        """Ends the connection without a word. Closing alone would not: the stream keeps the socket open."""
        self.sock.shutdown(socket.SHUT_RDWR)

    def read(self, size):
        data = self.stream.read(size)
        if len(data) < size:
            raise Closed(None)
        return data

    def frame(self):
        first, second = self.read(2)
        size = second & 127
        if size >= 126:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        mask = self.read(4)
        data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.read(size)))
        if first & 15 == 8:
            raise Closed(int.from_bytes(data[:2], "big") if data else None)
        return data

    def receive(self):
        """The next payload that is no heartbeat; heartbeats are acknowledged."""
        while True:
            payload = json.loads(self.frame())
            if payload["op"] != 1:
                return payload
            self.send(11)

    def ready(self, guilds=(GUILD,), session="session", **fields):
        self.dispatch("READY", {
            "v": 10, "user": {"id": APPLICATION, "username": "bot"}, "session_id": session,
            "resume_gateway_url": self.url, "application": {"id": APPLICATION, "flags": 0},
            "guilds": None if guilds is None else [{"id": guild, "unavailable": True} for guild in guilds], **fields})

    def guild(self, guild=GUILD, members=10):
        self.dispatch("GUILD_CREATE", {"id": guild, "name": "a guild", "member_count": members,
                                       "preferred_locale": "de", "channels": []})

    def drain(self):
        """Acknowledges heartbeats until the client closes."""
        while True:
            self.receive()


class FakeDiscord:
    def __init__(self):
        self.requests = []
        self.identifies = 0
        self.resumes = 0
        self.connections = []
        self.closes = []  # Codes that clients closed with.
        self.stopping = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.stopping = True
        self.listener.close()

    # ---- To be overridden.

    def rest(self, request):
        """(status, body) or (status, body, {header: value}) or CUT; None for the usual answer."""
        return None

    def gateway(self, shard):
        """Plays the server on one connection. Closed ends it."""
        shard.hello()
        payload = shard.receive()
        if payload["op"] == 6:
            self.resumed(shard, payload)
        else:
            self.identified(shard)
        shard.drain()

    # ---- What overriding methods use.

    def identified(self, shard):
        self.identifies += 1
        shard.ready()
        shard.guild()

    def resumed(self, shard, payload):
        self.resumes += 1
        shard.sequence = payload["d"]["seq"]
        shard.dispatch("RESUMED", {})

    def usual(self, request):
        path = request.path.removeprefix("/api/v10")
        if path == "/gateway/bot":
            return 200, {"url": self.url.replace("http", "ws"), "shards": 1, "session_start_limit": {
                "total": 1000, "remaining": 999, "reset_after": 3600000, "max_concurrency": 1}}
        if path == "/applications/@me":
            return 200, {"id": APPLICATION}
        if path.endswith("/commands"):
            return 200, [] if request.method == "GET" else [
                dict(command, id=str(3 * 10**18 + i)) for i, command in enumerate(request.json())]
        if path.endswith("/callback"):
            return 204, None
        return 200, {"id": "4000000000000000001"}

    def seen(self, method, path):
        """Requests whose path below /api/v10 begins so."""
        return [request for request in self.requests
                if request.method == method and request.path.removeprefix("/api/v10").startswith(path)]

    def wait_for(self, method, path, count=1):
        wait_until(f"{count} {method} {path}", lambda: len(self.seen(method, path)) >= count)
        return self.seen(method, path)

    # ---- Sockets.

    def _accept(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            with sock, sock.makefile("rb") as stream:
                for nth in range(1, 10**9):
                    if not self._exchange(sock, stream, nth):
                        return
        except (OSError, ValueError):
            pass

    def _exchange(self, sock, stream, nth):
        line = stream.readline().decode().split()
        if len(line) < 3:
            return False
        headers = {}
        while (text := stream.readline().decode().strip()):
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("upgrade", "").lower() == "websocket":
            self._upgrade(sock, stream, headers)
            return False
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(line[0], line[1], headers, body, nth)
        self.requests.append(request)
        answer = self.rest(request) or self.usual(request)
        if answer is CUT:
            return False
        status, content, *more = answer
        data = b"" if content is None else json.dumps(content).encode()
        head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}", "Content-Type: application/json"]
        head += [f"{name}: {value}" for name, value in (more[0] if more else {}).items()]
        sock.sendall(("\r\n".join(head) + "\r\n\r\n").encode() + data)
        return True

    def _upgrade(self, sock, stream, headers):
        key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        sock.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        shard = Gateway(stream, sock)
        shard.url = self.url.replace("http", "ws")
        self.connections.append(shard)
        try:
            self.gateway(shard)
        except Closed as closed:
            self.closes.append(closed.code)
            if closed.code is not None:
                shard.close(closed.code)
