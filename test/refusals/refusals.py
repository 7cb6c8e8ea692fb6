"""A system that refuses: lets each kind of call fail at its n-th time while the host starts, enables,
reloads, answers and stops, and prints what came of it.

    python3 refusals.py            every n (./dev soak refusals)
    python3 refusals.py --sample 3 at most that many n for each point and act

Outcomes: continued, refused with a sentence, ended with a line. Anything else (a signal, an answer that never
comes, an end without a word) is a fault, and the exit code is 1.
"""
import argparse
import collections
import ctypes
import json
import mmap
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import shutil
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
from harness import BUILD, DISCERN  # noqa: E402

PRELOAD = pathlib.Path(os.environ.get("DISCERN_REFUSE", BUILD / "refuse.so"))
# In the order of refuse.c.
POINTS = ["nothing", "thread", "open", "accept", "dlopen", "socket", "epoll, eventfd, timerfd, pipe", "read",
          "write", "sync", "truncate", "rename", "mmap", "operator new, n-th", "operator new, each place"]
SITES = 1 << 16
CONTINUED, REFUSED, ENDED = "continued", "refused with a sentence", "ended with a line"
PATIENCE = float(os.environ.get("DISCERN_PATIENCE", "60"))


class ControlBlock(ctypes.Structure):
    _fields_ = [("point", ctypes.c_int32), ("frozen", ctypes.c_int32), ("nth", ctypes.c_int64),
                ("burst", ctypes.c_int64), ("refused", ctypes.c_int64),
                ("calls", ctypes.c_int64 * len(POINTS)), ("folder", ctypes.c_char * 512),
                ("sites", ctypes.c_uint64 * SITES)]


class Control:
    """The file through which refuse.c is steered."""

    def __init__(self, path, folder):
        size = ctypes.sizeof(ControlBlock)
        path.write_bytes(b"\0" * size)
        self.path = path
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), size)
        self.block = ControlBlock.from_buffer(self.map)
        self.block.folder = str(folder).encode()

    def arm(self, point, nth, burst=1):
        for i in range(len(POINTS)):
            self.block.calls[i] = 0
        self.block.refused = 0
        self.block.burst = burst
        self.block.nth = nth
        self.block.point = POINTS.index(point)

    def disarm(self):
        self.block.point = 0
        self.block.nth = 0

    def calls(self, point):
        return self.block.calls[POINTS.index(point)]

    def freeze(self, on):
        self.block.frozen = 1 if on else 0

    def environment(self):
        return {"LD_PRELOAD": str(PRELOAD), "REFUSE_CONTROL": str(self.path)}


def keep_addresses():
    """Places in the code are told from each other by their addresses."""
    ctypes.CDLL(None).personality(0x0040000)


class Fault(Exception):
    pass


