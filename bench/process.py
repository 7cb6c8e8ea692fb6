"""Programs under measurement: held to one core, their CPU time and memory read from /proc."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE = 120


def wait_until(what, condition, pause=0.01, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {patience} s in vain: {what}")
        time.sleep(pause)


class Program:
    """Started on one core; `pattern` finds what it says when it is ready. A context manager."""

    def __init__(self, core, args, pattern, env=None, cwd=None):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(["taskset", "-c", str(core), *map(str, args)],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env=env, cwd=cwd)
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                self.said = found.group(0)
                return
        self.log.seek(0)
        raise SystemExit(f"{args[0]} did not start:\n{self.log.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    @property
    def proc(self):
        return pathlib.Path(f"/proc/{self.process.pid}")

    def cpu_seconds(self, thread=None):
        """Of all its threads, or of those of that name. Threads that ended are not in it."""
        total = 0
        for task in (self.proc / "task").iterdir():
            if thread and (task / "comm").read_text().strip() != thread:
                continue
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def resident_mb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", (self.proc / "status").read_text())[1]) / 1024


class Simulator(Program):
    """discern-sim, quiet and without faults of its own."""

    def __init__(self, build, core, *options):
        super().__init__(core, [build / "discern-sim", "--port", "0", "--rate", "0", "--latency-ms",
                                "0", "--fault-rate", "0", "--identify-interval-ms", "0", *options],
                         r"http://\S+")
        self.url = self.said

    def state(self):
        with urllib.request.urlopen(self.url + "/_sim/state", timeout=60) as answer:
            return json.loads(answer.read())

    def act(self, action, **parameters):
        request = urllib.request.Request(f"{self.url}/_sim/{action}", method="POST",
                                         data=json.dumps(parameters).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


def node_packages(build, source):
    """A folder with the packages of source/package-lock.json installed; none without Node."""
    folder = build / "bench" / ("node-" + hashlib.sha256(
        (source / "package-lock.json").read_bytes()).hexdigest()[:12])
    if (folder / "installed").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(source / name, folder)
    try:
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"without the rivals on Node: {problem}", file=sys.stderr)
        return None
    (folder / "installed").touch()
    return folder
