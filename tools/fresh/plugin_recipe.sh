#!/usr/bin/env bash
# Runs the recipe of docs/plugins.md ("From zero to a running plugin") where only the package is: recipe.sh holds the
# lines of its listings after the one that makes the package. The last line starts a demo, which has to use the plugin.
set -euo pipefail
cd "$(dirname "$0")"
demo=$(tail -1 recipe.sh)
# The listing says apt; -y answers for the person who types it.
sed '$d' recipe.sh | sed 's/^sudo apt install /sudo apt-get install -y -qq /' > steps.sh
sudo apt-get update -qq
echo "+ $(cat steps.sh)"
bash -euo pipefail steps.sh > steps.log 2>&1 || { tail -40 steps.log; exit 1; }
bash -c "exec env $demo --port 0" > demo.log 2>&1 &
pid=$!
trap 'kill -KILL "$pid" 2>/dev/null || true' EXIT
python3 - <<'PY'
import json, re, sys, time, urllib.request
deadline = time.monotonic() + 300
while time.monotonic() < deadline:
    found = re.search(r"Dashboard: (http://\S+?)/?\s", open("demo.log").read())
    if found:
        try:
            metrics = json.load(urllib.request.urlopen(found.group(1) + "/api/metrics", timeout=10))
            if metrics["discord"]["commandUsage"].get("hello"):
                print("the demo's people used /hello", metrics["discord"]["commandUsage"]["hello"], "times")
                sys.exit(0)
        except OSError:
            pass
    time.sleep(0.2)
print(open("demo.log").read()[-3000:])
sys.exit("nobody used /hello within five minutes")
PY
kill -TERM "$pid"; wait "$pid"; trap - EXIT
