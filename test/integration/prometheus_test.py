"""A real Prometheus scrapes the host, and a kill does not look like an increase."""
import json
import re
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request

from harness import Case, Host, Program, wait_until

EVENTS = "discern_gateway_events_total"


class Prometheus(Case):
    def start_prometheus(self, target):
        config = self.folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            "scrape_configs:\n"
            f"  - {{job_name: discern, static_configs: [{{targets: ['{target}']}}]}}\n")
        port = free_port()
        program = self.start(Program, [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{port}"])
        program.url = f"http://127.0.0.1:{port}"
        program.wait_for("Server is ready to receive web requests")
        return program

    def query(self, prometheus, expression, **parameters):
        parameters = urllib.parse.urlencode({"query": expression, **parameters})
        with urllib.request.urlopen(f"{prometheus.url}/api/v1/query?{parameters}", timeout=30) as answer:
            return json.load(answer)["data"]["result"]

    def number(self, prometheus, expression, **parameters):
        result = self.query(prometheus, expression, **parameters)
        return float(result[0]["value"][1]) if result else 0

    def run_host(self, port):
        config = self.folder / "discern.toml"
        config.write_text('[history]\ntick = "1s"\n')
        return self.start(Host, "demo", "--config", config, "--data", self.folder / "data",
                          "--port", port, "--rate", "50")

    def test_increase_over_a_kill_counts_each_event_once(self):
        port = free_port()
        host = self.run_host(port)
        prometheus = self.start_prometheus(f"127.0.0.1:{port}")
        scraped = lambda: self.number(prometheus, f"sum({EVENTS})")
        wait_until("events are scraped", lambda: scraped() > 300)
        before = scraped()
        host.kill()
        host = self.run_host(port)
        wait_until("the counters begin again",
                   lambda: self.number(prometheus, f"sum(resets({EVENTS}[10m]))"))
        wait_until("events are scraped again", lambda: scraped() > 300)

        # The total went on where the last tick on disk left it; the exported counter began at 0. An
        # exported total that had gone on would be counted a second time by Prometheus.
        lifetime = host.metrics()["discord"]["eventProcessing"]
        self.assertGreater(lifetime - exported(host), before / 2)

        # What Prometheus makes of it is what it scraped, give or take what it extrapolates.
        now = float(self.query(prometheus, "time()")[1])
        least, most = increase_of(self.query(prometheus, f"{EVENTS}[10m]", time=now))
        increase = self.number(prometheus, f"sum(increase({EVENTS}[10m]))", time=now)
        self.assertGreater(least, 300)
        self.assertGreaterEqual(increase, least * 0.999)
        self.assertLessEqual(increase, most * 1.001)

    def test_promtool_and_the_openmetrics_media_type_agree(self):
        host = self.demo("--rate", "200")
        wait_until("commands are used", lambda: "discern_discord_commands_total{" in text_of(host))
        said = subprocess.run(["promtool", "check", "metrics"], input=text_of(host), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((said.returncode, said.stdout), (0, ""))
        opened = text_of(host, "application/openmetrics-text")
        self.assertTrue(opened.endswith("# EOF\n"))
        self.assertIn("# UNIT discern_gateway_received_bytes bytes\n", opened)


def text_of(host, accept="text/plain"):
    host.metrics()  # Waits for the first tick.
    return host.get("/metrics", {"Accept": accept})


def exported(host):
    values = re.findall(rf"^{EVENTS}{{.*}} (\d+)$", text_of(host), re.M)
    return sum(map(int, values))


def increase_of(series):
    """Bounds for the sum of increase(): every fall is a new beginning at 0, and Prometheus may go
    beyond the first and the last sample by about half a scrape and one."""
    least = most = 0
    for one in series:
        values = [float(value) for _, value in one["values"]]
        if len(values) < 2:
            continue
        counted = values[-1] - values[0]
        counted += sum(a for a, b in zip(values, values[1:]) if b < a)
        least += counted
        most += counted * (1 + 1.6 / (len(values) - 1))
    return least, most


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
