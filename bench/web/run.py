#!/usr/bin/env python3
"""/api/metrics and /metrics beside a bare epoll server, the original design on Node, and prom-client.

Usage: run.py BUILD [SECONDS]     BUILD is a release build with -DDISCERN_BENCHES=ON.

All answer with the same content: what a running Discern with fifty used commands says is given to
the rivals. Each server is held to one core and loaded from the other over 16 connections; they take
turns. Figures are requests for each second of CPU time of the whole server process, kernel
included. Then a thousand live viewers. Prints one table and writes BUILD/bench/web.json, and the medians as bench/results/web.json, from
which docs/performance.md quotes.
"""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import process  # noqa: E402
import table  # noqa: E402
import viewers  # noqa: E402

HERE = pathlib.Path(__file__).parent
ROUNDS = 7
VIEWERS = 1000
VIEWING_S = 20
NOT_LIKE_FOR_LIKE = """
Not like for like: the bare server has no routes, checks, limits or timeouts, measures nothing and
always sends the same bytes; ours encodes a body once for each tick of a second and sends it to all who ask, the
rivals make it for each request, as their designs have it; ours runs a bot meanwhile, checks access
and measures each request, and sends security headers; viewers read whole ticks, never a slow one."""


class Server:
    def __init__(self, program, path):
        self.program, self.url = program, program.said.rstrip("/") + path
        self.rates, self.walls = [], []

    def load(self, seconds):
        cpu = self.program.cpu_seconds()
        said = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", "-c16", f"-d{seconds}s", self.url],
            text=True, capture_output=True, check=True).stdout
        if "Non-2xx" in said:
            raise SystemExit(f"{self.url} answered errors:\n{said}")
        requests = int(re.search(r"(\d+) requests in", said)[1])
        self.rates.append(requests / (self.program.cpu_seconds() - cpu))
        self.walls.append(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]))


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def start_ours(stack, build, folder):
    """Discern with the simulator as its Discord; each of the fifty commands is used."""
    sim = stack.enter_context(process.Simulator(build, 1, "--guilds", "40"))
    settings = folder / "discern.toml"
    settings.write_text(f'data_dir = "{folder}/data"\n[web]\nport = 0\nconnections = 2048\n'
                        f'live_streams = {VIEWERS}\n[log]\nlevel = "error"\n'
                        f'[discord]\napi_url = "{sim.url}/api"\n'
                        f'[plugins]\nfolder = "{build}/bench-plugins"\n')
    ours = stack.enter_context(process.Program(
        0, [build / "discern", "run", "--config", settings], r"http://\S+",
        env={**os.environ, "DISCORD_TOKEN": "sim.bench"}))
    process.wait_until("the commands to be registered", lambda: len(sim.state()["commands"]) == 50)
    for name in sim.state()["commands"]:
        sim.act("interaction", command=name)
    process.wait_until("the commands to be counted", lambda: len(json.loads(
        get(ours.said.rstrip("/") + "/api/metrics"))["discord"]["commandUsage"]) == 50)
    return ours


def start_bare(stack, build, folder, ours):
    """A server that sends a finished answer of as many bytes as ours."""
    with urllib.request.urlopen(ours.said.rstrip("/") + "/api/metrics", timeout=30) as answer:
        body = answer.read()
        head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    (folder / "body.json").write_bytes(body)
    size = len("HTTP/1.1 200 OK\r\n") + head + 2 + len(body)
    bare = stack.enter_context(process.Program(
        0, [build / "web_bare_epoll", folder / "body.json", size], r"http://\S+"))
    return {"bare epoll": Server(bare, "/")}


def start_rivals(stack, build, folder, ours):
    """The original design and prom-client, each with what ours says."""
    node = process.node_packages(build, HERE.parent / "metrics" / "node")
    if not node:
        return {}
    url = ours.said.rstrip("/")
    (folder / "metrics.json").write_text(get(url + "/api/metrics"))
    (folder / "metrics.txt").write_text(get(url + "/metrics"))
    for name in ("seed_server.mjs", "prom_client_server.mjs"):
        (node / name).write_text((HERE / name).read_text())
    seed = stack.enter_context(process.Program(
        0, ["node", "seed_server.mjs", folder / "metrics.json"], r"http://\S+", cwd=node))
    prom = stack.enter_context(process.Program(
        0, ["node", "prom_client_server.mjs", folder / "metrics.txt"], r"http://\S+", cwd=node))
    return {"seed": Server(seed, "/api/metrics"), "prom-client": Server(prom, "/metrics")}


def view(ours):
    """What a thousand live viewers cost: percent of a core, and bytes a second for each."""
    host, port = re.search(r"http://([\d.]+):(\d+)", ours.said).groups()
    crowd = viewers.Viewers(host, int(port), VIEWERS)
    try:
        crowd.read(2)
        crowd.bytes = 0
        cpu = ours.cpu_seconds("web")
        crowd.read(VIEWING_S)
        percent = (ours.cpu_seconds("web") - cpu) / VIEWING_S * 100
        if crowd.ended:
            raise SystemExit(f"{crowd.ended} of {VIEWERS} streams ended")
        return percent, crowd.bytes / VIEWING_S / VIEWERS
    finally:
        crowd.close()


def main(build, seconds):
    table.warn_when_busy()
    os.sched_setaffinity(0, {1})
    with contextlib.ExitStack() as stack:
        folder = build / "bench" / "web"
        folder.mkdir(parents=True, exist_ok=True)
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        ours = start_ours(stack, build, scratch)
        servers = {"json": Server(ours, "/api/metrics"), "text": Server(ours, "/metrics"),
                   **start_bare(stack, build, scratch, ours),
                   **start_rivals(stack, build, scratch, ours)}
        sizes = {name: len(get(server.url)) for name, server in servers.items()}
        for _ in range(ROUNDS):
            for server in servers.values():
                server.load(seconds)
        percent, bytes_each = view(ours)
    rates = {name: server.rates for name, server in servers.items()}
    rows = [
        table.row(f"GET /api/metrics, 50 commands, {sizes['json']:,} bytes", "requests/s",
                  {"ours": rates["json"], "bare epoll": rates["bare epoll"],
                   "original design on Node": rates.get("seed")}, True),
        table.row(f"GET /metrics, the same content, {sizes['text']:,} bytes", "requests/s",
                  {"ours": rates["text"], "prom-client": rates.get("prom-client")}, True),
        table.row(f"{VIEWERS:,} live viewers, {bytes_each:,.0f} bytes/s each", "% of a core",
                  {"ours": percent}),
    ]
    rivals = ["bare epoll", "original design on Node", "prom-client"]
    table.print_table(rows, rivals)
    print(NOT_LIKE_FOR_LIKE)
    table.write(build, "web", rows, bytes=sizes, requests_per_cpu_second=rates,
                requests_per_second={name: server.walls for name, server in servers.items()})
    table.keep("web", rows, rivals)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute(), int(sys.argv[2]) if len(sys.argv) > 2 else 2)
