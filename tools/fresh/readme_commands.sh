#!/usr/bin/env bash
# Runs the two commands of README.md in the clone that is the working folder: readme_commands.sh [test] [run]; both without
# an argument. `./dev run` counts as working when its dashboard answers, and Ctrl-C ends it with a word and the code 0.
set -euo pipefail
[ $# -gt 0 ] || set -- test run

demo() {
  local out address pid
  out=$(mktemp)
  # A session of its own: the signal below goes to all of it, as Ctrl-C would.
  setsid ./dev run --port 0 >"$out" 2>&1 &
  pid=$!
  trap 'kill -KILL -- "-$pid" 2>/dev/null || true' EXIT
  # It installs and compiles first; what it prints meanwhile is shown when it fails.
  for ((i = 0; i < 36000; i++)); do
    address=$(sed -n 's/.*Dashboard: \(http:[^ ]*\).*/\1/p' "$out" | tail -1)
    [ -z "$address" ] || break
    kill -0 "$pid" 2>/dev/null || { cat "$out"; echo "./dev run ended before its dashboard was there" >&2; return 1; }
    sleep 0.1
  done
  python3 - "$address" <<'PY'
import json, sys, time, urllib.request
base = sys.argv[1].rstrip("/")
deadline = time.monotonic() + 120
while True:
    try:
        page = urllib.request.urlopen(base + "/", timeout=10).read().decode()
        metrics = json.load(urllib.request.urlopen(base + "/api/metrics", timeout=10))
        if metrics["discord"]["eventProcessing"] and "assets/" in page:
            break
    except OSError:
        pass
    if time.monotonic() > deadline:
        sys.exit("the demo's dashboard did not show an event within two minutes")
    time.sleep(0.2)
print(f"the demo answers at {base}: {metrics['discord']['eventProcessing']} events, "
      f"{metrics['discord']['guildCount']} guilds, {len(metrics['plugins']['loadTime'])} plugins")
PY
  kill -INT -- "-$pid"
  local code=0; wait "$pid" || code=$?
  trap - EXIT
  tail -3 "$out"
  [ "$code" -eq 0 ] || { echo "./dev run ended with $code after Ctrl-C" >&2; return 1; }
}

for part in "$@"; do
  SECONDS=0
  case "$part" in
    test) ./dev test ;;
    run) demo ;;
    *) echo "readme_commands.sh takes test and run" >&2; exit 2 ;;
  esac
  echo "./dev $part: passed after $SECONDS s"
done
