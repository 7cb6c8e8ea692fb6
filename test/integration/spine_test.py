"""One value from a simulated Discord to the API, to Prometheus, to disk, and over a restart."""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from harness import DISCERN, STOP_LIMIT, Case, Host, Simulator, used_commands, wait_until

SEED_SHAPE = {
    "system": {"uptime", "restartCount", "memoryUsage", "cpuUsage", "eventLoopDelay"},
    "discord": {"commandUsage", "eventProcessing", "apiLatency", "guildCount", "userCount"},
    "plugins": {"loadTime", "enableDisableCount", "errorCount", "commandUsage"},
    "web": {"pageViews", "apiRequestCount", "apiResponseTime", "errorRates"},
}


def total_commands(metrics):
    return sum(metrics["discord"]["commandUsage"].values())


def guild_history(host, begin):
    """{time: guilds} of the seconds since `begin` for which history holds a sample."""
    try:
        found = host.json(f"/api/v1/query?name=discern_discord_guilds&fn=last&step=1"
                          f"&from={begin}&to={int(time.time()) + 1}")["series"]
    except urllib.error.HTTPError as error:
        with error:
            # Before the first history tick there is no such family on disk.
            if error.code != 404:
                raise
        return {}
    return {t: v for t, v in found[0]["points"] if v is not None} if found else {}


class Spine(Case):
    def test_the_api_has_the_seeds_shape_and_its_values_move(self):
        host = self.demo("--rate", "200")
        first = host.metrics()
        for area, keys in SEED_SHAPE.items():
            self.assertLessEqual(keys, set(first[area]), area)
        wait_until("commands are used", lambda: total_commands(host.metrics()) > 3)
        later = host.metrics()
        self.assertGreater(later["system"]["uptime"], first["system"]["uptime"])
        self.assertGreater(later["system"]["memoryUsage"], 1 << 20)
        self.assertGreater(later["discord"]["eventProcessing"], first["discord"]["eventProcessing"])
        self.assertGreater(later["discord"]["guildCount"], 0)
        self.assertGreater(later["discord"]["userCount"], later["discord"]["guildCount"])
        self.assertLessEqual({"ping", "trivia", "activity"}, set(later["plugins"]["loadTime"]))
        by_plugin = sum(sum(c.values()) for c in later["plugins"]["commandUsage"].values())
        self.assertEqual(by_plugin, total_commands(later))
        wait_until("REST answers are measured", lambda: host.metrics()["discord"]["apiLatency"])
        self.assertGreater(len(host.metrics()["web"]["apiResponseTime"]), 0)

    def test_a_page_view_counts_for_known_pages_only(self):
        host = self.demo()

        def view(path):
            request = urllib.request.Request(
                host.url + "/api/v1/view", data=json.dumps({"path": path}).encode(), method="POST",
                headers={"Content-Type": "application/json"})
            try:
                return urllib.request.urlopen(request).status
            except urllib.error.HTTPError as error:
                with error:
                    return error.code
        self.assertEqual(view("/"), 204)
        self.assertEqual(view("/no/such/page"), 400)
        wait_until("the view is counted", lambda: host.metrics()["web"]["pageViews"] == {"/": 1})

    def test_promtool_accepts_the_metrics_without_a_word(self):
        host = self.demo("--rate", "200")
        wait_until("commands are used", lambda: total_commands(host.metrics()) > 0)
        text = host.get("/metrics")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))

    def test_the_simulator_dies_with_its_host_also_after_a_kill(self):
        host = self.demo()
        children = host.children()
        self.assertEqual(len(children), 1)
        host.kill()
        wait_until("the simulator is gone", lambda: not pathlib.Path(f"/proc/{children[0]}").exists()
                   or "Z" in pathlib.Path(f"/proc/{children[0]}/stat").read_text().split()[2])

    def test_totals_sessions_and_history_go_on_after_a_kill(self):
        # This Discord outlives the host, so its own numbers say what the host must know.
        simulator = self.start(Simulator, "--rate", "100")
        host = self.bot(simulator, '[history]\ntick = "1s"\n')
        begin = int(time.time())
        wait_until("commands are used", lambda: total_commands(host.metrics()) > 3)
        self.settle(host, simulator)
        have = len(guild_history(host, begin))
        wait_until("that is on disk", lambda: len(guild_history(host, begin)) > have + 1)
        before = host.metrics()
        boot = host.json("/api/v1/status")["boot_id"]
        host.kill()
        dead = time.time()

        # Nobody tells the next process anything: what it knows at once is what was on disk.
        simulator.post("/_sim/rest", {"route": "/gateway", "status": 503, "count": 1000})
        wait_until("some ticks are missed", lambda: time.time() > dead + 5)
        born = time.time()
        host = self.bot(simulator, '[history]\ntick = "1s"\n')
        after = host.metrics()
        truth = simulator.get("/_sim/state")
        self.assertEqual(truth["connections"]["open"], 0)
        self.assertNotEqual(host.json("/api/v1/status")["boot_id"], boot)
        self.assertEqual(after["system"]["restartCount"], before["system"]["restartCount"] + 1)
        self.assertEqual(after["discord"]["guildCount"], truth["guilds"]["total"])
        self.assertEqual(after["discord"]["userCount"], truth["members"])
        self.assertEqual(used_commands(after), used_commands(before))
        self.assertEqual(after["discord"]["eventProcessing"], before["discord"]["eventProcessing"])

        # Discord has gone on meanwhile; the session is resumed, and brings what happened.
        simulator.post("/_sim/add_guild", {"count": 3})
        simulator.post("/_sim/rest_clear")
        wait_until("the session is resumed", lambda: simulator.get("/_sim/state")["resumes"] == 1)
        truth = simulator.get("/_sim/state")
        self.assertEqual(truth["identifies"], 1)
        self.assertEqual(truth["guilds"]["total"], after["discord"]["guildCount"] + 3)
        wait_until("the new guilds are known", lambda: host.metrics()["discord"]["guildCount"]
                   == truth["guilds"]["total"])
        self.assertEqual(host.metrics()["discord"]["userCount"], truth["members"])

        wait_until("history goes on", lambda: max(guild_history(host, begin)) > born)
        ticks = guild_history(host, begin)
        self.assertLess(min(ticks), dead)
        self.assertEqual([t for t in ticks if dead < t and t + 1 < born], [], "the gap is a gap")

    def test_a_clean_stop_takes_no_longer_than_five_seconds_and_leaves_a_backup(self):
        host = self.demo("--rate", "100")
        wait_until("commands are used", lambda: total_commands(host.metrics()) > 0)
        host.process.send_signal(signal.SIGINT)
        self.assertEqual(host.process.wait(STOP_LIMIT), 0, host.output())
        backup = json.loads((self.folder / "data" / "metrics.json").read_text())
        self.assertGreater(total_commands(backup), 0)
        # Without the database the totals come from the backup.
        for file in (self.folder / "data").glob("discern.db*"):
            file.unlink()
        again = self.demo("--rate", "0").metrics()
        self.assertGreaterEqual(total_commands(again), total_commands(backup))
        self.assertEqual(again["system"]["restartCount"], backup["system"]["restartCount"] + 1)

    def test_a_broken_backup_is_set_aside_with_a_message(self):
        data = self.folder / "data"
        data.mkdir()
        (data / "metrics.json").write_text('{"system": {"upti')
        host = self.demo()
        host.wait_for("was kept as")
        kept = list(data.glob("metrics.json.broken-*"))
        self.assertEqual([file.read_text() for file in kept], ['{"system": {"upti'])

    def test_the_live_stream_ticks_and_replays(self):
        host = self.demo("--rate", "100")
        address = host.url.removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/live", headers={"Host": address})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        events = []
        while len(events) < 3:
            line = answer.readline().decode().rstrip("\n")
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
        hello, tick = events[0], events[-1]
        self.assertEqual(len(tick["v"]), len(hello["series"]))
        ring = host.json("/api/v1/ticks")
        self.assertEqual([s["key"] for s in ring["series"]], [s["key"] for s in hello["series"]])
        self.assertGreaterEqual(len(ring["t"]), 2)


