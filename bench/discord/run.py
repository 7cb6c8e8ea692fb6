#!/usr/bin/env python3
"""Gateway events per second beside bare zlib, bare zstd, bare simdjson and discord.js, in one run.

Usage: run.py BUILD     BUILD is a release build with -DDISCERN_BENCHES=ON.

Decoding is measured in process, on the same stream as its bare limits. End to end, the whole
program with its plugins reads that stream from a loopback WebSocket, as do discord.js and a Node
client of ws, zlib-sync and JSON.parse; the simulator sends it from the other core, compressed
beforehand. Figures are of CPU time of the whole process, kernel included: on a busy machine that is
what repeats. Prints one table and writes BUILD/bench/discord.json.
"""
import contextlib
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import process  # noqa: E402
import scale  # noqa: E402
import table  # noqa: E402

HERE = pathlib.Path(__file__).parent
EVENTS = 100_000
GUILDS = 500
ROUNDS = 5
REPETITIONS = 7
NOT_LIKE_FOR_LIKE = """
Not like for like: discord.js builds and caches whole objects, which ours does not; ours counts by
type, by origin and by interaction, keeps history and serves a dashboard meanwhile, which they do
not. The interactions are too old to be answered, so nobody answers them. The bare limits read valid
input only. In the zstd stream each thousand events are a frame, and in both streams the envelope of
an event is stored, not compressed, so that the simulator need not compress: Discord's are a little
smaller. Threads: ours may use all it has, on that one core, as may Node."""


class Client:
    """A client under load and the simulator that feeds it."""

    def __init__(self, stack, build, name, start):
        self.sim = stack.enter_context(process.Simulator(build, 1, "--guilds", str(GUILDS)))
        self.program = stack.enter_context(start(self.sim.url + "/api"))
        self.name = name
        self.rates, self.walls, self.gateway, self.memory = [], [], [], None
        process.wait_until(f"{name} to have all guilds", lambda: self.sim.state()[
            "dispatches"]["by_type"].get("GUILD_CREATE", 0) >= GUILDS)
        self.settle()

    def session(self):
        return self.sim.state()["sessions"][0]

    def settle(self):
        """Waits until the client has read everything: it answers what was asked after it."""
        self.sim.act("heartbeat")
        process.wait_until(f"{self.name} to have read everything", lambda: (
            lambda s: s["acknowledged_sequence"] == s["sequence"])(self.session()), 0.002)

    def measure(self):
        begin, cpu = time.monotonic(), self.program.cpu_seconds()
        gateway = self.program.cpu_seconds("gateway")
        self.sim.act("flood", count=EVENTS)
        process.wait_until("the flood", lambda: self.session()["flood_left"] == 0, 0.01)
        self.settle()
        self.walls.append(EVENTS / (time.monotonic() - begin))
        self.rates.append(EVENTS / (self.program.cpu_seconds() - cpu))
        spent = self.program.cpu_seconds("gateway") - gateway
        if spent:
            self.gateway.append(EVENTS / spent)
        if self.memory is None:
            self.memory = self.program.resident_mb()


def start_ours(build, folder, compression):
    def start(api):
        data = pathlib.Path(folder) / compression
        data.mkdir()
        settings = data / "discern.toml"
        settings.write_text(f'data_dir = "{data}"\n[web]\nport = 0\n[log]\nlevel = "error"\n'
                            f'[discord]\napi_url = "{api}"\ncompression = "{compression}"\n')
        return process.Program(0, [build / "discern", "run", "--config", settings],
                               r"http://\S+", env={**os.environ, "DISCORD_TOKEN": "sim.bench"})
    return start


def start_node(folder, rival):
    shutil.copy(HERE / "rivals.mjs", folder)
    return lambda api: process.Program(0, ["node", "rivals.mjs", rival, api], "ready", cwd=folder)


def check_counts(client):
    """Ours must have counted exactly what the simulator sent."""
    sent = client.sim.state()["dispatches"]["by_type"]

    def counted():
        with urllib.request.urlopen(client.program.said.rstrip("/") + "/metrics") as answer:
            text = answer.read().decode()
        found = re.findall(r'^discern_gateway_events_total\{type="(\w+)"\} (\d+)', text, re.M)
        return {name: int(count) for name, count in found} == sent
    process.wait_until(f"{client.name} to show the counts of what was sent", counted, 0.2)


def end_to_end(build):
    node = process.node_packages(build, HERE.parent.parent / "test" / "foreign")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        kinds = {"zlib": start_ours(build, folder, "zlib"),
                 "zstd": start_ours(build, folder, "zstd")}
        if node:
            kinds["ws"] = start_node(node, "ws")
            kinds["discord.js"] = start_node(node, "discord.js")
        clients = {name: Client(stack, build, name, start) for name, start in kinds.items()}
        for _ in range(ROUNDS):
            for client in clients.values():
                client.measure()
        for name in ("zlib", "zstd"):
            check_counts(clients[name])
        return clients


def rows_of(decode, clients, large):
    def events(name):
        return [EVENTS / seconds for seconds in decode[name]]

    def measured(what):
        return {name: getattr(c, what) for name, c in clients.items() if name not in ("zlib", "zstd")}
    for kind in ("zlib", "zstd"):
        yield table.row(f"decode path, {kind}-stream", "events/s", {
            "ours": events(f"decode_{kind}/ours"), "bare": events(f"decode_{kind}/bare"),
            "bare+simdjson": events(f"decode_{kind}/parsed")}, True)
    yield table.row("the same, nobody asks for any event", "events/s", {
        "ours": events("decode_unasked/ours"), "bare": events("decode_zstd/bare"),
        "bare+simdjson": events("decode_zstd/parsed")}, True)
    yield table.row("decode path, not compressed", "events/s", {
        "ours": events("decode_plain/ours"), "bare+simdjson": events("decode_plain/bare")}, True)
    yield table.row("end to end, zlib-stream", "events/s",
                    {"ours": clients["zlib"].rates, **measured("rates")}, True)
    yield table.row("end to end, zstd-stream", "events/s", {"ours": clients["zstd"].rates}, True)
    yield table.row(f"resident, {GUILDS} guilds and {EVENTS:,} events", "MB",
                    {"ours": clients["zlib"].memory, **measured("memory")})
    yield table.row(f"resident, {large['guilds']:,} guilds on {large['shards']} shards", "MB",
                    {"ours": large["resident_mb"]})
    yield table.row("CPU until all of them are there", "s", {"ours": large["cpu_seconds"]})


def main(build):
    table.warn_when_busy()
    os.sched_setaffinity(0, {1})
    decode = table.run_benchmarks(build / "discord_bench", REPETITIONS)
    clients = end_to_end(build)
    large = scale.measure(build)
    rows = list(rows_of(decode, clients, large))
    table.print_table(rows, ["bare", "bare+simdjson", "ws", "discord.js"])
    print(NOT_LIKE_FOR_LIKE)
    table.write(build, "discord", rows, decode_seconds=decode, scale=large, clients={
        name: {"events_per_cpu_second": c.rates, "events_per_second": c.walls,
               "events_per_gateway_thread_second": c.gateway, "resident_mb": c.memory}
        for name, c in clients.items()})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).absolute())
