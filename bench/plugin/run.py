#!/usr/bin/env python3
"""What the host adds to an event and a command on their way to a plugin, beside a naive queue.

Usage: run.py BUILD     BUILD is a release build with -DDISCERN_BENCHES=ON.

Prints one table of medians and writes BUILD/bench/plugin.json. "gateway" is processor time of the
thread that hands over, "through" that of the whole process, queue, fence and measuring included.
"""
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import table  # noqa: E402

REPETITIONS = 9
BATCH = 1000
# (title, benchmark, rival, what one iteration holds)
ROWS = [
    ("event, gateway thread", "event_hand_over", "naive", BATCH),
    ("event, through to the handler", "event_through", "naive", BATCH),
    ("command, gateway thread", "command_hand_over", None, BATCH),
    ("command, through to its answer", "command_through", None, BATCH),
    ("operator new + delete, plugin's thread (naive: malloc)", "new_counted", "malloc", 1),
    ("operator new + delete, other threads", "new_elsewhere", None, 1),
]


def main(build):
    table.warn_when_busy()
    seconds = {}
    for run in table.benchmark_runs(build / "plugin_bench", REPETITIONS, 0.1):
        name = "/".join(run["name"].split("/")[:2])
        seconds.setdefault(name, []).append(run["cpu_time"] * table.SCALE[run["time_unit"]])
    rows = []
    for title, benchmark, rival, batch in ROWS:
        values = {name: [value / batch * 1e9 for value in seconds.get(f"{benchmark}/{kind}", [])]
                  for name, kind in (("ours", "ours"), ("naive", rival))}
        rows.append(table.row(title, "ns", values))
    table.print_table(rows, ["naive"])
    table.write(build, "plugin", rows, seconds_per_iteration=seconds)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
