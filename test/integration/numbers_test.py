"""What the program shows is what happened: counts, gauges, switches, the verdict, the demo's history."""
import json
import re
import shutil
import socket
import time
import urllib.error
import urllib.request

from harness import BUILD, Case, Simulator, wait_until

EVENTS = "discern_gateway_events_total"
RANGES = (300, 900, 3600, 21600, 86400, 604800)
QUIET = ("--rate", "0", "--latency-ms", "0", "--fault-rate", "0")


def samples(host, family):
    """{labels: value} of one family, as Prometheus sees it."""
    found = re.findall(r"^" + family + r"(?:\{(.*)\})? (\S+)$", host.get("/metrics"), re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def by_type(host):
    return {re.search('type="(.*?)"', labels).group(1): value
            for labels, value in samples(host, EVENTS).items()}


def query(host, name, span, step, fn):
    to = int(time.time()) + 2
    return host.json(f"/api/v1/query?name={name}&from={to - span}&to={to}&step={step}&fn={fn}")


class Counts(Case):
    """A count for a range is what the counter grew in it, at every range, step and coverage."""

    def expect(self, host, truth):
        for span in RANGES:
            for step in (max(10, -(-span // 600) * 10), 7, 601, 2 * span):
                if span / step > 10_000:
                    continue
                answer = query(host, EVENTS, span, step, "increase")
                counts = {s["labels"]["type"]: sum(v or 0 for _, v in s["points"])
                          for s in answer["series"]}
                self.assertEqual({k: v for k, v in counts.items() if v}, truth, (span, step))
                for series in answer["series"]:
                    self.assertEqual(series["increase"], counts[series["labels"]["type"]])

    def test_counts_are_exact_right_after_the_start_and_over_restarts(self):
        simulator = self.start(Simulator, "--rate", "80", "--guilds", "12", "--fault-rate", "0")
        truth = {}
        for _ in range(2):
            simulator.post("/_sim/resume")
            host = self.bot(simulator)
            wait_until("something happened", lambda: by_type(host).get("MESSAGE_CREATE", 0) > 20)
            simulator.post("/_sim/pause")

            def all_arrived():
                told = simulator.get("/_sim/state")["dispatches"]["total"]
                return host.metrics()["discord"]["eventProcessing"] == told
            wait_until("every event has arrived", all_arrived)
            # Before the first history tick, which comes after ten seconds.
            for kind, n in by_type(host).items():
                truth[kind] = truth.get(kind, 0) + n
            self.expect(host, truth)
            self.assertEqual(host.stop(), 0)


class Gauges(Case):
    """What has not been said yet has no sample."""

    UNSAID = ("discern_discord_guilds", "discern_discord_users", "discern_gateway_shard_ready",
              "discern_gateway_last_ack_age_seconds", "discern_gateway_last_dispatch_age_seconds",
              "discern_gateway_identify_remaining")

    def test_nothing_is_shown_or_stored_before_discord_has_spoken(self):
        settings = '[history]\ntick = "1s"\n'
        with socket.create_server(("127.0.0.1", 0)) as silent:
            class Nobody:
                url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            host = self.bot(Nobody, settings)
            wait_until("ticks", lambda: len(host.json("/api/v1/ticks")["t"]) > 2)
            for family in self.UNSAID:
                self.assertEqual(samples(host, family), {}, family)
            ticks = host.json("/api/v1/ticks")
            keys = [s["key"] for s in ticks["series"]]
            for key in ("guilds", "users", "shards_ready", "api_latency"):
                self.assertEqual(set(ticks["v"][keys.index(key)]), {None}, key)
            shards = host.json("/api/v1/shards")
            self.assertIsNone(shards["guilds"])
            self.assertIsNone(shards["users"])
            self.assertEqual(host.json("/api/v1/verdict")["level"], "unknown")
            self.assertEqual(host.stop(), 0)
        simulator = self.start(Simulator, *QUIET, "--guilds", "39")
        host = self.bot(simulator, settings)
        wait_until("the guilds are known",
                   lambda: host.metrics()["discord"]["guildCount"] == 39
                   and host.json("/api/v1/shards")["users"])

        def stored(name):
            points = [p for s in query(host, name, 600, 1, "last")["series"] for p in s["points"]]
            return {v for _, v in points if v is not None}
        users = host.json("/api/v1/shards")["users"]
        self.assertEqual(wait_until("stored", lambda: stored("discern_discord_guilds")), {39})
        self.assertEqual(wait_until("stored", lambda: stored("discern_discord_users")), {users})

    def test_the_demo_has_the_same_guilds_after_an_outage(self):
        def guilds(host):
            address = host.wait_for(r"guilds at (http://\S+?);").group(1)
            with urllib.request.urlopen(address + "/_sim/guilds") as answer:
                return {g["id"] for g in json.loads(answer.read())}

        def run():
            host = self.demo("--guilds", "20", "--rate", "400")
            begun = host.metrics()["discord"]["eventProcessing"]
            wait_until("life goes on",
                       lambda: host.metrics()["discord"]["eventProcessing"] > begun + 3000)
            return host
        host = run()
        first = guilds(host)
        host.kill()
        host = run()
        self.assertEqual(guilds(host), first)
        shards = host.json("/api/v1/shards")
        self.assertEqual((shards["guilds"], shards["joins"], shards["leaves"]), (20, 0, 0))


class Switches(Case):
    """A start is no enabling."""

    def counts(self, host):
        return host.metrics()["plugins"]["enableDisableCount"]["ping"]

    def test_only_an_operator_and_faults_switch_plugins(self):
        for _ in range(2):
            host = self.demo("--rate", "0")
            self.assertEqual(self.counts(host), {"enabled": 0, "disabled": 0})
            host.stop()
        host = self.demo("--rate", "0")
        for verb in ("disable", "enable", "reload"):
            request = urllib.request.Request(host.url + f"/api/v1/plugins/ping/{verb}", method="POST",
                                             headers={"Origin": host.url})
            urllib.request.urlopen(request).close()
        wait_until("counted", lambda: self.counts(host) == {"enabled": 1, "disabled": 1})


class Verdict(Case):
    """One verdict, on every page the same."""

    def test_a_plugin_that_fails_is_named_everywhere(self):
        shutil.copytree(BUILD / "test_plugins" / "thrower", self.folder / "plugins" / "thrower")
        simulator = self.start(Simulator, *QUIET, "--guilds", "3")
        host = self.bot(simulator, f'[plugins]\nfolder = "{self.folder}/plugins"\n')
        wait_until("connected", lambda: host.json("/api/v1/shards")["shards"][0]["state"] == "ready")
        wait_until("all is well",
                   lambda: host.json("/api/v1/verdict")["plugins"] == "of 1, all well")
        for _ in range(30):
            simulator.post("/_sim/message", {"content": "hello"})

        def trouble():
            verdict = host.json("/api/v1/verdict")
            row = host.json("/api/v1/plugins")["plugins"][0]
            return verdict["level"] in ("warn", "err") and row.get("health") and (verdict, row)
        verdict, row = wait_until("trouble", trouble)
        self.assertIn(row["name"], verdict["sentences"][0]["text"])
        self.assertIn("in trouble", verdict["plugins"])
        self.assertNotIn("well", json.dumps(verdict))


class Demo(Case):
    """Every range has something to show at once, and what is made up says so."""

    def test_every_range_is_full_in_the_first_minute(self):
        host = self.demo("--guilds", "20")
        status = host.json("/api/v1/status")
        self.assertGreater(status["made_up_until"], time.time() - 60)
        self.assertEqual(host.metrics()["system"]["restartCount"], 0)
        for span, step in ((300, 10), (900, 10), (3600, 10), (21600, 10), (86400, 60), (604800, 600)):
            answer = query(host, EVENTS, span, step, "rate")
            messages = next(s for s in answer["series"] if s["labels"]["type"] == "MESSAGE_CREATE")
            known = [v for _, v in messages["points"] if v is not None]
            self.assertGreater(len(known), 0.9 * span / step, span)
            self.assertGreater(max(known), 0)
            self.assertNotIn("READY", [s["labels"]["type"] for s in answer["series"]
                                       if s["increase"] > 1])
        marks = [m["kind"] for m in query(host, EVENTS, 604800, 600, "rate")["annotations"]]
        self.assertIn("demo", marks)

        def calm():
            verdict = host.json("/api/v1/verdict")
            return verdict["level"] == "ok"
        wait_until("a green demo", calm)
        self.assertEqual(host.stop(), 0)

        again = self.demo("--guilds", "20")
        self.assertEqual(again.json("/api/v1/status")["made_up_until"], status["made_up_until"])
        self.assertEqual(again.metrics()["system"]["restartCount"], 1)

    def test_a_bots_folder_gets_no_made_up_history(self):
        simulator = self.start(Simulator, *QUIET, "--guilds", "3")
        host = self.bot(simulator)
        wait_until("connected", lambda: host.json("/api/v1/shards")["shards"][0]["state"] == "ready")
        self.assertNotIn("made_up_until", host.json("/api/v1/status"))
        answer = query(host, EVENTS, 604800, 604800, "increase")
        self.assertEqual({s["labels"]["type"]: s["increase"] for s in answer["series"]}, by_type(host))
