#!/usr/bin/env python3
"""Fail when a listing of docs/plugins.md is not, as it stands, part of a file that the tests compile."""
import pathlib
import re
import sys
import textwrap

LISTING = re.compile(r"^```(cpp|cmake|toml)\n(.*?)^```$", re.M | re.S)
SOURCES = {"cpp": ("*.cpp", "*.hpp"), "cmake": ("CMakeLists.txt",), "toml": ("plugin.toml",)}


def dedent(lines):
    return textwrap.dedent("\n".join(lines)).rstrip("\n")


def occurs(listing, text):
    """Whether the listing stands in the text, line for line, at any indentation."""
    wanted = dedent(listing.splitlines())
    count = len(wanted.splitlines())
    lines = text.splitlines()
    first = wanted.splitlines()[0].strip()
    for start, line in enumerate(lines):
        if line.strip() == first and dedent(lines[start:start + count]) == wanted:
            return True
    return False


def main(root):
    page = (root / "docs/plugins.md").read_text()
    listings = LISTING.findall(page)
    missing = 0
    for language, listing in listings:
        files = [f for p in SOURCES[language] for f in (root / "examples").rglob(p)]
        if not any(occurs(listing, f.read_text()) for f in files):
            missing += 1
            print(f"docs/plugins.md: no file of examples/ has this {language} listing:\n{listing}")
    if not listings:
        print("docs/plugins.md has no listings")
        return 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
