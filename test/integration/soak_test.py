"""64 shards through faults without end: every event counted once, nothing leaks.

The simulator knows what it sent and what cannot have arrived; the host's counters must say the
same, type by type. DISCERN_SOAK_SECONDS sets the length; from half an hour on, memory is judged.
"""
import os
import pathlib
import re
import statistics
import time
import unittest

from harness import SANITIZED, Case, Host, Simulator, wait_until

SECONDS = float(os.environ.get("DISCERN_SOAK_SECONDS", "30"))
# As many as a sanitized simulator can serve.
SHARDS = 16 if SANITIZED else 64
GUILDS = SHARDS * 10
SCENARIO = pathlib.Path(__file__).parents[2] / "sim" / "scenarios" / "soak.toml"
# What 30 minutes may add from minute 10 on.
MOST_GROWTH_KB = 2048
LONG_ENOUGH = 1800
# What a machine with other work to do may be late with.
OF_TIME = {"heartbeat_missed", "heartbeat_request"}
# A beat is due this often; the scenario's silences and stalls are longer.
HEARTBEAT_MS = 2000
RATE = 100 if SANITIZED else 400

COUNTS = re.compile(r'^discern_gateway_events_total\{type="(\w+)"\} (\d+)', re.M)


class DiscordSoak(Case):
    def setUp(self):
        super().setUp()
        self.simulator = self.start(
            Simulator, "--shards", str(SHARDS), "--guilds", str(GUILDS), "--rate", str(RATE),
            "--max-concurrency", str(SHARDS), "--identify-interval-ms", "0", "--heartbeat-ms",
            str(HEARTBEAT_MS), "--latency-ms", "5", "--scenario", str(SCENARIO))
        settings = self.folder / "discern.toml"
        settings.write_text(f'[discord]\napi_url = "{self.simulator.url}/api"\n'
                            '[log]\nlevel = "error"\n')
        self.host = self.start(Host, "run", "--config", settings, "--data", self.folder / "data",
                               "--port", "0", env={"DISCORD_TOKEN": "sim.soak"})
        # The scenario runs already: on a slow machine they may never all be ready at one moment.
        wait_until("every shard to have a session", lambda: len(self.shards()) == SHARDS and all(
            shard["identifies"] for shard in self.shards()))

    def shards(self):
        return self.host.json("/api/v1/shards")["shards"]

    def all_ready(self):
        shards = self.shards()
        return len(shards) == SHARDS and all(shard["state"] == "ready" for shard in shards)

    def sent(self):
        """What must have arrived, by type; nothing while the truth is not settled."""
        dispatches = self.simulator.get("/_sim/state")["dispatches"]
        if dispatches["unsettled"]:
            return None
        lost = dispatches["undelivered_by_type"]
        left = {name: n - lost.get(name, 0) for name, n in dispatches["by_type"].items()}
        return {name: n for name, n in left.items() if n}

    def counted(self):
        return {name: int(n) for name, n in COUNTS.findall(self.host.get("/metrics")) if int(n)}

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.host.process.pid}") / name

    def resident_kb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", self.proc("status").read_text())[1])

    def descriptors(self):
        return len(list(self.proc("fd").iterdir()))

    def watch(self):
        """[(seconds, resident kB)] until the time is over, and the most descriptors of its first third."""
        samples, descriptors, begin = [], self.descriptors(), time.monotonic()
        while (passed := time.monotonic() - begin) < SECONDS:
            samples.append((passed, self.resident_kb()))
            if passed < SECONDS / 3:
                descriptors = max(descriptors, self.descriptors())
            self.assertIsNone(self.host.process.poll(), self.host.output())
            # The length of the soak is what it is about.
            time.sleep(min(1.0, SECONDS - passed))
        return samples, descriptors

    def test_every_event_is_counted_once_and_nothing_leaks(self):
        samples, descriptors = self.watch()
        self.simulator.post("/_sim/end_scenario")
        self.simulator.post("/_sim/pause")
        self.simulator.post("/_sim/silence", {"on": False})

        counts = {}

        def agree():
            counts["sent"], counts["counted"] = self.sent(), self.counted()
            return self.all_ready() and counts["sent"] == counts["counted"]
        try:
            wait_until("the counts to agree", agree)
        except AssertionError:
            self.fail(f"the simulator sent\n{counts['sent']}\nbut the host counted\n"
                      f"{counts['counted']}")
        self.report(samples, descriptors, counts["counted"])
        guilds = self.simulator.get("/_sim/state")["guilds"]["total"]
        wait_until("the guild count", lambda: self.host.metrics()["discord"]["guildCount"] == guilds)
        wait_until(f"no more than {descriptors} descriptors, not {self.descriptors()}",
                   lambda: self.descriptors() <= descriptors)
        complaints = {c["kind"] for c in self.simulator.get("/_sim/state")["complaints"]}
        self.assertLessEqual(complaints, OF_TIME)
        if SECONDS >= LONG_ENOUGH:
            self.assertLessEqual(self.growth(samples), MOST_GROWTH_KB)

    @staticmethod
    def growth(samples):
        """From the minute around a third of the time to the last one, in kB."""
        def around(moment):
            return statistics.median(kb for at, kb in samples if abs(at - moment) <= 30)
        return around(SECONDS) - around(SECONDS / 3)

    def report(self, samples, descriptors, counted):
        state = self.simulator.get("/_sim/state")
        print(f"\n{SECONDS:.0f} s, {SHARDS} shards: {sum(counted.values())} events counted once; "
              f"{state['connections']['opened']} connections, {state['identifies']} identifies, "
              f"{state['resumes']} resumes, closed by us {state['connections']['closed_by_us']}; "
              f"resident {samples[0][1]} kB at first, {samples[len(samples) // 3][1]} kB after a "
              f"third, {samples[-1][1]} kB at last (growth {self.growth(samples):.0f} kB); "
              f"descriptors {descriptors} and {self.descriptors()}; "
              f"complaints {sorted({c['kind'] for c in state['complaints']})}", flush=True)


if __name__ == "__main__":
    unittest.main()
