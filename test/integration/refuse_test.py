"""A reader of the log that stands still, a disk that stands still, a system at its limits, and stops at bad moments."""
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

from harness import BUILD, DISCERN, PATIENCE, Case, Host, Program, Simulator, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "refusals"))
import refusals  # noqa: E402

# A missed heartbeat is a complaint of the simulator's.
QUICK_HEARTS = ("--rate", "50", "--heartbeat-ms", "500", "--guilds", "3", "--identify-interval-ms", "0")


class Silent:
    """A `discern` whose stderr is a pipe that nobody reads until a test does."""

    def __init__(self, *args, env=None, stderr=None):
        self.read_end, write_end = os.pipe()
        # As small as the system allows: a few lines fill it.
        fcntl.fcntl(write_end, 1031, 4096)  # F_SETPIPE_SZ
        self.process = subprocess.Popen([str(DISCERN), *map(str, args)], stdout=subprocess.PIPE, stderr=stderr or write_end,
                                        text=True, env={**os.environ, **(env or {})})
        os.close(write_end)
        line = ""
        while "Dashboard: " not in line:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError("ended before it was ready")
        self.url = line.split("Dashboard: ")[1].strip().rstrip("/")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def value(self, name):
        """0 also before the first tick."""
        try:
            text = self.get("/metrics")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                raise
            return 0
        found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M)
        return float(found.group(1)) if found else 0

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        os.close(self.read_end)

    def output(self):
        return ""


class RefuseCase(Case):
    def settings(self, simulator, more="", level="info"):
        config = self.folder / "discern.toml"
        config.write_text(f'[discord]\napi_url = "{simulator.url}/api"\n[history]\ntick = "1s"\n'
                          f'[log]\nlevel = "{level}"\n{more}')
        return ["run", "--data", self.folder / "data", "--port", "0", "--config", config]

    def assert_hearts_beat(self, simulator):
        """Further heartbeats arrive in time, as the simulator sees it."""
        def misses():
            return [one for one in simulator.get("/_sim/state")["complaints"] if one["kind"] == "heartbeat_missed"]
        before = len(misses())
        # The simulator complains after one and a half of its intervals.
        began = time.monotonic()
        wait_until("several heartbeats were due", lambda: time.monotonic() - began > 4)
        self.assertEqual(len(misses()), before)


