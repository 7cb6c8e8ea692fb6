"""The whole host against a simulated Discord that lives longer, over clean and killed restarts."""
import os
import shutil
import subprocess
import time
import unittest

from harness import BUILD, DISCERN, Case, Host, Simulator, wait_until

SHARDS = 3
PERIODS = ("day", "week", "month")
QUIET = ("--rate", "0", "--latency-ms", "0", "--fault-rate", "0", "--identify-interval-ms", "0")


class Restarts(Case):
    def setUp(self):
        super().setUp()
        self.sim = self.start(Simulator, *QUIET, "--guilds", "30", "--shards", str(SHARDS),
                              "--max-concurrency", str(SHARDS))
        plugins = self.folder / "plugins"
        shutil.copytree(BUILD / "test_plugins" / "calm", plugins / "calm")
        self.settings = self.folder / "discern.toml"
        self.settings.write_text(
            f'[discord]\napi_url = "{self.sim.url}/api"\n'
            f'[plugins]\nfolder = "{plugins}"\n'
            '[history]\ntick = "1s"\n')

    def host(self):
        host = self.start(Host, "run", "--config", self.settings, "--data", self.folder / "data",
                          "--port", "0", env={"DISCORD_TOKEN": "sim.restarts"})
        return host

    def all_ready(self, host):
        shards = host.json("/api/v1/shards")["shards"]
        return len(shards) == SHARDS and all(shard["state"] == "ready" for shard in shards)

    def sent(self):
        return self.sim.get("/_sim/state")["dispatches"]["total"]

    def outcome(self, host, outcome):
        line = f'discern_discord_interactions_total{{type="command",outcome="{outcome}"}} '
        return sum(float(text.removeprefix(line)) for text in host.get("/metrics").splitlines()
                   if text.startswith(line))

    def let_things_happen(self):
        for shard in range(SHARDS):
            self.sim.post("/_sim/flood", {"count": 300, "shard": shard})
        self.sim.post("/_sim/message", {"count": 50})

    def expect_exact(self, host, after):
        def compare():
            counted, sent = host.metrics()["discord"]["eventProcessing"], self.sent()
            return counted == sent or None
        try:
            wait_until("every dispatch is counted once", compare)
        except AssertionError:
            self.fail(f"after {after}: {host.metrics()['discord']['eventProcessing']} counted, "
                      f"{self.sent()} sent\n{host.output()}")

    def test_every_dispatch_counts_once_and_no_identify_is_spent(self):
        host = self.host()
        wait_until("all shards are ready", lambda: self.all_ready(host))
        wait_until("the command is known", lambda: "calm" in self.sim.get("/_sim/state")["commands"])
        for restart in ("a clean stop", "a kill", "a kill", "a clean stop", "a kill"):
            self.let_things_happen()
            self.expect_exact(host, "before " + restart)
            users = host.metrics()["discord"]["userCount"]
            if restart == "a kill":
                # Counted by a process that will not be able to tell anybody.
                self.sim.post("/_sim/message", {"count": 40})
                host.kill()
            else:
                self.assertEqual(host.stop(), 0, host.output())
            host.close()
            missed = self.sim.post("/_sim/interaction", {"command": "calm"})["id"]
            self.sim.post("/_sim/message", {"count": 20})
            # Discord waits three seconds for an answer; until then it would be run.
            created = self.sim.get(f"/_sim/interaction/{missed}")["created_ms"] / 1000
            wait_until("the interaction is too old", lambda: time.time() > created + 3.2)

            host = self.host()
            self.assertEqual(host.metrics()["discord"]["guildCount"], 30)
            self.assertEqual(host.metrics()["discord"]["userCount"], users)
            wait_until("all shards are ready", lambda: self.all_ready(host))
            self.expect_exact(host, restart)
            wait_until("the old command is counted", lambda: self.outcome(host, "expired") == 1)
            self.assertEqual(self.sim.get(f"/_sim/interaction/{missed}")["answers"], [])
            self.assertEqual(self.sim.get("/_sim/state")["identifies"], SHARDS)
        # And what is fresh is answered.
        asked = self.sim.post("/_sim/interaction", {"command": "calm"})["id"]
        wait_until("an answer", lambda: self.sim.get(f"/_sim/interaction/{asked}")["answers"])
        wait_until("it is counted, and those that were missed are not",
                   lambda: host.metrics()["discord"]["commandUsage"]["calm"] == 1)
        self.assertEqual(self.sim.get("/_sim/state")["complaints"], [])


