#!/usr/bin/env python3
"""Requests per second of /api/metrics and /metrics beside the seed's own design on Node.

Usage: run.py BUILD [SECONDS]. Each server is held to one core and loaded from the other; the two
take turns, so that a slow moment of the machine meets both. Prints a table of medians and ratios
and writes BUILD/bench/web.json.
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROUNDS = 5


def start(args, pattern):
    """A server on core 0 and the address it printed."""
    process = subprocess.Popen(["taskset", "-c", "0", *map(str, args)], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        found = re.search(pattern, line)
        if found:
            return process, found.group(1).rstrip("/")
    raise SystemExit(f"{args[0]} did not start")


def load(url, seconds):
    """Requests per second over 16 connections from core 1."""
    said = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c16", f"-d{seconds}s", url],
                          text=True, capture_output=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} answered errors:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def main(build, seconds):
    folder = tempfile.TemporaryDirectory()
    ours, our_url = start([build / "discern", "demo", "--data", folder.name, "--port", "0",
                           "--rate", "0"], r"Dashboard: (http://\S+)")
    seed, seed_url = start(["node", HERE / "seed_server.mjs"], r"(http://\S+)")
    try:
        runs = {"ours /api/metrics": our_url + "/api/metrics",
                "seed on node /api/metrics": seed_url + "/api/metrics",
                "ours /metrics": our_url + "/metrics"}
        results = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, url in runs.items():
                results[name].append(load(url, seconds))
    finally:
        ours.terminate()
        seed.terminate()
        ours.wait(30)
        seed.wait(30)
    medians = {name: statistics.median(values) for name, values in results.items()}
    rival = medians["seed on node /api/metrics"]
    print(f"{'requests per second, one core':34}{'median':>10}{'min':>10}{'max':>10}{'ratio':>8}")
    for name, values in results.items():
        print(f"{name:34}{medians[name]:>10.0f}{min(values):>10.0f}{max(values):>10.0f}"
              f"{medians[name] / rival:>7.1f}x")
    target = pathlib.Path(build) / "bench" / "web.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"requests_per_second": results, "medians": medians}, indent=2))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2)
