#!/usr/bin/env python3
"""The metric core beside its rivals, in one run.

Usage: run.py BUILD     BUILD is a release build with -DDISCERN_BENCHES=ON.

Prints one table and writes BUILD/bench/metrics.json. Figures are CPU time per operation and thread,
because that is what repeats on a busy machine; time spent waiting for a mutex is not in it, which
flatters the rivals that have one. Rivals take turns with ours (random interleaving). For one thread
the figure is the least of all repetitions: other work on the machine only ever adds. For two it is
the median, because the least is the one in which the threads did not meet.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
REPETITIONS = 9
SERIES = 100_000


def run_cpp(program):
    """{name/arg: {threads: [seconds, ...]}} of a Google Benchmark program."""
    said = subprocess.run(
        [program, "--benchmark_format=json", f"--benchmark_repetitions={REPETITIONS}",
         "--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.05"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    results = {}
    for run in json.loads(said)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        parts = [p for p in run["name"].split("/")
                 if p != "real_time" and not p.startswith(("threads:", "repeats:", "min_time:"))]
        by_threads = results.setdefault("/".join(parts), {})
        by_threads.setdefault(run["threads"], []).append(run["cpu_time"] * scale[run["time_unit"]])
    return results


def run_node():
    """prom-client and the seed's object; nothing when there is no Node."""
    folder = HERE / "node"
    try:
        if not (folder / "node_modules").exists():
            subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder,
                           check=True)
        said = subprocess.run(["node", "rivals.mjs"], cwd=folder, text=True, check=True,
                              capture_output=True).stdout
        memory = subprocess.run(["node", "rivals.mjs", "memory", str(SERIES)], cwd=folder, text=True,
                                check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"without prom-client: {problem}", file=sys.stderr)
        return {}, None
    results = {name: {1: [ns * 1e-9 for ns in values]} for name, values in json.loads(said).items()}
    return results, float(memory)


def run_memory(build):
    def probe(rival):
        return float(subprocess.run([build / "metrics_memory", rival, str(SERIES)], text=True,
                                    check=True, capture_output=True).stdout)
    return {rival: probe(rival) for rival in ("ours", "bare", "prometheus_cpp")}


# (title, benchmark, argument, threads, unit)
ROWS = [
    ("increment by handle", "increment", None, 1, "ns"),
    ("increment by handle", "increment", None, 2, "ns"),
    ("increment from a plugin's library", "plugin_increment", None, 1, "ns"),
    ("increment from a plugin's library", "plugin_increment", None, 2, "ns"),
    ("by name, 100 known values", "by_name", None, 1, "ns"),
    ("by name, 100 known values", "by_name", None, 2, "ns"),
    ("observe, with sum", "observe", None, 1, "ns"),
    ("observe, with sum", "observe", None, 2, "ns"),
    ("timer around a handler", "timer", None, 1, "ns"),
    ("Distinct, add", "distinct", None, 1, "ns"),
    ("TopK, add", "topk", None, 1, "ns"),
    ("snapshot, 10,000 series, 8 threads", "snapshot", "10000", 1, "ms"),
    ("snapshot, 100,000 series, 8 threads", "snapshot", "100000", 1, "ms"),
    ("snapshot, 1,000 histograms", "snapshot_histograms", "1000", 1, "ms"),
    ("text, 10,000 series", "text", "10000", 1, "ms"),
    ("text, 100,000 series", "text", "100000", 1, "ms"),
    ("snapshot and text, 100,000 series", "scrape", "100000", 1, "ms"),
    ("text, 1,000 histograms, 23,000 lines", "text_histograms", "1000", 1, "ms"),
    ("the seed's JSON, 10,000 counters", "json", "10000", 1, "ms"),
]
RIVALS = ["bare", "naive", "prometheus_cpp", "prom_client", "seed"]
NAIVE = ["naive_atomic", "naive_mutex_map", "naive_general_dynamic", "naive_steady_clock"]


def figure_of(results, benchmark, rival, argument, threads):
    name = "/".join(filter(None, [benchmark, rival, argument]))
    values = results.get(name, {}).get(threads)
    if not values:
        return None
    return min(values) if threads == 1 else statistics.median(values)


def rows_of(results):
    for title, benchmark, argument, threads, unit in ROWS:
        row = {"title": title, "threads": threads, "unit": unit}
        for rival in ["ours", *RIVALS]:
            names = NAIVE if rival == "naive" else [rival]
            found = [figure_of(results, benchmark, name, argument, threads) for name in names]
            row[rival] = min((value for value in found if value is not None), default=None)
        if row["ours"] is not None:
            yield row


def cell(row, rival):
    value, ours = row[rival], row["ours"]
    if value is None:
        return ""
    shown = value * {"ns": 1e9, "ms": 1e3, "B": 1}[row["unit"]]
    text = f"{shown:.0f}" if shown >= 100 else f"{shown:.3g}"
    return text if rival == "ours" else f"{text} ({value / ours:.3g}x)"


def print_table(rows):
    print(f"| {'operation':37} | threads | unit | {'ours':>6} | "
          + " | ".join(f"{rival:>16}" for rival in RIVALS) + " |")
    print(f"|{'-' * 39}|--------:|------|-------:|" + "|".join("-" * 17 + ":" for _ in RIVALS) + "|")
    for row in rows:
        print(f"| {row['title']:37} | {row['threads']:7} | {row['unit']:4} | {cell(row, 'ours'):>6} | "
              + " | ".join(f"{cell(row, rival):>16}" for rival in RIVALS) + " |")


def main(build):
    load = os.getloadavg()[0]
    if load > 1:
        print(f"other work is going on (load {load:.1f}): figures for two threads mean little",
              file=sys.stderr)
    node, node_memory = run_node()
    results = {**run_cpp(build / "metrics_bench"), **run_cpp(build / "export_bench"), **node}
    rows = list(rows_of(results))
    memory = run_memory(build)
    rows.append({"title": "peak memory per series, rendered", "threads": 1, "unit": "B",
                 "naive": None, "seed": None, "prom_client": node_memory, **memory})
    print_table(rows)
    target = build / "bench" / "metrics.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"load": load, "rows": rows, "seconds": results}, indent=1))
    print(f"\nratios are rival / ours; all repetitions are in {target}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
