"""kill -9 at random moments: each start opens clean, and no total ever falls."""
import os
import random
import sqlite3
import time
import unittest

from harness import Case, wait_until

ROUNDS = int(os.environ.get("DISCERN_KILLS", "20"))


def totals(metrics):
    return {
        "events": metrics["discord"]["eventProcessing"],
        "commands": sum(metrics["discord"]["commandUsage"].values()),
        "restarts": metrics["system"]["restartCount"],
    }


class KillLoop(Case):
    def test_no_total_falls_over_random_kills(self):
        settings = self.folder / "discern.toml"
        settings.write_text('[history]\ntick = "1s"\n[log]\nlevel = "warn"\n')
        database = self.folder / "data" / "discern.db"
        chance = random.Random(7)
        before = {}
        for kill in range(ROUNDS):
            host = self.demo("--rate", "200", "--config", settings)
            restored = totals(host.metrics())
            for name, value in before.items():
                self.assertGreaterEqual(restored[name], value, f"{name} fell at start {kill}")
            if before:
                self.assertEqual(restored["restarts"], before["restarts"] + 1)
            self.assertNotIn("set aside", host.output())
            # The moment of the kill is what is random here.
            time.sleep(chance.uniform(0.2, 3.0))
            host.kill()
            host.close()
            before = restored
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        host = self.demo("--rate", "0", "--config", settings)
        self.assertGreater(totals(host.metrics())["events"], 0)
        wait_until("the last start ticks", lambda: host.json("/api/v1/ticks")["t"])


if __name__ == "__main__":
    unittest.main()
