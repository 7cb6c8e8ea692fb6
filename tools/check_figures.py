#!/usr/bin/env python3
"""Fail when docs/performance.md quotes other figures than the newest run of a bench.

Usage: check_figures.py [--write] ROOT     --write puts the newest figures in.

A bench leaves its medians in bench/results/<area>.json (bench/table.py). The page holds them between
"<!-- figures: <area> -->" and "<!-- end of figures -->". Measures nothing.
"""
import json
import pathlib
import re
import sys

BLOCK = re.compile(r"<!-- figures: (\w+) -->\n(.*?)<!-- end of figures -->", re.S)
DATED = re.compile(r"[Vv]ersion [\d.]+\s+\(src `[0-9a-f]{10}`\), \d{4}-\d\d-\d\d")
COMMIT = re.compile(r"[Cc]ommit `?[0-9a-f]{7,}")


def block(table, result):
    lines = [f"Version {result['version']} (src `{result['src']}`), {result['date']}, "
             f"load {result['load']} when it ended.", ""]
    return "\n".join([*lines, *table.markdown(result["rows"], result["rivals"]), ""])


def main(root, write):
    sys.path.insert(0, str(root / "bench"))
    import table
    page = root / "docs" / "performance.md"
    text = page.read_text()
    results = {path.stem: json.loads(path.read_text())
               for path in sorted((root / "bench" / "results").glob("*.json"))}
    complaints = []
    quoted = {area: body for area, body in BLOCK.findall(text)}
    for area in sorted(quoted.keys() ^ results.keys()):
        complaints.append(f"{area}: quoted figures and bench/results/{area}.json need each other")
    for area in sorted(quoted.keys() & results.keys()):
        wanted = block(table, results[area])
        if quoted[area] != wanted and write:
            text = BLOCK.sub(lambda found, area=area, wanted=wanted: found[0] if found[1] != area else
                             f"<!-- figures: {area} -->\n{wanted}<!-- end of figures -->", text)
        elif quoted[area] != wanted:
            complaints.append(f"docs/performance.md quotes other figures than bench/results/{area}.json; "
                              "run: python3 tools/check_figures.py --write .")
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        title = section.splitlines()[0]
        if re.search(r"^\|", section, re.M) and not DATED.search(section):
            complaints.append(f'docs/performance.md, "{title}": name the version, the sources and the date '
                              "of the figures: Version 0.1.0 (src `0123456789`), 2026-12-31")
        if COMMIT.search(section):
            complaints.append(f'docs/performance.md, "{title}": a commit may be rewritten; quote the git '
                              "tree of src/ instead: git rev-parse --short=10 <commit>:src")
    if write:
        page.write_text(text)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(arguments[0]).resolve(), "--write" in sys.argv))
