"""A disk without room under a real host: it says so, goes on, loses no total, and recovers by itself."""
import resource
import unittest

from harness import Case, Simulator, used_commands, wait_until


class FullDisk(Case):
    def test_nothing_is_lost_and_history_goes_on_when_there_is_room_again(self):
        simulator = self.start(Simulator, "--rate", "100")
        host = self.bot(simulator, '[history]\ntick = "1s"\n[backup]\ninterval = "1s"\n')
        wait_until("history is written", lambda: 'duration_seconds_count{part="history"}' in
                   host.get("/metrics"))
        # No file may grow beyond this: what a full disk is for one process.
        no_limit = resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (512, -1))
        host.wait_for("history failed, the next tick tries again: cannot write history: .*disk")
        host.wait_for("backup failed, the next tick tries again: cannot write .*metrics.json: ")
        wait_until("the failures are counted", lambda: 'tick_failures_total{part="history"}' in
                   host.get("/metrics"))
        events = host.metrics()["discord"]["eventProcessing"]
        wait_until("events are counted all the same",
                   lambda: host.metrics()["discord"]["eventProcessing"] > events + 100)

        self.settle(host, simulator)
        before = host.metrics()
        resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, no_limit)
        host.wait_for("history is written again")
        host.kill()
        simulator.post("/_sim/rest", {"route": "/gateway", "status": 503, "count": 1000})
        after = self.bot(simulator).metrics()
        truth = simulator.get("/_sim/state")
        # What an answer of the last moment brought about may have come after `before`.
        self.assertEqual(after["discord"]["eventProcessing"], truth["dispatches"]["total"])
        self.assertEqual(used_commands(after), used_commands(before))
        self.assertEqual(after["discord"]["guildCount"], before["discord"]["guildCount"])
        self.assertEqual((truth["complaints"], truth["connections"]["opened"]), ([], 1))


if __name__ == "__main__":
    unittest.main()
