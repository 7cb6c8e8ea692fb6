"""Every way to misbehave that we know of, in one host: the others go on, and the culprit is named."""
import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from harness import DISCERN, SANITIZED, wait_until
from hostile_plugins_test import PLUGINS, PluginCase


class Zoo(PluginCase):
    def post(self, path):
        """(status, answer) of a POST to the host."""
        request = urllib.request.Request(self.host.url + path, data=b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def switch(self, plugin, verb):
        return self.post(f"/api/v1/plugins/{plugin}/{verb}")

    def incidents(self, plugin):
        return self.host.json(f"/api/v1/plugins/{plugin}")["incidents"]

    def value(self, name, **labels):
        """A sample of /metrics; 0 when there is none."""
        wanted = ",".join(f'{key}="{text}"' for key, text in labels.items())
        found = re.search(rf"^{name}{re.escape('{' + wanted + '}') if wanted else ''} (\S+)$",
                          self.host.get("/metrics"), re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def add_sleeper(self, hook):
        """A copy of the sleeper that sleeps in that hook, under an id of its own."""
        name = f"sleeper-{hook}"
        folder = self.folder / "plugins" / name
        shutil.copytree(PLUGINS / "sleeper", folder)
        (folder / "sleeper.so").rename(folder / f"{name}.so")
        manifest = (folder / "plugin.toml").read_text().replace('"sleeper"', f'"{name}"')
        in_init = "true" if hook == "init" else "false"
        (folder / "plugin.toml").write_text(
            manifest.replace('gate = ""', f'gate = "{self.gate}"')
            .replace('hook = ""', f'hook = "{hook}"')
            .replace("sleep_in_init = false", f"sleep_in_init = {in_init}"))
        return name

    def calm_p99_in_the_zoo(self):
        calm = []
        for _ in range(4):
            for command in ("flood", "leak", "silent", "twice", "throw", "odd", "raw"):
                self.use(command)
            self.simulator.post("/_sim/message", {"content": "hello", "count": 50})
            calm += [self.use("calm") for _ in range(20)]
        times = sorted(self.answer(each)["acknowledged_after_ms"] for each in calm)
        return times[int(len(times) * 0.99)]

    def test_all_of_them_at_once_delay_nobody_and_are_named(self):
        self.gate = self.folder / "gate"
        self.gate.touch()
        hooks = {"event": "event MESSAGE_CREATE", "timer": "timer after 1 ms", "stop": "stop",
                 "destructor": "stop", "init": "init"}
        names = {hook: self.add_sleeper(hook) for hook in hooks}
        self.start_host("calm", "flooder", "leaker", "replies-never", "replies-twice", "sleeper",
                        "thrower", "throws-raw", "unregisters", "wrong-api",
                        settings=f'disabled = ["{names["init"]}"]\nqueue_limit = 300\n'
                                 f'[plugin.sleeper]\ngate = "{self.gate}"\n')
        # Soon it is disabled, for it throws at every message, the bot's own answers included.
        self.answer(self.use("throw"))
        undisturbed = self.milliseconds("calm", 50)
        self.use("nap")
        self.use("once")
        self.simulator.post("/_sim/message", {"content": "hello"})
        status, answer = self.switch(names["init"], "enable")
        self.assertEqual(status, 504, answer)
        self.assertIn("has not come back from init", answer["error"])
        stuck = {"sleeper": "command nap",
                 **{names[hook]: hooks[hook] for hook in ("event", "timer", "init")}}
        for plugin, handler in stuck.items():
            wait_until(f"{plugin} is stuck", lambda: self.plugin(plugin)["state"] == "stuck")
            self.assertEqual(self.plugin(plugin)["stuck"]["handler"], handler)
            if not SANITIZED:
                self.assertIn("Sleeper::sleep() const", str(self.plugin(plugin)["stuck"]["stack"]))

        rounds = [self.calm_p99_in_the_zoo() for _ in range(3)]
        print(f"the calm plugin's commands in the zoo: p99 {rounds} ms", flush=True)
        self.expect_within_limit(rounds, undisturbed)
        # Its queue is full of messages that nobody takes out.
        wait_until("events are dropped and counted", lambda: self.value(
            "discern_plugin_dropped_total", plugin=names["event"], kind="event") > 0)

        self.assertIn("std::out_of_range", str(self.incidents("thrower")))
        self.assertIn("it returned without an answer", str(self.incidents("replies-never")))
        self.assertIn("command twice", str(self.incidents("replies-twice")))
        self.assertIn("straight through", str(self.incidents("throws-raw")))
        self.assertIn("needs plugin API 99.0", self.plugin("wrong-api")["message"])
        # A sanitized program loads plugins for longer than a handler may take.
        self.assertEqual([incident for incident in self.incidents("calm")
                          if not (SANITIZED and incident["kind"] == "stall")], [])
        if not SANITIZED:
            wait_until("ten megabytes are the leaker's", lambda: self.value(
                "discern_plugin_allocated_bytes_total", plugin="leaker") >= 10 << 20)
            self.assertIn("thrower.", str(self.incidents("thrower")[0]["stack"]))

        # Whoever does not come back is abandoned, at once where the operator says so.
        for plugin in [*stuck, names["stop"], names["destructor"]]:
            status, answer = self.switch(plugin, "disable")
            self.assertEqual((status, answer["state"]), (200, "disabled"), answer)
            self.assertEqual(self.plugin(plugin)["pinned"], 1, plugin)
        self.gate.unlink()
        status, answer = self.switch("sleeper", "enable")
        self.assertEqual((status, answer["state"]), (200, "enabled"), answer)
        self.expect_calm_answers()
        truth = self.truth()
        self.assertEqual(truth["complaints"], [], "a missed heartbeat is one of them")
        self.assertEqual((truth["identifies"], truth["resumes"]), (1, 0))

    def crash(self, command, signal_name):
        """The command ends the host; waits until nobody would answer it any more."""
        ignored = self.truth()["interactions"]["ignored"]
        self.use(command)
        code = self.host.process.wait(60)
        self.assertEqual(code, -getattr(signal, signal_name), self.host.output())
        # Discord sends it again after a RESUME; what is older than three seconds is not handed on.
        wait_until("the command is too old",
                   lambda: self.truth()["interactions"]["ignored"] > ignored)

    def again(self):
        self.host = self.bot(self.simulator, self.settings)
        return self.plugin("crasher")

    def committed(self):
        """Events on disk: what a crash must not lose."""
        wait_until("every event has arrived", lambda: self.host.metrics()["discord"]["eventProcessing"]
                   >= self.truth()["dispatches"]["total"])
        known = self.host.metrics()["discord"]["eventProcessing"]
        before = self.value("discern_history_samples_total")
        wait_until("a tick is on disk",
                   lambda: self.value("discern_history_samples_total") > before)
        return known

    @unittest.skipIf(SANITIZED, "the sanitizer has the signals")
    def test_a_crash_is_named_counted_and_survived(self):
        self.settings = (f'[plugins]\nfolder = "{self.folder / "plugins"}"\n'
                         '[history]\ntick = "1s"\n')
        self.start_host("calm", "crasher", settings='[history]\ntick = "1s"\n')
        crashes = [("segv", "SIGSEGV", "Crasher::touch()"), ("abort", "SIGABRT", "libc.so"),
                   ("overflow", "SIGSEGV", "Crasher::dig(int")]
        for number, (command, name, place) in enumerate(crashes, 1):
            with self.subTest(command):
                self.expect_calm_answers()
                events = self.committed()
                self.crash(command, name)
                self.assertIn(f'plugin "crasher" crashed the program: {name} in command {command}',
                              self.host.output())
                self.assertRegex(self.host.output(), r"(?m)^  crasher\.\d+\.so ")
                row = self.again()
                crash = self.incidents("crasher")[0]
                self.assertEqual((crash["kind"], crash["handler"], crash["type"]),
                                 ("crash", f"command {command}", name))
                self.assertIn(place, str(crash["stack"]))
                wait_until("the session is resumed", lambda: self.truth()["resumes"] == number)
                self.assertEqual(self.truth()["identifies"], 1)
                self.assertGreaterEqual(self.host.metrics()["discord"]["eventProcessing"], events)
                self.assertEqual(row["state"], "enabled" if number < 3 else "failed")
        message = self.plugin("crasher")["message"]
        self.assertIn("crashed the program three times within ten minutes", message)
        self.assertIn("command overflow (SIGSEGV)", message)
        self.assertEqual(self.host.metrics()["plugins"]["errorCount"]["crasher"], 3)
        self.expect_calm_answers()
        # The operator may try again.
        self.assertEqual(self.switch("crasher", "enable")[0], 200)
        wait_until("its commands are registered", lambda: "helper" in self.truth()["commands"])
        self.committed()
        self.crash("helper", "SIGSEGV")
        self.assertIn('plugin "crasher" crashed the program: SIGSEGV in a thread of its own',
                      self.host.output())
        self.assertEqual(self.again()["state"], "enabled", "the count began anew")
        self.assertIn("Crasher::touch()", str(self.incidents("crasher")[0]["stack"]))
        self.assertEqual(self.truth()["complaints"], [])

    def test_processor_time_adds_up_to_that_of_the_process(self):
        self.start_host("burner", "calm")
        parts = ("discern_loop_cpu_seconds_total", "discern_plugin_cpu_seconds_total",
                 "discern_process_unattributed_cpu_seconds_total", "discern_process_cpu_seconds_total")

        def read():
            text = self.host.get("/metrics")
            return {part: sum(float(value) for value in re.findall(
                rf"^{part}(?:{{.*}})? (\S+)$", text, re.MULTILINE)) for part in parts}
        rounds = int(os.environ.get("DISCERN_BURNS", "6"))
        before = read()
        burner = self.value("discern_plugin_cpu_seconds_total", plugin="burner")
        for _ in range(rounds):
            for command in ("burn", "elsewhere"):
                self.answer(self.use(command))
        done = "discern_plugin_handler_seconds_count"
        wait_until("all of it is burnt", lambda: self.value(
            done, plugin="burner", kind="command") == 2 * rounds)
        # The next tick has all of it.
        wait_until("it is accounted for", lambda: self.value(
            "discern_plugin_cpu_seconds_total", plugin="burner") - burner >= 0.5 * rounds)
        uptime = self.value("discern_process_uptime_seconds")
        wait_until("two ticks have passed",
                   lambda: self.value("discern_process_uptime_seconds") > uptime + 1.5)
        used = {part: value - before[part] for part, value in read().items()}
        whole = used.pop("discern_process_cpu_seconds_total")
        self.assertAlmostEqual(sum(used.values()), whole, delta=0.05 * whole)
        # Each half second is where it was used: the plugin's own, and that of a thread it made.
        own = self.value("discern_plugin_cpu_seconds_total", plugin="burner") - burner
        made = used["discern_process_unattributed_cpu_seconds_total"]
        self.assertAlmostEqual(own, 0.5 * rounds, delta=0.05 * whole)
        self.assertAlmostEqual(made, 0.5 * rounds, delta=0.05 * whole)

    def test_before_and_after_a_reload_are_compared(self):
        self.start_host("calm", settings='[history]\ntick = "1s"\n')
        query = "/api/v1/plugins/calm/compare?minutes=10"

        def used():
            self.use("calm")
            return (self.host.json(query)["after"]["commands_per_minute"] or 0) > 0
        wait_until("uses are on disk", used)
        # The change must be later than the last use, by more than a tick.
        for _ in range(2):
            before = self.value("discern_history_samples_total")
            wait_until("a tick is on disk",
                       lambda: self.value("discern_history_samples_total") > before)
        self.assertEqual(self.switch("calm", "reload")[0], 200)
        found = wait_until("what came after is on disk", lambda: (
            lambda answer: answer if answer["after"]["cpu_ratio"] is not None else None)(
                self.host.json(query)))
        self.assertGreater(found["before"]["commands_per_minute"], 0)
        self.assertEqual(found["after"]["commands_per_minute"], 0)
        self.assertGreater(found["before"]["handler_p95_ms"]["command"], 0)
        marks = self.host.json(f"/api/v1/query?name=discern_discord_guilds&fn=last&step=60"
                               f"&from={time.time() - 600}&to={time.time() + 1}")["annotations"]
        self.assertIn("plugin calm 1.0.0 reloaded", [mark["text"] for mark in marks])


class CommandLine(PluginCase):
    def run_discern(self, *args):
        done = subprocess.run([DISCERN, *args, "--data", self.folder / "data",
                               "--config", self.folder / "discern.toml"],
                              text=True, capture_output=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def test_plugins_are_switched_from_the_command_line(self):
        self.start_host("calm", "keeper", "wrong-api")
        code, said = self.run_discern("plugin", "list")
        self.assertEqual(code, 0)
        self.assertRegex(said, r"(?m)^calm +1\.0\.0 +enabled *$")
        self.assertRegex(said, r"(?m)^wrong-api .* failed +plugin \"wrong-api\" needs plugin API 99\.0")
        self.assertEqual(self.run_discern("plugin", "disable", "calm"),
                         (0, "calm is disabled: disabled by the operator\n"))
        self.assertEqual(self.plugin("calm")["state"], "disabled")
        self.assertEqual(self.run_discern("plugin", "enable", "calm"), (0, "calm is enabled\n"))
        self.assertEqual(self.run_discern("plugin", "reload", "calm"), (0, "calm is enabled\n"))
        code, said = self.run_discern("plugin", "enable", "wrong-api")
        self.assertEqual(code, 1)
        self.assertIn("needs plugin API 99.0", said)
        code, said = self.run_discern("plugin", "enable", "ghost")
        self.assertEqual((code, said), (1, 'discern: there is no plugin "ghost"; '
                                        'there are calm, keeper, wrong-api\n'))
        # Killed, it leaves its address behind; the wish is noted for the next start.
        self.host.kill()
        code, said = self.run_discern("plugin", "disable", "keeper")
        self.assertEqual(code, 0, said)
        self.assertIn('from its next start on "keeper" is disabled', said)
        code, said = self.run_discern("plugin", "reload", "keeper")
        self.assertEqual(code, 1)
        self.assertIn("no host runs with data folder", said)
        self.host = self.bot(self.simulator, (self.folder / "discern.toml").read_text().split("\n", 2)[2])
        self.assertEqual(self.plugin("keeper")["state"], "disabled")
        self.assertEqual(self.plugin("calm")["state"], "enabled")

    def test_faults_are_found_before_anything_runs(self):
        folder = self.folder / "plugins"
        for plugin in ("calm", "no-entry", "wrong-api", "crashes-on-load"):
            shutil.copytree(PLUGINS / plugin, folder / plugin)
        (self.folder / "discern.toml").write_text(f'[plugins]\nfolder = "{folder}"\n')
        code, said = self.run_discern("check", "plugins")
        self.assertEqual(code, 1)
        self.assertIn("calm 1.0.0: fine", said)
        self.assertIn("no-entry.so has no discern_plugin_entry", said)
        self.assertIn("needs plugin API 99.0", said)
        self.assertIn('plugin "crashes-on-load" crashes while it is loaded', said)
        for plugin in ("no-entry", "wrong-api", "crashes-on-load"):
            shutil.rmtree(folder / plugin)
        self.assertEqual(self.run_discern("check", "plugins"), (0, "calm 1.0.0: fine\n"))


if __name__ == "__main__":
    unittest.main()