class KnownCommands(Case):
    """Writing commands spends a daily budget at Discord: a plugin that is off keeps its own there."""
    PUT = "PUT /applications/{application.id}/commands"

    def setUp(self):
        super().setUp()
        self.sim = self.start(Simulator, *QUIET, "--guilds", "2")
        for plugin in ("calm", "keeper"):
            shutil.copytree(BUILD / "test_plugins" / plugin, self.folder / "plugins" / plugin)

    def run_bot(self):
        host = self.bot(self.sim, f'[plugins]\nfolder = "{self.folder / "plugins"}"\n')
        wait_until("the shard is ready", lambda: [
            shard["state"] for shard in host.json("/api/v1/shards")["shards"]] == ["ready"])
        return host

    def writes(self):
        return self.sim.get("/_sim/state")["rest"]["by_route"].get(self.PUT, {}).get("requests", 0)

    def looks(self):
        routes = self.sim.get("/_sim/state")["rest"]["by_route"]
        return routes.get(self.PUT.replace("PUT", "GET"), {}).get("requests", 0)

    def answer(self):
        asked = self.sim.post("/_sim/interaction", {"command": "calm"})["id"]
        answers = wait_until("an answer",
                             lambda: self.sim.get(f"/_sim/interaction/{asked}")["answers"])
        return answers[0]["body"]["data"]["content"]

    def test_a_disabled_plugin_spends_no_write_and_says_that_it_is_off(self):
        host = self.run_bot()
        wait_until("the command is known", lambda: "calm" in self.sim.get("/_sim/state")["commands"])
        known = self.sim.get("/_sim/state")["commands"]
        subprocess.run([DISCERN, "plugin", "disable", "calm", "--data",
                        self.folder / "data", "--port", host.url.rsplit(":", 1)[1]], check=True, capture_output=True)
        self.assertEqual(host.stop(), 0, host.output())
        looks = self.looks()

        host = self.run_bot()
        wait_until("the host compared its commands", lambda: self.looks() > looks)
        self.assertIn("switched off", self.answer())
        self.assertEqual(host.stop(), 0, host.output())
        self.assertEqual(self.writes(), 1, "it was registered once and stayed so")
        self.assertEqual(self.sim.get("/_sim/state")["commands"], known)

        shutil.rmtree(self.folder / "plugins" / "calm")
        host = self.run_bot()
        wait_until("its command is gone",
                   lambda: "calm" not in self.sim.get("/_sim/state")["commands"])
        self.assertEqual(self.writes(), 2)
        self.assertEqual(self.sim.get("/_sim/state")["complaints"], [])


class Activity(Restarts):
    # HyperLogLog's standard error is 1.63 %, less for so few: five percent is beyond four of them.
    TOLERANCE = 0.05
    FIRST_USER = 700_000_000_000_000_000

    # Inherited: it has run above.
    test_every_dispatch_counts_once_and_no_identify_is_spent = None

    def act(self, first, last, guild):
        """A message of each of these people; their ids are made here, and nowhere else."""
        for number in range(first, last):
            self.sim.post("/_sim/message", {"user": str(self.FIRST_USER + number), "guild": guild})

    def expect(self, host, people, events, busiest):
        def compare():
            answer = host.json("/api/v1/activity")
            return [answer["guilds"][p]["events"] for p in PERIODS] == [events] * 3 and answer
        answer = wait_until(f"{events} events of guilds", compare)
        for period in PERIODS:
            self.assertAlmostEqual(answer["active_users"][period], people,
                                   delta=people * self.TOLERANCE)
            guilds = answer["guilds"][period]
            self.assertEqual((guilds["top"][0]["guild"], guilds["top"][0]["events"]), busiest)
            self.assertEqual(sum(g["events"] for g in guilds["top"]) + guilds["other"], events)
        return answer["active_users"]

    def test_people_and_guilds_are_counted_over_a_kill_and_nobody_is_remembered(self):
        host = self.host()
        wait_until("all shards are ready", lambda: self.all_ready(host))
        wait_until("the command is known", lambda: "calm" in self.sim.get("/_sim/state")["commands"])
        guilds = [g["id"] for g in self.sim.get("/_sim/guilds")]
        self.act(0, 300, guilds[3])
        self.act(200, 400, guilds[4])
        for number in range(390, 440):
            self.sim.post("/_sim/interaction", {"command": "calm", "guild": guilds[3],
                                                "user": str(self.FIRST_USER + number)})
        before = self.expect(host, 440, 550, (guilds[3], 350))
        # Some of these reach the disk and some do not; Discord sends the latter again.
        self.act(0, 200, guilds[4])
        host.kill()
        host.close()
        self.act(200, 250, guilds[4])
        host = self.host()
        after = self.expect(host, 440, 800, (guilds[4], 450))
        self.assertEqual(after, before, "the same people, seen again")
        self.assertEqual(host.stop(), 0, host.output())
        keys = self.folder / "data" / "period.keys"
        self.assertEqual(keys.stat().st_mode & 0o777, 0o600)
        for file in (self.folder / "data").rglob("*"):
            if file.is_file():
                self.assertNotIn(str(self.FIRST_USER)[:12].encode(), file.read_bytes(), file)
        self.assertNotIn(str(self.FIRST_USER)[:12], host.output())
        print(f"440 people: {after} by HyperLogLog, before and after kill -9", flush=True)


