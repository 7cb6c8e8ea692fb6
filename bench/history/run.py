#!/usr/bin/env python3
"""What a history tick costs, in time and in bytes, and what asking a day of it costs.

Usage: run.py BUILD     BUILD is a release build with -DDISCERN_BENCHES=ON.

A synthetic bot of some 2,000 series, one tick every 10 s for a day, through the real store and its
disk. Prints one table and writes BUILD/bench/history.json.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import table  # noqa: E402

COMMIT = "BM_Store_Commit/iterations:8640"
QUERIES = {
    "rate of 1,200 counters, 24 h, step 20 min": "BM_Reader_Day/rate_of_1200",
    "last of 300 gauges, 24 h, step 20 min": "BM_Reader_Day/last_of_300",
    "p95 of 20 histograms, 24 h, step 20 min": "BM_Reader_Day/p95_of_20",
}


def main(build):
    table.warn_when_busy()
    runs = {}
    for run in table.benchmark_runs(build / "history_bench", 3):
        runs.setdefault(run["run_name"], []).append(run)
    commits = runs[COMMIT]
    rows = [
        table.row("a tick committed, CPU", "us", {"ours": [r["cpu_time"] for r in commits]}),
        table.row("a tick committed, with its disk", "us",
                  {"ours": [r["real_time"] for r in commits]}),
        table.row("samples a tick", "", {"ours": [r["samples/tick"] for r in commits]}),
        table.row("the file", "bytes/sample", {"ours": [r["file_B/sample"] for r in commits]}),
        *(table.row(title, "ms", {"ours": [r["cpu_time"] for r in runs[name]]})
          for title, name in QUERIES.items()),
    ]
    table.print_table(rows, [])
    table.write(build, "history", rows, runs=runs)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