class StoppedReader(RefuseCase):
    def test_the_bot_lives_on_and_says_how_many_lines_were_lost(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        (self.folder / "data" / "plugins").mkdir(parents=True)
        shutil.copytree(BUILD / "test_plugins" / "chatter", self.folder / "data" / "plugins" / "chatter")
        host = self.start(Silent, *self.settings(simulator, "", "debug"), env={"DISCORD_TOKEN": "sim.test"})
        wait_until("the command is registered", lambda: "chatter" in simulator.get("/_sim/state")["commands"])
        # 20,000 lines: its thread would stand still in the first hundreds of them.
        interaction = simulator.post("/_sim/interaction", {"command": "chatter"})["id"]
        wait_until("the command was answered",
                   lambda: "said" in json.dumps(simulator.get(f"/_sim/interaction/{interaction}")))
        self.assert_hearts_beat(simulator)
        self.assertIn("ok", host.get("/healthz"))
        wait_until("the loss is counted", lambda: host.value("discern_log_lines_lost_total") > 0)
        self.read_until(host, rb"\d+ log lines were lost: the reader of stderr stood still")
        host.process.send_signal(signal.SIGTERM)
        self.assertEqual(host.process.wait(30), 0)

    def test_a_stop_is_answered_though_nobody_reads(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        host = self.start(Silent, *self.settings(simulator, "", "debug"), env={"DISCORD_TOKEN": "sim.test"})
        for _ in range(300):
            urllib.request.urlopen(urllib.request.Request(
                host.url + "/api/v1/plugins/ping/reload", method="POST"), timeout=PATIENCE).close()
        self.assert_hearts_beat(simulator)
        host.process.send_signal(signal.SIGTERM)
        self.assertEqual(host.process.wait(30), 0)

    def test_a_log_on_a_full_disk_costs_lines_only(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        with open("/dev/full", "w") as full:
            host = self.start(Silent, *self.settings(simulator, "", "debug"), env={"DISCORD_TOKEN": "sim.test"},
                              stderr=full)
            wait_until("the loss is counted", lambda: host.value("discern_log_lines_lost_total") > 0)
            self.assert_hearts_beat(simulator)
            host.process.send_signal(signal.SIGTERM)
            self.assertEqual(host.process.wait(30), 0)

    @staticmethod
    def read_until(host, pattern):
        said = b""
        os.set_blocking(host.read_end, False)

        def told():
            nonlocal said
            try:
                said = (said + os.read(host.read_end, 1 << 20))[-(1 << 22):]
            except BlockingIOError:
                pass
            return re.search(pattern, said)
        wait_until("the loss is told", told)


class StoppedDisk(RefuseCase):
    def test_heartbeats_and_answers_go_on_while_the_disk_stands_still(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        (self.folder / "data").mkdir()
        control = refusals.Control(self.folder / "control", self.folder / "data")
        host = self.start(Host, *self.settings(simulator, "[plugins]\nwatch = true\n", "info"),
                          env={"DISCORD_TOKEN": "sim.test", **control.environment()})
        self.addCleanup(control.freeze, False)
        host.metrics()
        control.freeze(True)
        try:
            self.assert_hearts_beat(simulator)
            # What does not need the disk is answered, also what asks about plugins.
            for path in ("/healthz", "/api/v1/plugins", "/metrics", "/api/metrics", "/"):
                host.get(path)
            host.process.send_signal(signal.SIGTERM)
            self.assertIn(host.process.wait(30), (0, 1))
        finally:
            control.freeze(False)
        self.assertRegex(host.output(), "without waiting for the disk")

    def test_a_stop_while_starting_on_such_a_disk(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        (self.folder / "data").mkdir()
        control = refusals.Control(self.folder / "control", self.folder / "data")
        control.freeze(True)
        self.addCleanup(control.freeze, False)
        program = self.start(Program, [DISCERN, *self.settings(simulator)],
                             env={"DISCORD_TOKEN": "sim.test", **control.environment()})
        wait_until("it has begun", lambda: "signals" in threads_of(program.process.pid))
        program.process.send_signal(signal.SIGTERM)
        self.assertEqual(program.process.wait(30), 0)
        self.assertRegex(program.output(), "stopped while starting, without waiting for the database")


def threads_of(pid):
    try:
        return [(task / "comm").read_text().strip() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []


class Limits(RefuseCase):
    def host_with(self, control, simulator):
        return self.start(Host, *self.settings(simulator, "", "info"),
                          env={"DISCORD_TOKEN": "sim.test", **control.environment()})

    def setUp(self):
        super().setUp()
        (self.folder / "data").mkdir()
        self.control = refusals.Control(self.folder / "control", self.folder / "data")

    def ask(self, host, path):
        try:
            with urllib.request.urlopen(urllib.request.Request(host.url + path, method="POST"),
                                        timeout=PATIENCE) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def test_a_plugin_without_a_thread_is_an_error_of_that_plugin(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        host = self.host_with(self.control, simulator)
        self.ask(host, "/api/v1/plugins/ping/disable")
        self.control.arm("thread", 1, burst=1000)
        status, body = self.ask(host, "/api/v1/plugins/ping/enable")
        self.control.disarm()
        self.assertGreaterEqual(status, 400)
        self.assertRegex(body["error"], "ping.*cannot start the thread.*ulimit -u")
        self.assertIn("ok", host.get("/healthz"))
        self.assertEqual(self.ask(host, "/api/v1/plugins/ping/enable")[0], 200)
        self.assertEqual(host.stop(), 0)

    def test_each_thread_that_the_start_cannot_have_is_named(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        self.control.arm("thread", 1000000)
        host = self.host_with(self.control, simulator)
        needed = self.control.calls("thread")
        host.kill()
        for nth in range(1, needed + 1):
            with self.subTest(nth=nth):
                self.control.arm("thread", nth)
                program = self.start(Program, [DISCERN, *self.settings(simulator, "", "info")],
                                     env={"DISCORD_TOKEN": "sim.test", **self.control.environment()})
                wait_until("it ends or is ready", lambda: program.process.poll() is not None
                           or "Dashboard: " in program.output())
                if program.process.poll() is not None:
                    program.reader.join(5)
                    self.assertEqual(program.process.returncode, 1, program.output())
                    self.assertRegex(program.output(), "discern: cannot start .*ulimit -u")
                else:
                    self.assertEqual(program.stop(), 0, program.output())

    def test_no_descriptor_for_a_connection_is_told_and_passes(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        host = self.host_with(self.control, simulator)
        self.control.arm("accept", 1, burst=5)
        self.assertIn("ok", host.get("/healthz"))
        self.control.disarm()
        host.wait_for("cannot take a connection: Too many open files; raise .*ulimit -n")
        self.assertEqual(host.stop(), 0)


class Stops(RefuseCase):
    def test_two_signals_at_once_are_one_wish(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        for _ in range(3):
            host = self.start(Host, *self.settings(simulator, "", "info"), env={"DISCORD_TOKEN": "sim.test"})
            host.metrics()
            host.process.send_signal(signal.SIGTERM)
            host.process.send_signal(signal.SIGINT)
            host.process.send_signal(signal.SIGTERM)
            self.assertEqual(host.process.wait(30), 0, host.output())
            host.close()

    def test_a_pipe_in_the_place_of_a_file_is_refused_and_a_stop_is_heard(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        folder = self.folder / "data" / "plugins" / "waits"
        folder.mkdir(parents=True)
        os.mkfifo(folder / "plugin.toml")
        os.mkfifo(self.folder / "data" / "plugins.json")
        host = self.start(Host, *self.settings(simulator, "", "info"), env={"DISCORD_TOKEN": "sim.test"})
        host.wait_for("waits: its plugin.toml cannot be read: .*it is a pipe, and only regular files are read")
        self.assertEqual(host.stop(), 0)

    def test_a_discord_that_does_not_answer_is_left(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            (self.folder / "discern.toml").write_text(
                f'[discord]\napi_url = "http://127.0.0.1:{mute.getsockname()[1]}/api"\n')
            host = self.start(Host, "run", "--data", self.folder / "data", "--port", "0", "--config",
                              self.folder / "discern.toml", env={"DISCORD_TOKEN": "sim.test"})
            self.assertEqual(host.stop(), 0)

    def test_a_plugin_that_hangs_in_init_does_not_hold_up_a_stop(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        shutil.copytree(BUILD / "test_plugins" / "sleeper", self.folder / "data" / "plugins" / "sleeper")
        values = f'[plugin.sleeper]\ngate = "{self.folder}"\nsleep_in_init = true\n'
        program = self.start(Program, [DISCERN, *self.settings(simulator, values)],
                             env={"DISCORD_TOKEN": "sim.test"})
        wait_until("its init runs", lambda: "p:sleeper" in threads_of(program.process.pid))
        program.process.send_signal(signal.SIGTERM)
        self.assertEqual(program.process.wait(30), 0)
        self.assertNotIn("Dashboard: ", program.output())

    def test_a_configuration_that_is_a_pipe_is_refused(self):
        os.mkfifo(self.folder / "discern.toml")
        done = subprocess.run([str(DISCERN), "run", "--config", str(self.folder / "discern.toml")],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("only regular files are read", done.stderr)

    def test_a_token_file_that_is_a_pipe_is_refused(self):
        os.mkfifo(self.folder / "token", 0o600)
        (self.folder / "discern.toml").write_text(f'[discord]\ntoken_file = "{self.folder}/token"\n')
        done = subprocess.run([str(DISCERN), "run", "--config", str(self.folder / "discern.toml"), "--data",
                               str(self.folder / "data")],
                              capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "DISCORD_TOKEN": ""})
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("only regular files are read", done.stderr)


class Terminal(RefuseCase):
    STEERS = "\x1b[31m\x07\u202e\u009b"

    def assert_harmless(self, text):
        for bad in ("\x1b", "\x07", "\u202e", "\u009b", "\x00", "\r"):
            self.assertNotIn(bad, text)

    def test_names_and_texts_of_others_do_not_steer_the_terminal(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        folder = self.folder / "data" / "plugins" / f"a{self.STEERS}\nb"
        folder.mkdir(parents=True)
        (folder / "plugin.toml").write_bytes(b"id = \x1b[2J\xff")
        host = self.start(Host, *self.settings(simulator, "", "info"), env={"DISCORD_TOKEN": "sim.test"})
        arguments = ["--data", self.folder / "data", "--config", self.folder / "discern.toml"]
        for words in (["plugin", "list"], ["check", "plugins"], ["plugin", "enable", f"x{self.STEERS}"],
                      ["check", "config", "--config", f"no{self.STEERS}.toml"], [f"{self.STEERS}"],
                      ["plugin", "new", f"{self.STEERS}"]):
            done = subprocess.run([str(DISCERN), *map(str, words), *(map(str, arguments) if words[0] != "check"
                                   or words[1] == "plugins" else [])] if len(words) > 1 else [str(DISCERN), *words],
                                  capture_output=True, timeout=PATIENCE, cwd=self.folder)
            self.assert_harmless((done.stdout + done.stderr).decode())
        host.wait_for(r"a\\x1b\[31m\\x07\\u\{202e\}\\u\{9b\}\\nb")
        self.assert_harmless(host.output())

    def test_lines_carry_their_time_zone(self):
        simulator = self.start(Simulator, *QUICK_HEARTS)
        host = self.start(Host, *self.settings(simulator, "", "info"),
                          env={"DISCORD_TOKEN": "sim.test", "TZ": "Asia/Kolkata"})
        host.wait_for(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+05:30 info ")


if __name__ == "__main__":
    unittest.main()
