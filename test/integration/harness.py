"""Starts the real programs for the integration tests and asks them over real sockets."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

# Where the programs are: set by CTest.
BUILD = pathlib.Path(os.environ.get("DISCERN_BUILD", "build/release")).resolve()
# The host under test. `tools/check_rows.py --binary` points it at an older one, to see tests fail on it.
DISCERN = pathlib.Path(os.environ.get("DISCERN_BINARY", BUILD / "discern")).resolve()
SANITIZED = bool(os.environ.get("DISCERN_SANITIZE"))
# Nothing here measures time; this only says when to give up. Sanitized programs are slower.
PATIENCE = 300.0 if SANITIZED else 60.0
# Seconds that a clean stop may take.
STOP_LIMIT = 30 if SANITIZED else 5


def wait_until(what, condition):
    """Waits for a condition; fails with `what` when it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE:.0f} s in vain: {what}")
        time.sleep(0.05)


def used_commands(metrics):
    """{command: uses} of those that were used at all."""
    return {name: uses for name, uses in metrics["discord"]["commandUsage"].items() if uses}


class Program:
    """A started program whose output is kept, and which is gone when the test is."""

    def __init__(self, args, env=None, cwd=None):
        self.lines = []
        self.process = subprocess.Popen(
            [str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", cwd=cwd, env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def output(self):
        return "\n".join(self.lines)

    def wait_for(self, pattern):
        """The first match of a regular expression in the output."""
        def search():
            found = re.search(pattern, self.output())
            if not found and self.process.poll() is not None:
                self.reader.join(5)
                found = re.search(pattern, self.output())
                if not found:
                    raise AssertionError(f"ended with {self.process.returncode} before saying "
                                         f"{pattern!r}:\n{self.output()}")
            return found
        return wait_until(f"output {pattern!r} in:\n{self.output()}", search)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """A clean stop; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("did not stop within 30 s:\n" + self.output())

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.reader.join(5)
        self.process.stdout.close()


class Host(Program):
    """A running `discern`, ready when its dashboard answers."""

    def __init__(self, *args, env=None, cwd=None):
        super().__init__([DISCERN, *args], env=env, cwd=cwd)
        self.url = self.wait_for(r"Dashboard: (http://\S+?)/?(?:\s|$)").group(1)

    def get(self, path, headers=None):
        request = urllib.request.Request(self.url + path, headers=headers or {})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def json(self, path):
        return json.loads(self.get(path))

    def metrics(self):
        """The seed's JSON; the first tick may be some milliseconds away yet."""
        def ask():
            try:
                return self.json("/api/metrics")
            except urllib.error.HTTPError as error:
                error.close()
                if error.code != 503:
                    raise
                return None
        return wait_until("the first tick", ask)

    def children(self):
        task = pathlib.Path(f"/proc/{self.process.pid}/task")
        pids = []
        for thread in task.iterdir():
            pids += (thread / "children").read_text().split()
        return [int(pid) for pid in pids]


class Simulator(Program):
    """A simulated Discord that lives longer than a host."""

    def __init__(self, *args):
        super().__init__([BUILD / "discern-sim", "--port", "0", *args])
        self.url = self.wait_for(r"listening on (http://\S+)").group(1)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def post(self, path, body=None):
        request = urllib.request.Request(
            self.url + path, data=json.dumps(body or {}).encode(), method="POST",
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")


class Case(unittest.TestCase):
    """A test with a folder of its own; what it starts ends with it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="discern-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, kind, *args, **kwargs):
        program = kind(*args, **kwargs)
        self.addCleanup(self.end, program)
        return program

    def end(self, program):
        program.close()
        self.assertNotRegex(program.output(), "Sanitizer: |runtime error: ")

    def demo(self, *args):
        return self.start(Host, "demo", "--data", self.folder / "data", "--port", "0", *args)

    def bot(self, simulator, settings="", *args):
        """`discern run` against a simulator that lives longer; a second one gets the same data."""
        config = self.folder / "discern.toml"
        config.write_text(f'[discord]\napi_url = "{simulator.url}/api"\n{settings}')
        return self.start(Host, "run", "--data", self.folder / "data", "--port", "0",
                          "--config", config, *args, env={"DISCORD_TOKEN": "sim.test"})

    def settle(self, host, simulator):
        """Nothing happens any more, and the host has counted all that did."""
        simulator.post("/_sim/pause")
        wait_until("every event has arrived", lambda: host.metrics()["discord"]["eventProcessing"]
                   == simulator.get("/_sim/state")["dispatches"]["total"])
