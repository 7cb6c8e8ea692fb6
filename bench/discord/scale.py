#!/usr/bin/env python3
"""A bot of 100,000 guilds on 128 shards in one process: how long it takes, and what it holds.

Usage: scale.py BUILD [GUILDS] [SHARDS]. Part of run.py; prints one line when it runs by itself.
"""
import json
import os
import pathlib
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import process  # noqa: E402

MAX_CONCURRENCY = 16


def measure(build, guilds=100_000, shards=128):
    """{seconds, cpu_seconds, resident_mb} from the start until every guild is there."""
    with tempfile.TemporaryDirectory() as folder, process.Simulator(
            build, 1, "--guilds", str(guilds), "--shards", str(shards),
            "--max-concurrency", str(MAX_CONCURRENCY)) as sim:
        settings = pathlib.Path(folder) / "discern.toml"
        settings.write_text(f'data_dir = "{folder}/data"\n[web]\nport = 0\n[log]\nlevel = "error"\n'
                            f'[discord]\napi_url = "{sim.url}/api"\n')
        begin = time.monotonic()
        with process.Program(0, [build / "discern", "run", "--config", settings], r"http://\S+",
                             env={**os.environ, "DISCORD_TOKEN": "sim.bench"}) as ours:
            url = ours.said.rstrip("/")

            def complete():
                with urllib.request.urlopen(url + "/api/v1/shards", timeout=60) as answer:
                    states = [shard["state"] for shard in json.loads(answer.read())["shards"]]
                if states != ["ready"] * shards:
                    return False
                with urllib.request.urlopen(url + "/metrics", timeout=60) as answer:
                    return f'{{type="GUILD_CREATE"}} {guilds}\n' in answer.read().decode()
            process.wait_until("all guilds on all shards", complete, 0.5, 600)
            return {"seconds": time.monotonic() - begin, "cpu_seconds": ours.cpu_seconds(),
                    "resident_mb": ours.resident_mb(), "guilds": guilds, "shards": shards,
                    "complaints": sim.state()["complaint_count"]}


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    print(measure(pathlib.Path(sys.argv[1]).absolute(), *map(int, sys.argv[2:])))