class IdentifyBudget(Case):
    # One in a hundred of a thousand is never used.
    USABLE = 4

    def test_a_crash_loop_does_not_overspend_whatever_discord_says(self):
        sim = self.start(Simulator, *QUIET, "--guilds", "5")
        sim.get("/_sim/state")  # Begins the day.
        # What is told stays as it was at first, however much is spent.
        sim.post("/_sim/configure", {"identifies_remaining": 10 + self.USABLE,
                                     "identifies_told": 10 + self.USABLE})

        def spent():
            return sim.get("/_sim/state")["identifies"]
        # One is killed as soon as it has spent an IDENTIFY, before its session is on disk.
        for start in range(1, self.USABLE + 1):
            host = self.bot(sim, '[history]\ntick = "60s"\n')
            wait_until(f"IDENTIFY {start}", lambda: spent() == start)
            host.kill()
            host.close()
        for start in range(3):
            host = self.bot(sim, '[history]\ntick = "60s"\n')
            host.wait_for("IDENTIFY budget of the day is used up")
            budget = host.json("/api/v1/shards")["identify_budget"]
            self.assertEqual(budget["remaining"], 10)
            host.kill()
            host.close()
        self.assertEqual(spent(), self.USABLE)
        self.assertEqual(sim.get("/_sim/state")["complaints"], [])


class Settings(Case):
    def test_a_range_of_shards_runs_beside_the_others(self):
        sim = self.start(Simulator, *QUIET, "--guilds", "40", "--shards", "4",
                         "--max-concurrency", "4")
        (self.folder / "plugins").mkdir()
        hosts = []
        for shard_range in ("0-1", "2-3"):
            settings = self.folder / f"{shard_range}.toml"
            settings.write_text(
                f'[discord]\napi_url = "{sim.url}/api"\nshards = 4\n'
                f'shard_range = "{shard_range}"\n'
                'status = "the tests"\nactivity = "watching"\npresence = "idle"\n'
                f'[plugins]\nfolder = "{self.folder / "plugins"}"\n')
            hosts.append(self.start(Host, "run", "--config", settings, "--data",
                                    self.folder / shard_range, "--port", "0",
                                    env={"DISCORD_TOKEN": "sim.ranges"}))

        def shards(host):
            answer = host.json("/api/v1/shards")
            return [shard["id"] for shard in answer["shards"] if shard["state"] == "ready"]
        wait_until("the first two", lambda: shards(hosts[0]) == [0, 1])
        wait_until("the last two", lambda: shards(hosts[1]) == [2, 3])
        self.assertEqual(hosts[1].json("/api/v1/shards")["shard_count"], 4)
        wait_until("each guild is served once",
                   lambda: sum(h.metrics()["discord"]["guildCount"] for h in hosts) == 40)
        state = sim.get("/_sim/state")
        for session in state["sessions"]:
            self.assertEqual(session["presence"]["status"], "idle")
            self.assertEqual(session["presence"]["activities"], [{"name": "the tests", "type": 3}])
        self.assertEqual(state["complaints"], [])

    def test_a_range_beyond_the_shards_says_what_to_set(self):
        settings = self.folder / "discern.toml"
        settings.write_text('[discord]\nshard_range = "0-15"\n')
        done = subprocess.run([DISCERN, "run", "--config", settings, "--data",
                               self.folder / "data", "--port", "0"], text=True,
                              capture_output=True, env={**os.environ, "DISCORD_TOKEN": "sim.range"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("discord.shards is 0", done.stderr)


if __name__ == "__main__":
    unittest.main()
