"""What someone sends to the real program who means harm: 10,000 requests, and clients that never end."""
import collections
import http.client
import pathlib
import random
import re
import socket
import unittest

from harness import SANITIZED, STOP_LIMIT, Case, wait_until

REQUESTS = 10_000


def request(target, fields="", method="GET", body="", host="localhost", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\nHost: {host}\r\n{fields}\r\n{body}".encode("latin-1")


def post(body, fields=""):
    return request("/api/v1/view", f"Content-Length: {len(body)}\r\n{fields}", "POST", body)


def chunked(chunks):
    return request("/api/v1/view", "Transfer-Encoding: chunked\r\n", "POST", chunks)


# What is sent, and the status it must get; 0 is a connection closed without a word.
ATTACKS = [
    (403, request("/api/metrics", host="evil.example")),
    (403, request("/api/metrics", host="127.0.0.1.evil.example")),
    (403, request("/", host="localhost:80@evil.example")),
    (403, request("/", host="")),
    (403, b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    (403, request("/metrics", "X-Forwarded-For: 127.0.0.1\r\n")),
    (403, request("/metrics", "Forwarded: for=127.0.0.1\r\n")),
    (403, request("/api/v1/live", "Origin: https://evil.example\r\n")),
    (403, post('{"path":"/"}', "Origin: null\r\n")),
    (403, post('{"path":"/"}', "Sec-Fetch-Site: cross-site\r\n")),
    (400, request("/../../etc/passwd")),
    (400, request("/assets/%2e%2e/%2e%2e/etc/passwd")),
    (400, request("/assets/..%5c..%5cetc%5cpasswd")),
    (400, request("/plugins/ping/../../../etc/passwd")),
    (400, request("/%00")),
    (400, request("/%0d%0aSet-Cookie:%20x=1")),
    (400, request("/%c0%ae%c0%ae/")),
    (400, request("/%ff%fe")),
    (400, request("/\xff\xfe")),
    (400, request("/a b")),
    (414, request("/" + "a" * 9000)),
    (431, request("/", "X: " + "a" * 17_000 + "\r\n")),
    (431, request("/", "X: y\r\n" * 200)),
    (413, request("/api/v1/view", "Content-Length: 99999999999\r\n", "POST")),
    (413, chunked("fffffff\r\n" + "x" * 1000)),
    (400, chunked("ffffffffffffffffff\r\nx")),
    (400, chunked("zz\r\nx\r\n0\r\n\r\n")),
    (400, request("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
    (400, request("/", "Content-Length: 1\r\nContent-Length: 2\r\n")),
    (400, request("/", "Content-Length: -1\r\n")),
    (501, request("/", "Transfer-Encoding: gzip, chunked\r\n")),
    (400, request("/", "A: b\r\n folded\r\n")),
    (400, request("/", "Host: evil.example\r\n")),
    (400, request("/", "A: b\x00c\r\n")),
    (400, request("/", "No colon\r\n")),
    (400, b"GET / HTTP/1.1\r\n\r\n"),
    (400, b"GET / HTTP/1.1\nHost: localhost\n\n"),
    (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (417, request("/", "Expect: money\r\n")),
    (400, request("/", "Origin: http://localhost\r\nOrigin: https://evil.example\r\n")),
    (400, request("/", "Sec-Fetch-Site: same-origin, cross-site\r\n")),
    (403, request("/plugins/ping/x", "Sec-Fetch-Site: cross-site\r\n")),
    (403, request("/plugins/ping/x", "Referer: https://evil.example/\r\n")),
    (405, request("/api/metrics", method="DELETE")),
    (404, request("/api/v1/nothing")),
    (404, request("/plugins/nobody/page")),
    (400, request("/api/v1/query")),
    (400, request("/api/v1/query?name=x&from=nan&to=inf")),
    (400, request("/api/v1/query?name=" + "%f" * 100)),
    (400, request("/api/v1/ticks?since=1e999")),
    (400, request("/api/v1/live", "Last-Event-ID: 99999999999999999999\r\n")),
    (400, post("[" * 1000)),
    (400, post('{"path":"\xff\xfe"}')),
    (400, post('{"path":"/nowhere"}')),
    (0, b"GET / HT"),
    (0, request("/api/v1/view", "Content-Length: 50\r\n", "POST", "cut")),
    (0, b""),
]


def rss_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


def open_descriptors(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def connect(host):
    address, port = host.url.removeprefix("http://").rsplit(":", 1)
    return socket.create_connection((address, int(port)), timeout=60)


def send(host, data):
    """The whole answer to these bytes, b"" when there is none."""
    with connect(host) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It was turned away already; why is still there to be read.
        return b"".join(iter(lambda: client.recv(65536), b""))


class HostileRequests(Case):
    def hold(self, host, data):
        """A client that sends this, and then neither sends nor reads any more."""
        client = connect(host)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def test_ten_thousand_of_them_leave_no_trace(self):
        host = self.demo("--rate", "0")
        pid = host.process.pid
        chance = random.Random(20261125)
        statuses = collections.Counter()
        descriptors = rss = 0
        for sent in range(REQUESTS):
            if sent == REQUESTS // 10:
                # By now every buffer and table that is going to be there is there.
                descriptors, rss = open_descriptors(pid), rss_bytes(pid)
            expected, data = ATTACKS[sent] if sent < len(ATTACKS) else chance.choice(ATTACKS)
            answer = send(host, data)
            status = int(answer[9:12]) if answer else 0
            self.assertEqual(status, expected, data[:200])
            self.assertNotIn(b"\nSet-Cookie", answer)
            self.assertNotIn(b"root:", answer)
            statuses[f"{status // 100}xx"] += 1
        self.assertIsNone(host.process.poll(), host.output())
        self.assertNotIn("failed", host.output())
        wait_until("connections are closed", lambda: open_descriptors(pid) <= descriptors)
        if not SANITIZED:
            self.assertLess(rss_bytes(pid) - rss, 4 << 20)
        wait_until("they are counted", lambda: 'refused_total{reason="origin"}' in host.get("/metrics"))
        refused = set(re.findall(r'refused_total{reason="(\w+)"}', host.get("/metrics")))
        for reason in ("host", "forwarded", "path", "target", "header", "body", "malformed",
                       "coding", "version", "expectation", "repeated"):
            self.assertIn(reason, refused)
        self.assertEqual(host.get("/healthz").strip(), "ok")
        self.assertGreater(statuses["4xx"], REQUESTS // 2)

    def test_random_changes_to_requests_get_an_answer_or_none(self):
        host = self.demo("--rate", "0")
        chance = random.Random(7)
        for _ in range(2000):
            data = bytearray(chance.choice(ATTACKS)[1] or b"x")
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            answer = send(host, bytes(data))
            self.assertNotRegex(answer[:20], rb"^HTTP/1.1 500")
        self.assertIsNone(host.process.poll(), host.output())
        self.assertEqual(host.get("/healthz").strip(), "ok")

    def test_clients_that_say_nothing_are_sent_away(self):
        settings = self.folder / "discern.toml"
        settings.write_text("[web]\nconnections = 50\n")
        host = self.demo("--rate", "0", "--config", settings)
        slow = [self.hold(host, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " if i % 2 else b"G")
                for i in range(50)]
        # One more takes the place of one of them; the others are told when their time is over.
        self.assertRegex(send(host, request("/healthz"))[:13], b"HTTP/1.1 200 ")
        answers = [client.recv(65536)[:13] for client in slow]
        self.assertEqual(set(answers), {b"HTTP/1.1 408 "})
        for reason in ("timeout", "evicted"):
            wait_until("they are counted",
                       lambda: f'refused_total{{reason="{reason}"}}' in host.get("/metrics"))

    def test_a_stop_does_not_wait_for_slow_clients(self):
        host = self.demo("--rate", "100")
        for _ in range(20):
            self.hold(host, b"GET / HTTP/1.1\r\nHost: loc")
            # Asks for much, and reads nothing of it.
            self.hold(host, request("/api/v1/ticks") * 200)
        for _ in range(4):
            stream = http.client.HTTPConnection(host.url.removeprefix("http://"), timeout=60)
            self.addCleanup(stream.close)
            stream.request("GET", "/api/v1/live")
            self.assertEqual(stream.getresponse().status, 200)
        host.process.terminate()
        self.assertEqual(host.process.wait(STOP_LIMIT), 0, host.output())


if __name__ == "__main__":
    unittest.main()
