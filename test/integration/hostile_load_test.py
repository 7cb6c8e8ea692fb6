"""Clients that hold places, answers and memory of the web server, against the real program."""
import json
import pathlib
import re
import resource
import socket
import subprocess
import unittest

from harness import BUILD, DISCERN, PATIENCE, SANITIZED, Case, wait_until
from hostile_requests_test import request, rss_bytes, send

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "


def port_of(host):
    return int(host.url.rsplit(":", 1)[1])


def kernel_bytes(port):
    """What the kernel holds of this server's answers: to be sent, and to be read by clients."""
    total = 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, queues = [line.split()[i] for i in (1, 2, 4)]
        sending, receiving = (int(one, 16) for one in queues.split(":"))
        if int(local.split(":")[1], 16) == port:
            total += sending
        if int(remote.split(":")[1], 16) == port:
            total += receiving
    return total


class HostileLoad(Case):
    @classmethod
    def setUpClass(cls):
        # This program holds as many sockets as the server.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))

    def hold(self, host, data, receive_buffer=None):
        """A client that sends this, and neither sends nor reads any more."""
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(60)
        client.connect(("127.0.0.1", port_of(host)))
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def test_half_requests_keep_nobody_out(self):
        host = self.demo("--rate", "0")
        host.metrics()
        halves = [HALF, b"G", b"", request("/api/v1/view", "Content-Length: 50\r\n", "POST", "cut")]
        for i in range(1500):
            self.hold(host, halves[i % len(halves)])
        for path in ("/healthz", "/", "/api/metrics"):
            self.assertRegex(send(host, request(path))[:13], b"HTTP/1.1 200 ", path)
        said = subprocess.run([DISCERN, "plugin", "list", "--data", self.folder / "data"],
                              text=True, capture_output=True, timeout=PATIENCE)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("ping", said.stdout)
        wait_until("it is counted", lambda: re.search(
            r'refused_total\{reason="evicted"\} [1-9]', host.get("/metrics")))

    def test_streams_leave_places_for_everything_else(self):
        settings = self.folder / "discern.toml"
        settings.write_text("[web]\nconnections = 60\n")
        host = self.demo("--rate", "0", "--config", settings)
        host.metrics()
        for _ in range(100):
            self.hold(host, request("/api/v1/live"))
        self.assertRegex(send(host, request("/healthz"))[:13], b"HTTP/1.1 200 ")
        self.assertEqual(host.get("/")[:9].lower(), "<!doctype")

    def test_slow_readers_of_many_files_cost_little(self):
        host = self.demo("--rate", "0")
        host.metrics()
        script = re.search(r'/assets/[^"]+\.js', host.get("/")).group(0)
        size = len(host.get(script))
        for _ in range(500):
            self.hold(host, request(script) * 60)
        self.assertRegex(send(host, request("/healthz"))[:13], b"HTTP/1.1 200 ")
        self.assertLess(kernel_bytes(port_of(host)), 128 << 20)
        self.assertEqual(len(host.get(script)), size)

    def load_with_bulk(self):
        """A host with a plugin whose metrics make /metrics large, and whose page is large as well."""
        settings = self.folder / "discern.toml"
        settings.write_text(f'[plugins]\nfolder = "{BUILD / "test_plugins_web"}"\n')
        host = self.demo("--rate", "0", "--config", settings)
        host.metrics()
        wait_until("the metrics are large", lambda: len(host.get("/metrics")) > 10_000_000)
        return host

    def test_slow_readers_of_large_metrics_cost_little(self):
        host = self.load_with_bulk()
        before = rss_bytes(host.process.pid)
        for _ in range(500):
            self.hold(host, request("/metrics"), receive_buffer=4096)
        self.assertRegex(send(host, request("/healthz"))[:13], b"HTTP/1.1 200 ")
        self.assertLess(kernel_bytes(port_of(host)), 128 << 20)
        if not SANITIZED:
            # Four snapshots' texts of 14 MB, and what 500 connections take.
            self.assertLess(rss_bytes(host.process.pid) - before, 160 << 20)
        self.assertGreater(len(host.get("/metrics")), 10_000_000, "others get all of it")

    def test_slow_readers_of_a_plugins_page_cost_little(self):
        host = self.load_with_bulk()
        size = len(host.get("/plugins/bulk/page"))
        before = rss_bytes(host.process.pid)
        for _ in range(100):
            client = self.hold(host, request("/plugins/bulk/page"), receive_buffer=4096)
            self.assertEqual(client.recv(13, socket.MSG_PEEK | socket.MSG_WAITALL), b"HTTP/1.1 200 ")
        self.assertRegex(send(host, request("/healthz"))[:13], b"HTTP/1.1 200 ")
        if not SANITIZED:
            self.assertLess(rss_bytes(host.process.pid) - before, 40 * size, "of a hundred")
        self.assertEqual(len(host.get("/plugins/bulk/page")), size)

    def test_slow_readers_of_long_queries_cost_little_and_get_it_all(self):
        host = self.demo("--rate", "200")
        wait_until("history has begun", lambda: json.loads(host.get(
            "/api/v1/query?name=discern_process_resident_memory_bytes&from=0&to=4000000000&step=3999999999"
        ))["series"])
        end = int(host.json("/api/v1/status")["started_at"]) + 500
        query = request(f"/api/v1/query?name=discern_process_resident_memory_bytes"
                        f"&from={end - 1000}&to={end}&step=0.01", "Connection: close\r\n")
        whole = send(host, query)
        self.assertIn(b"Transfer-Encoding: chunked", whole[:2000])
        before = rss_bytes(host.process.pid)
        clients = []
        for _ in range(150):
            client = self.hold(host, query, receive_buffer=4096)
            # One after the other: only so many may wait for the disk.
            self.assertTrue(client.recv(1, socket.MSG_PEEK))
            clients.append(client)
        if not SANITIZED:
            self.assertLess(rss_bytes(host.process.pid) - before, 100 << 20)
        for client in (clients[0], clients[-1]):
            answer = b"".join(iter(lambda: client.recv(1 << 20), b""))
            self.assertRegex(answer[:13], b"HTTP/1.1 200 ")
            body = b"".join(re.split(rb"\r\n[0-9a-f]+\r\n", answer[answer.index(b"\r\n\r\n") + 2:])
                            ).removesuffix(b"\r\n\r\n")
            points = json.loads(body)["series"][0]["points"]
            self.assertEqual(len(points), 100_000)


if __name__ == "__main__":
    unittest.main()
