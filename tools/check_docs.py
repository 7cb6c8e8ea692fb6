#!/usr/bin/env python3
"""Fails when a page names a file, a heading or a task that is not there.

usage: check_docs.py [--write] <repository>
--write: put the example configuration into docs/configuration.md instead of comparing it.
"""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Paths in code font: those that begin with a folder of ours, and pages at the top.
PATH = re.compile(r"`((?:src|sim|include|dashboard|plugins|examples|test|tools|bench|docs|config|"
                  r"packaging|cmake)/[\w./-]*|[A-Z]+\.md|CMake\w+\.\w+)`")
TASK = re.compile(r"\./dev ([a-z]+)")
EXAMPLE = re.compile(r"(```toml\n)(# Discern's configuration\..*?)(```)", re.S)


def pages(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "*.md"],
                            capture_output=True, text=True)
    found = listed.stdout.splitlines() if listed.returncode == 0 else []
    return [root / p for p in found] or sorted(root.glob("*.md")) + sorted(root.glob("docs/*.md"))


def anchors(text):
    """The names that headings get."""
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        yield plain.replace(" ", "-")


def link_problem(page, target):
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return f"links to {target}, which does not exist"
    if anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
        return f"links to {target}, and there is no such heading"
    return None


def problems(root):
    tasks = set(re.findall(r"^\./dev ([a-z]+)", (root / "dev").read_text(), re.M))
    for page in pages(root):
        text = page.read_text()
        name = page.relative_to(root)
        for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.S)):
            if problem := link_problem(page, target):
                yield f"{name}: {problem}"
        for path in PATH.findall(text):
            if not (root / path).exists() and not (page.parent / path).exists():
                yield f"{name}: names `{path}`, which does not exist"
        for task in TASK.findall(text):
            if task not in tasks:
                yield f"{name}: names ./dev {task}, which is no task"


def check_example(root, write):
    """docs/configuration.md quotes the example file, which a unit test keeps equal to the program's."""
    page = root / "docs/configuration.md"
    text = page.read_text()
    example = (root / "config/discern.example.toml").read_text()
    quoted = EXAMPLE.search(text)
    if quoted is None:
        return ["docs/configuration.md: does not quote config/discern.example.toml"]
    if quoted[2] == example:
        return []
    if not write:
        return ["docs/configuration.md: quotes an old config/discern.example.toml; run: ./dev docs"]
    page.write_text(text[:quoted.start(2)] + example + text[quoted.end(2):])
    return []


def main():
    root = pathlib.Path(sys.argv[-1]).resolve()
    write = "--write" in sys.argv
    found = check_example(root, write)
    if not write:
        found += problems(root)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
