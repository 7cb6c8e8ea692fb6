"""One style of table for all benches: ours first, each rival with the ratio in brackets."""
import datetime
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

SCALE = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def benchmark_runs(program, repetitions, min_time=0.05):
    """Every repetition of a Google Benchmark program, as its JSON has it; rivals take turns."""
    said = subprocess.run(
        [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}",
         "--benchmark_enable_random_interleaving=true", f"--benchmark_min_time={min_time}"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    for run in json.loads(said)["benchmarks"]:
        if "error_message" in run:
            sys.exit(f"{run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            yield run


def run_benchmarks(program, repetitions, min_time=0.05):
    """{name: [CPU seconds an iteration, ...]}."""
    results = {}
    for run in benchmark_runs(program, repetitions, min_time):
        results.setdefault(run["run_name"], []).append(run["cpu_time"] * SCALE[run["time_unit"]])
    return results


def shown(value):
    if value >= 1e4:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def row(title, unit, values, more_is_better=False):
    """`values`: {"ours": [repetitions] or a number, rival: ...}; medians are taken here."""
    medians = {name: statistics.median(v) if isinstance(v, list) else v
               for name, v in values.items() if v}
    return {"title": title, "unit": unit, "more_is_better": more_is_better, "medians": medians}


def cell(row_, rival):
    medians = row_["medians"]
    if rival not in medians:
        return ""
    text = shown(medians[rival])
    if rival == "ours" or "ours" not in medians:
        return text
    ratio = medians[rival] / medians["ours"]
    return f"{text} ({1 / ratio if row_['more_is_better'] else ratio:.3g}x)"


def markdown(rows, rivals):
    """The lines of the table."""
    cells = [["", "unit", "ours", *rivals]]
    cells += [[r["title"], r["unit"], *(cell(r, name) for name in ["ours", *rivals])] for r in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for number, line in enumerate(cells):
        padded = [text.ljust(w) if i < 2 else text.rjust(w)
                  for i, (text, w) in enumerate(zip(line, widths))]
        yield "| " + " | ".join(padded) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (w + 1) + ("-" if i < 2 else ":")
                                 for i, w in enumerate(widths)) + "|"


def print_table(rows, rivals):
    for line in markdown(rows, rivals):
        print(line)


def sources_id(root):
    """The git tree of src/ as it is now, changes included; unlike a commit it outlives a rewritten history."""
    with tempfile.TemporaryDirectory() as folder:
        def git(*args):
            return subprocess.run(["git", "-C", root, *args], text=True, capture_output=True, check=False,
                                  env={**os.environ, "GIT_INDEX_FILE": f"{folder}/index"}).stdout.strip()
        git("read-tree", "HEAD")
        git("add", "--all", "src")
        return git("write-tree", "--prefix=src/")[:10] or "unknown"


def version(root):
    return re.search(r"^project\(discern VERSION (\S+)", (root / "CMakeLists.txt").read_text(), re.M)[1]


def keep(area, rows, rivals):
    """Keeps the medians as bench/results/<area>.json, with the sources and the date they are of.

    docs/performance.md quotes them; tools/check_figures.py compares, and with --write renews it."""
    root = pathlib.Path(__file__).resolve().parent.parent
    kept = {"area": area, "version": version(root), "src": sources_id(root),
            "date": datetime.date.today().isoformat(),
            "load": round(os.getloadavg()[0], 1), "rivals": rivals, "rows": rows}
    target = root / "bench" / "results" / f"{area}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"kept as {target.relative_to(root)}; python3 tools/check_figures.py --write . puts it into "
          "docs/performance.md")


def write(build, area, rows, **more):
    """All figures as JSON; says where."""
    target = build / "bench" / f"{area}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"load": os.getloadavg()[0], "rows": rows, **more}, indent=1))
    print(f"\nratios: how many times better ours is; everything measured is in {target}")


def warn_when_busy():
    load = os.getloadavg()[0]
    if load > 1:
        print(f"other work is going on (load {load:.1f}): figures are of CPU time, which suffers "
              "least, but caches are shared", file=sys.stderr)
