"""What docs/http-api.md shows is what the demo answers."""
import json
import pathlib
import re
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from harness import Case, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/http-api.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
# Whose keys are names of commands, plugins, pages, codes, labels or periods: one shown stands for all.
NAMED_BY_DATA = (".commandUsage", ".commandUsage.ping", ".loadTime", ".enableDisableCount", ".errorCount",
                 ".pageViews", ".labels", ".close_codes", ".guilds")


def examples():
    """Each documented curl command with the JSON below it, or None."""
    for commands, _, answer in re.findall(r"```sh\n(.*?)```(\n```json\n(.*?)```)?", PAGE, re.S):
        lines = commands.strip().splitlines()
        for line in lines:
            yield line, json.loads(answer) if answer else None


def parse_curl(line):
    """The request that a documented command makes: method, URL, headers, body."""
    # The shell itself fills in what it would fill in for a reader.
    words = subprocess.run(["bash", "-c", line.replace("curl ", r"printf '%s\n' ", 1)],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    method, url, headers, body = "GET", None, {}, None
    words.reverse()
    while words:
        word = words.pop()
        if word == "-X":
            method = words.pop()
        elif word == "-H":
            name, _, value = words.pop().partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop().encode()
        elif word == "-m":
            words.pop()
        elif not word.startswith("-"):
            url = word
    return method, url, headers, body


def missing_keys(documented, answered, path=""):
    """Where a documented key is absent from the answer. One documented item stands for all."""
    if isinstance(documented, dict) and isinstance(answered, dict):
        for key, value in documented.items():
            if key not in answered:
                yield f"{path}.{key}"
            else:
                yield from missing_keys(value, answered[key], f"{path}.{key}")
    elif isinstance(documented, list) and isinstance(answered, list):
        if documented and not answered:
            yield f"{path}[0]"
        elif documented:
            yield from missing_keys(documented[0], answered[0], f"{path}[0]")
    elif isinstance(documented, (dict, list)):
        yield f"{path} is {answered!r}"


def undocumented_keys(documented, answered, path=""):
    """Where the answer has a key that the page lacks, at any depth."""
    if isinstance(documented, dict) and isinstance(answered, dict):
        for key in answered:
            if key in documented:
                yield from undocumented_keys(documented[key], answered[key], f"{path}.{key}")
            elif not path.endswith(NAMED_BY_DATA):
                yield f"{path}.{key}"
    elif isinstance(documented, list) and isinstance(answered, list) and documented:
        for one in answered:
            yield from undocumented_keys(documented[0], one, f"{path}[0]")


class HttpApiPage(Case):
    def ask(self, host, line):
        method, url, headers, body = parse_curl(line)
        self.assertTrue(url.startswith(ADDRESS), line)
        request = urllib.request.Request(
            host.url + url[len(ADDRESS):], data=body, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            # A live stream has no end; its first line says that it lives.
            stream = answer.headers.get_content_type() == "text/event-stream"
            return answer.status, (answer.readline() if stream else answer.read()).decode()

    def test_every_documented_request_is_answered_as_documented(self):
        host = self.demo()
        # So that every list has an item.
        wait_until("a ping", lambda: host.metrics()["discord"]["commandUsage"].get("ping"))
        def history():
            now = int(time.time())
            return host.json("/api/v1/query?name=discern_discord_guilds&fn=last&step=60"
                             f"&from={now - 3600}&to={now}")["series"]
        wait_until("a history tick in a second that is over", history)
        wait_until("a guild in which something happened",
                   lambda: host.json("/api/v1/activity")["guilds"]["day"]["top"])
        tried = 0
        for line, documented in examples():
            with self.subTest(line):
                status, text = self.ask(host, line)
                self.assertIn(status, (200, 204))
                if documented is not None:
                    answered = json.loads(text)
                    self.assertEqual(list(missing_keys(documented, answered)), [])
                    self.assertEqual(sorted(set(undocumented_keys(documented, answered))), [])
            tried += 1
        self.assertGreaterEqual(tried, 14)

    def test_every_route_is_documented(self):
        source = (ROOT / "src/web/routes.cpp").read_text()
        routes = re.findall(r'^    \{"([A-Z]+)", "([^"*]+)"', source, re.M)
        self.assertGreater(len(routes), 10)
        for method, path in routes:
            if path != "/":
                self.assertIn(f"`{method} {path}", PAGE)

    def test_the_refusals_are_as_documented(self):
        host = self.demo()
        host.metrics()
        for status, path, headers in ((403, "/api/metrics", {"X-Forwarded-For": "192.0.2.1"}),
                                      (403, "/api/metrics", {"Host": "bot.example"}),
                                      (404, "/api/v1/none", {}),
                                      (404, "/plugins/none/", {})):
            with self.subTest(path=path, headers=headers):
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    host.get(path, headers)
                with refused.exception as answer:
                    self.assertEqual(answer.code, status)
                    text = answer.read().decode()
                    # Plugins' addresses are pages for people: what is wrong there is plain text.
                    self.assertTrue(text if path.startswith("/plugins/") else json.loads(text)["error"])


if __name__ == "__main__":
    unittest.main()