class Host:
    """One host under the preload; its output is kept."""

    def __init__(self, folder, control, simulator):
        config = folder / "discern.toml"
        config.write_text(f'[discord]\napi_url = "{simulator}/api"\n[history]\ntick = "1s"\n'
                          '[log]\nlevel = "info"\n[plugins]\nwatch = false\n')
        self.process = subprocess.Popen(
            [str(DISCERN), "run", "--data", str(folder / "data"), "--port", "0", "--config", str(config)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=keep_addresses,
            env={**os.environ, **control.environment(), "DISCORD_TOKEN": "sim.test"})
        self.output = b""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.url = ""

    def _read(self):
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self.output += chunk

    def text(self):
        return self.output.decode(errors="replace")

    def wait_ready(self):
        """True when its dashboard answers, False when it ended."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                self.reader.join(5)
                return False
            text = self.text()
            at = text.find("Dashboard: ")
            if at >= 0 and "\n" in text[at:]:
                self.url = text[at + len("Dashboard: "):].split()[0].rstrip("/")
                return True
            time.sleep(0.02)
        raise Fault("the start stood still")

    def ask(self, method, path):
        """(status, body); (0, why) when there was no answer."""
        request = urllib.request.Request(self.url + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except TimeoutError:
            raise Fault(f"{method} {path} was never answered") from None
        except Exception as error:  # A cut connection comes in many forms.
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise Fault(f"{method} {path} was never answered") from None
            return 0, str(error)

    def is_well(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.ask("GET", "/healthz")[0] == 200:
                return True
            time.sleep(0.05)
        return False

    def end(self):
        """The exit code after SIGTERM."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Fault("the stop stood still") from None
        self.reader.join(5)
        return code

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()


def how_it_ended(host):
    code = host.process.wait(PATIENCE)
    host.reader.join(5)
    if code < 0:
        raise Fault(f"signal {signal.Signals(-code).name}: {host.text()[-2500:]}")
    if code == 0:
        return CONTINUED
    if "discern: " in host.text():
        return ENDED
    raise Fault(f"ended with {code} without a word: {host.text()[-300:]}")


class Trial:
    ACTS = ["start", "enable", "disable", "reload", "query", "stop"]

    def __init__(self, folder, simulator):
        self.folder = folder
        self.simulator = simulator
        (folder / "data").mkdir(exist_ok=True)
        self.control = Control(folder / "control", folder / "data")
        self.host = None

    def running(self):
        if self.host and self.host.process.poll() is None:
            return self.host
        self.drop()
        self.control.disarm()
        self.host = Host(self.folder, self.control, self.simulator)
        if not self.host.wait_ready():
            raise Fault("does not start though nothing is refused: " + self.host.text()[-500:])
        return self.host

    def drop(self):
        if self.host:
            self.host.kill()
        self.host = None

    def prepare(self, act):
        host = self.running() if act != "start" else None
        if act == "enable":
            host.ask("POST", "/api/v1/plugins/ping/disable")
        elif act in ("disable", "reload"):
            host.ask("POST", "/api/v1/plugins/ping/enable")

    def once(self, act, point, nth, burst=1):
        """Makes the act with the n-th call refused; what came of it, and how many calls there were."""
        if act == "start":
            self.drop()
        self.prepare(act)
        self.control.arm(point, nth, burst)
        try:
            outcome = self.act(act)
        finally:
            calls, refused = self.control.calls(point), self.control.block.refused
            self.control.disarm()
        if act not in ("start", "stop") and self.host.process.poll() is None and not self.host.is_well():
            raise Fault("it does not answer any more")
        return outcome, calls, refused

    def act(self, act):
        if act == "start":
            self.host = Host(self.folder, self.control, self.simulator)
            if not self.host.wait_ready():
                return how_it_ended(self.host)
            return CONTINUED if self.host.is_well() else how_it_ended(self.host)
        host = self.host
        if act == "stop":
            host.end()
            return how_it_ended(host)
        if act == "query":
            status, body = 200, ""
            now = int(time.time())
            for path in ("/metrics", "/api/metrics", "/api/v1/plugins",
                         "/api/v1/series",
                         f"/api/v1/query?name=discern_discord_guilds&fn=last&step=60&from={now - 600}&to={now}"):
                one, said = host.ask("GET", path)
                if one == 0 or one >= 400:
                    status, body = one, said
        else:
            status, body = host.ask("POST", f"/api/v1/plugins/ping/{act}")
        if host.process.poll() is not None or (status == 0 and self.gone(host)):
            return how_it_ended(host)
        if status == 200:
            return CONTINUED
        # A connection that was cut, with the host still there, is a refusal that a browser names.
        return REFUSED if status != 0 or body else CONTINUED

    @staticmethod
    def gone(host):
        try:
            host.process.wait(0.5)
            return True
        except subprocess.TimeoutExpired:
            return False


class Table:
    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)
        self.faults = []

    def add(self, point, act, outcome):
        self.counts[point, act][outcome] += 1

    def fault(self, point, act, nth, why):
        self.counts[point, act]["FAULT"] += 1
        self.faults.append(f"{point} × {act} × {nth}: {why}")
        print("FAULT", self.faults[-1], file=sys.stderr, flush=True)

    def print(self):
        columns = [CONTINUED, REFUSED, ENDED, "FAULT"]
        print(f"| {'what is refused':30} | {'during':8} | calls | " + " | ".join(columns) + " |")
        print("|---|---|---:|" + "---:|" * len(columns))
        total = collections.Counter()
        for (point, act), counter in self.counts.items():
            total.update(counter)
            print(f"| {point:30} | {act:8} | {sum(counter.values()):5} | "
                  + " | ".join(f"{counter[c]:{len(c)}}" for c in columns) + " |")
        print(f"| {'all':30} | {'':8} | {sum(total.values()):5} | "
              + " | ".join(f"{total[c]:{len(c)}}" for c in columns) + " |", flush=True)


def chosen(count, sample, chance):
    numbers = list(range(1, count + 1))
    if sample and len(numbers) > sample:
        return sorted(chance.sample(numbers, sample))
    return numbers


def run(trial, table, points, acts, sample, news, deadline):
    chance = random.Random(7)
    for act in acts:
        for point in points:
            if time.monotonic() > deadline:
                print("out of time", file=sys.stderr)
                return
            try:
                _, count, _ = trial.once(act, point, 0)
            except Fault as fault:
                table.fault(point, act, 0, str(fault))
                trial.drop()
                continue
            if point == POINTS[-1]:
                numbers = [1] * (sample or 100000)
            elif point == POINTS[-2]:
                numbers = sorted(chance.sample(range(1, count + 1), min(count, news)))
            else:
                numbers = chosen(count, sample, chance)
            for nth in numbers:
                if time.monotonic() > deadline:
                    break
                try:
                    outcome, _, refused = trial.once(act, point, nth)
                    if refused:
                        table.add(point, act, outcome)
                        if outcome == ENDED and os.environ.get("DISCERN_VERBOSE"):
                            print(point, act, nth, trial.host.text()[-300:].strip(), sep=" | ", file=sys.stderr, flush=True)
                    elif point == POINTS[-1]:
                        break
                except Fault as fault:
                    table.fault(point, act, nth, str(fault))
                    trial.drop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0, help="at most that many n; 0: every n")
    parser.add_argument("--news", type=int, default=300, help="random calls of operator new for each act")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after that long")
    parser.add_argument("--points", default="")
    parser.add_argument("--acts", default=",".join(Trial.ACTS))
    options = parser.parse_args()
    points = [p for p in POINTS[1:] if not options.points or any(w in p for w in options.points.split(","))]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="discern-refusals-"))
    simulator = subprocess.Popen([str(BUILD / "discern-sim"), "--port", "0", "--rate", "5", "--guilds", "3",
                                  "--identify-interval-ms", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    table = Table()
    trial = None
    try:
        line = simulator.stdout.readline().decode()
        trial = Trial(folder, line.split("listening on ")[1].strip())
        run(trial, table, points, options.acts.split(","), options.sample,
            min(options.news, options.sample or options.news), time.monotonic() + options.seconds)
    finally:
        if trial:
            trial.drop()
        simulator.kill()
        simulator.wait()
        shutil.rmtree(folder, ignore_errors=True)
    table.print()
    return 1 if table.faults else 0


if __name__ == "__main__":
    sys.exit(main())
