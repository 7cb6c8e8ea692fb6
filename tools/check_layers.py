#!/usr/bin/env python3
"""Fail when an #include points against the arrows of ARCHITECTURE.md, or two headers define one type."""
import pathlib
import re
import sys

# Folder -> folders it may include. The order is the order of the story.
MAY_INCLUDE = {
    "base": set(),
    "metrics": {"base"},
    "net": {"base"},
    "collect": {"base", "metrics"},
    "discord": {"base", "metrics", "net"},
    "plugin": {"base", "metrics"},
    "history": {"base", "metrics"},
    "export": {"base", "metrics", "net"},
    "alerts": {"base", "metrics", "net"},
    "web": {"base", "metrics", "net"},
}
# The few named windows between stages. Adding a line here is a design decision.
WINDOWS = {
    "plugin": {"discord/model/"},
    "web": {
        "discord/status.hpp",
        "plugin/status.hpp",
        "alerts/status.hpp",
        "history/query.hpp",
        "export/prometheus_text.hpp",
        "export/seed_json.hpp",
    },
}
PUBLIC = "discern/plugin/"  # include/discern/plugin: for plugins and for src/plugin
# Discord's limits: one table for plugins' tests, the host and the simulator, which needs nothing but reading and writing JSON.
LIMITS = "discern/plugin/limits"
OURS = set(MAY_INCLUDE) | {"app", "sim"}
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)
SOURCES = "*.[ch]pp"
TYPE = re.compile(r"^(?:struct|class)(?: \[\[[^]]*\]\])? (\w+)(?: final)?(?: :[^;{]*)?\s*{", re.M)


def allowed(module, target):
    if module in ("app", "main"):
        return True
    if target.startswith(LIMITS) and module == "discord":
        return True
    if target.startswith(PUBLIC):
        return module == "plugin"
    top = target.split("/")[0]
    if "/" not in target or top not in OURS:
        return True  # A library, or a file of the same folder.
    if top in MAY_INCLUDE[module] | {module}:
        return True
    return any(target.startswith(window) for window in WINDOWS.get(module, ()))


def check_tree(root, folder, may):
    """Yields a sentence for every include in `folder` that `may` refuses."""
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in (".hpp", ".cpp", ".h") or "node_modules" in path.parts:
            continue
        for target in INCLUDE.findall(path.read_text(errors="replace")):
            top = target.split("/")[0]
            ours = target.startswith(PUBLIC) or ("/" in target and top in OURS)
            if ours and not may(target):
                yield f'{path.relative_to(root)}: may not include "{target}"'


def check_types(root):
    """A folder is a namespace. No compiler sees two types of one name in it, and the linker mixes them up."""
    for folder in [*(root / "src").iterdir(), root / "sim"]:
        seen = {}
        for path in sorted(folder.rglob("*.hpp")) if folder.is_dir() else ():
            for name in TYPE.findall(path.read_text()):
                other = seen.setdefault(name, path)
                if other != path:
                    yield f"{path.relative_to(root)}: {name} is also defined in {other.relative_to(root)}"


def main(root):
    complaints = list(check_types(root))
    for path in sorted((root / "src").rglob(SOURCES)):
        rel = path.relative_to(root / "src")
        module = rel.parts[0] if len(rel.parts) > 1 else "main"
        for target in INCLUDE.findall(path.read_text()):
            if not allowed(module, target):
                complaints.append(f'src/{rel}: {module} may not include "{target}"')
    # Public headers, plugins and examples lean on the standard library and each other only.
    for folder in ("include", "plugins", "examples"):
        complaints += check_tree(root, folder, lambda target: target.startswith(PUBLIC))
    # The simulator is the other side: it shares the vocabulary of base, Discord's limits, and nothing of the protocol.
    complaints += check_tree(
        root, "sim", lambda target: target.split("/")[0] in ("base", "sim") or target.startswith(LIMITS)
    )
    # The limits stand alone, so that all three can use them.
    reader = ("discern/plugin/json.hpp", "discern/plugin/json_text.hpp", LIMITS)
    complaints += check_tree(root, "include/discern/plugin/limits", lambda target: target.startswith(reader))
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
