#!/usr/bin/env python3
"""What the host adds to an event and a command on their way to a plugin, beside a naive queue.

Usage: run.py BUILD     BUILD is a release build with -DDISCERN_BENCHES=ON.

Prints one table of medians and writes BUILD/bench/plugin.json. "gateway" is processor time of the
thread that hands over, "through" that of the whole process, queue, fence and measuring included.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

REPETITIONS = 9
BATCH = 1000
# (title, benchmark, rival, what one iteration holds)
ROWS = [
    ("event, gateway thread", "event_hand_over", "naive", BATCH),
    ("event, through to the handler", "event_through", "naive", BATCH),
    ("command, gateway thread", "command_hand_over", None, BATCH),
    ("command, through to its answer", "command_through", None, BATCH),
    ("operator new + delete, plugin's thread", "new_counted", "malloc", 1),
    ("operator new + delete, other threads", "new_elsewhere", None, 1),
]


def main(build):
    load = os.getloadavg()[0]
    if load > 1:
        print(f"other work is going on (load {load:.1f})", file=sys.stderr)
    said = subprocess.run(
        [build / "plugin_bench", "--benchmark_format=json", "--benchmark_min_time=0.1",
         f"--benchmark_repetitions={REPETITIONS}", "--benchmark_enable_random_interleaving=true"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    seconds = {}
    for run in json.loads(said)["benchmarks"]:
        if run["run_type"] != "iteration" or run.get("error_occurred"):
            continue
        name = "/".join(run["name"].split("/")[:2])
        scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[run["time_unit"]]
        seconds.setdefault(name, []).append(run["cpu_time"] * scale)
    print(f"{'nanoseconds of processor time':40}{'median':>9}{'min':>9}{'max':>9}{'rival':>9}")
    for title, benchmark, rival, batch in ROWS:
        ours = [value / batch * 1e9 for value in seconds[f"{benchmark}/ours"]]
        theirs = [value / batch * 1e9 for value in seconds.get(f"{benchmark}/{rival}", [])]
        other = f"{statistics.median(theirs):9.1f}" if theirs else ""
        print(f"{title:40}{statistics.median(ours):9.1f}{min(ours):9.1f}{max(ours):9.1f}{other}")
    target = build / "bench" / "plugin.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"load": load, "seconds_per_iteration": seconds}, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
