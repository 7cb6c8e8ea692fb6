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
import pathlib
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import process  # noqa: E402
import table  # noqa: E402

HERE = pathlib.Path(__file__).parent
REPETITIONS = 9
SERIES = 100_000


def run_cpp(program):
    """{name/arg: {threads: [seconds, ...]}} of a Google Benchmark program."""
    results = {}
    for run in table.benchmark_runs(program, REPETITIONS):
        parts = [p for p in run["name"].split("/")
                 if p != "real_time" and not p.startswith(("threads:", "repeats:", "min_time:"))]
        by_threads = results.setdefault("/".join(parts), {})
        by_threads.setdefault(run["threads"], []).append(
            run["cpu_time"] * table.SCALE[run["time_unit"]])
    return results


def run_node(build):
    """prom-client and the seed's object, and prom-client's bytes a series; nothing without Node."""
    folder = process.node_packages(build, HERE / "node")
    if not folder:
        return {}, {}

    shutil.copy(HERE / "node" / "rivals.mjs", folder)

    def rivals(*args):
        return json.loads(subprocess.run(["node", "rivals.mjs", *args], cwd=folder, text=True,
                                         check=True, stdout=subprocess.PIPE).stdout)
    return ({name: {1: [ns * 1e-9 for ns in values]} for name, values in rivals().items()},
            {"prom_client": rivals("memory", str(SERIES))})


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
        values = {}
        for rival in ["ours", *RIVALS]:
            names = NAIVE if rival == "naive" else [rival]
            found = [figure_of(results, benchmark, name, argument, threads) for name in names]
            values[rival] = min((value / table.SCALE[unit] for value in found if value is not None),
                                default=None)
        yield table.row(f"{title}, 2 threads" if threads == 2 else title, unit, values)


def main(build):
    table.warn_when_busy()
    node, node_memory = run_node(build)
    results = {**run_cpp(build / "metrics_bench"), **run_cpp(build / "export_bench"), **node}
    rows = list(rows_of(results))
    rows.append(table.row("peak memory per series, rendered", "B",
                          {**run_memory(build), **node_memory}))
    table.print_table(rows, RIVALS)
    table.write(build, "metrics", rows, seconds=results)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
