"""kill -9 at random moments: each start opens clean, no total falls, and every event is counted once."""
import os
import random
import sqlite3
import time
import unittest

from harness import SANITIZED, Case, Simulator, wait_until

ROUNDS = int(os.environ.get("DISCERN_KILLS", "20"))
SETTINGS = '[history]\ntick = "1s"\n[log]\nlevel = "warn"\n'
# A tick a second, and what a busy machine may add to it.
LONGEST_TAIL_S = 5


def totals(metrics):
    return {
        "events": metrics["discord"]["eventProcessing"],
        "commands": sum(metrics["discord"]["commandUsage"].values()),
    }


class KillLoop(Case):
    def ask(self, query):
        database = self.folder / "data" / "discern.db"
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(query).fetchone()[0]
        finally:
            connection.close()

    def test_random_kills_lose_nothing(self):
        simulator = self.start(Simulator, "--rate", "200")
        chance = random.Random(7)
        host = self.bot(simulator, SETTINGS)
        # A session that never reached the disk could not be resumed.
        wait_until("the session is on disk", lambda: self.ask(
            "SELECT count(*) FROM state WHERE area = 'gateway.shard'") == 1)
        born = time.time()
        tails = []
        for kill in range(1, ROUNDS + 1):
            before = totals(host.metrics())
            tick = self.ask("SELECT max(id) FROM tick")
            # The moment of the kill is what is random here.
            time.sleep(chance.uniform(0.2, 3.0))
            host.kill()
            killed = time.time()
            host.close()
            self.assertEqual(self.ask("PRAGMA integrity_check"), "ok")
            # A process that lived for less than a tick is owed none.
            tails.append(killed - max(born, self.ask("SELECT max(time_ms) FROM tick") / 1000))
            is_on_disk = self.ask("SELECT max(id) FROM tick") > tick

            host = self.bot(simulator, SETTINGS)
            born = time.time()
            restored = host.metrics()
            self.assertNotIn("set aside", host.output())
            self.assertEqual(restored["system"]["restartCount"], kill)
            for name, value in before.items() if is_on_disk else ():
                self.assertGreaterEqual(totals(restored)[name], value, f"{name} after kill {kill}")
        if not SANITIZED:
            self.assertLess(max(tails), LONGEST_TAIL_S)
        simulator.post("/_sim/pause")
        # One that was killed before it came that far has not resumed; it costs nothing either.
        wait_until("the last session is resumed",
                   lambda: 'discern_gateway_shard_ready{shard="0"} 1' in host.get("/metrics"))
        # Discord replays everything but RESUMED itself: the count of one whose process died before
        # its next tick is gone.
        def counted():
            truth = simulator.get("/_sim/state")["dispatches"]
            missing = truth["total"] - totals(host.metrics())["events"]
            return 0 <= missing <= truth["by_type"]["RESUMED"]
        tick = self.ask("SELECT max(id) FROM tick")
        wait_until("two more ticks", lambda: self.ask("SELECT max(id) FROM tick") > tick + 1)
        wait_until("every event is counted, and none twice", counted)
        truth = simulator.get("/_sim/state")
        self.assertEqual((truth["complaints"], truth["identifies"]), ([], 1))
        print(f"{ROUNDS} kills: {truth['dispatches']['total']} events, each counted once; "
              f"1 IDENTIFY, {truth['resumes']} resumes; at most {max(tails):.1f} s after the last tick; "
              f"database {self.ask('PRAGMA page_count') * 4 // 1024} MiB", flush=True)


if __name__ == "__main__":
    unittest.main()
