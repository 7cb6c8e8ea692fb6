"""A real Prometheus scrapes the host, and a kill does not look like an increase."""
import json
import socket
import unittest
import urllib.parse
import urllib.request

from harness import Case, Host, Program, wait_until


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

    def query(self, prometheus, expression):
        url = f"{prometheus.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(url, timeout=30) as answer:
            result = json.load(answer)["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def test_increase_over_a_kill_counts_each_event_about_once(self):
        port = free_port()
        data = self.folder / "data"
        host = self.start(Host, "demo", "--data", data, "--port", port, "--rate", "50")
        prometheus = self.start_prometheus(f"127.0.0.1:{port}")
        wait_until("the target is up", lambda: self.query(prometheus, "up") == 1)
        events = "sum(discern_gateway_events_total)"
        wait_until("events are scraped", lambda: (self.query(prometheus, events) or 0) > 200)
        host.kill()
        host = self.start(Host, "demo", "--data", data, "--port", port, "--rate", "50")
        wait_until("the counter begins again at 0",
                   lambda: self.query(prometheus, "sum(resets(discern_gateway_events_total[5m])) > 0"))
        wait_until("events are scraped again", lambda: (self.query(prometheus, events) or 0) > 200)
        lifetime = host.metrics()["discord"]["eventProcessing"]
        increase = self.query(prometheus, "sum(increase(discern_gateway_events_total[5m]))")
        # A lifetime total exported as a counter would count the first process twice; what Prometheus
        # extrapolates at the ends of the window is far less than that.
        self.assertGreater(increase, 0)
        self.assertLess(increase, lifetime * 1.3)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