class Usage(Case):
    def test_wrong_usage_says_what_to_do(self):
        bad = self.folder / "discern.toml"
        bad.write_text("[web]\nprot = 1\n")
        done = subprocess.run([DISCERN, "run", "--config", bad], text=True,
                              capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{bad}:2: unknown key \"web.prot\"; did you mean \"port\"?", done.stderr)

    def test_running_without_a_token_says_where_to_put_it(self):
        env = {k: v for k, v in os.environ.items() if k != "DISCORD_TOKEN"}
        done = subprocess.run([DISCERN, "run", "--data", self.folder / "d", "--port", "0"],
                              text=True, capture_output=True, env=env)
        self.assertEqual(done.returncode, 2)
        self.assertIn("DISCORD_TOKEN", done.stderr)

    def test_two_hosts_never_share_a_data_folder(self):
        self.demo()
        done = subprocess.run([DISCERN, "demo", "--data", self.folder / "data", "--port", "0"],
                              text=True, capture_output=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("data", done.stderr)

    def test_a_demo_and_a_bot_do_not_share_data(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("DISCERN_")}
        with_token = {**env, "DISCORD_TOKEN": "sim.test"}
        host = self.start(Host, "demo", "--port", "0", "--rate", "0", cwd=self.folder)
        host.metrics()
        done = subprocess.run([DISCERN, "plugin", "list"], text=True, capture_output=True,
                              env=env, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("trivia", done.stdout)
        self.assertIn("demo", done.stderr)
        self.assertEqual(host.stop(), 0)
        self.assertTrue((self.folder / "data/demo/discern.db").exists())
        self.assertFalse((self.folder / "data/discern.db").exists())
        done = subprocess.run([DISCERN, "run", "--data", "data/demo", "--port", "0"],
                              text=True, capture_output=True, env=with_token, cwd=self.folder)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("holds the data of a demo", done.stderr)

    def test_a_port_in_use_is_named_with_the_way_out(self):
        host = self.demo()
        port = host.url.rsplit(":", 1)[1]
        done = subprocess.run([DISCERN, "demo", "--data", self.folder / "other",
                               "--port", port], text=True, capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(port, done.stderr)
        self.assertIn("--port", done.stderr)


if __name__ == "__main__":
    unittest.main()
