"""Who may ask the web server for what, and what a probe is told; with the real program."""
import json
import pathlib
import unittest

from harness import BUILD, Case, Host, Simulator, wait_until
from hostile_requests_test import request, send

CROSS_SITE = "Sec-Fetch-Site: cross-site\r\n"
NAVIGATION = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"


def status(answer):
    return int(answer[9:12]) if answer else 0


def body(answer):
    return answer.split(b"\r\n\r\n", 1)[1].decode()


class OtherSites(Case):
    def setUp(self):
        super().setUp()
        settings = self.folder / "discern.toml"
        settings.write_text(f'[plugins]\nfolder = "{BUILD / "test_plugins_web"}"\n')
        self.host = self.demo("--rate", "0", "--config", settings)
        wait_until("the plugin runs", lambda: status(self.ask("/plugins/bulk/calls")) == 200)

    def ask(self, target, fields="", method="GET"):
        return send(self.host, request(target, fields + "Connection: close\r\n", method))

    def test_other_sites_do_not_run_a_plugins_handler(self):
        """The issue's input first, then others of its kind."""
        for fields in (CROSS_SITE,
                       CROSS_SITE + NAVIGATION,
                       CROSS_SITE + "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
                       "Sec-Fetch-Site: same-site\r\n",
                       "Sec-Fetch-Site: unheard-of\r\n",
                       "Origin: https://evil.example\r\n",
                       "Origin: null\r\n",
                       "Referer: https://evil.example/page\r\n"):
            for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
                answer = self.ask("/plugins/bulk/pages/x", fields, method)
                self.assertEqual(status(answer), 403, (fields, method))
        self.assertEqual(body(self.ask("/plugins/bulk/calls")), "0")
        self.assertIn("open it from the dashboard", body(self.ask("/plugins/bulk/pages/x", CROSS_SITE)))

    def test_a_public_route_is_called_by_other_sites(self):
        for method in ("GET", "POST"):
            self.assertEqual(status(self.ask("/plugins/bulk/public", CROSS_SITE, method)), 200)
        self.assertEqual(body(self.ask("/plugins/bulk/calls")), "2")

    def test_people_still_arrive_by_links(self):
        for path in ("/", "/plugins", "/commands"):
            self.assertEqual(status(self.ask(path, CROSS_SITE + NAVIGATION)), 200, path)
        for fields in ("", "Sec-Fetch-Site: none\r\n", "Sec-Fetch-Site: same-origin\r\n"):
            self.assertEqual(status(self.ask("/plugins/bulk/pages/x", fields)), 200, fields)

    def test_other_sites_cannot_make_us_work_by_an_image(self):
        image = CROSS_SITE + "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"
        for path in ("/metrics", "/api/metrics", "/api/v1/query?name=x", "/api/v1/live"):
            self.assertEqual(status(self.ask(path, image)), 403, path)

    def test_a_field_with_one_value_comes_once(self):
        own = self.host.url
        for fields in (f"Origin: {own}\r\nOrigin: https://evil.example\r\n",
                       f"Origin: https://evil.example\r\nOrigin: {own}\r\n",
                       f"Origin: https://evil.example, {own}\r\n",
                       "Origin: \r\n",
                       "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin\r\n",
                       "Sec-Fetch-Site: cross-site, same-origin\r\n",
                       "Host: localhost\r\n",
                       "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
                       "Content-Type: text/plain\r\nContent-Type: application/json\r\n",
                       "Content-Length: 0\r\nContent-Length: 0\r\n",
                       "Content-Length: 0, 0\r\n",
                       "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"):
            answer = self.ask("/plugins/bulk/pages/x", fields, "POST")
            self.assertEqual(status(answer), 400, fields)
        self.assertEqual(body(self.ask("/plugins/bulk/calls")), "0")

    def test_views_of_plugins_pages_are_counted_by_their_route(self):
        for page in ("a", "b", "b?x=1", "c/d"):
            self.assertEqual(status(self.ask(f"/plugins/bulk/pages/{page}")), 200)
        self.ask("/plugins/bulk/nowhere")
        wait_until("they are counted", lambda: self.host.metrics()["web"]["pageViews"]
                   == {"/plugins/bulk/pages/*": 4})


class Probes(Case):
    def test_readyz_says_why_the_bot_is_not_ready(self):
        settings = ("[discord]\n" 'api_url = "http://127.0.0.1:9/api"\n')
        config = self.folder / "discern.toml"
        config.write_text(settings)
        host = self.start(Host, "run", "--data", self.folder / "data", "--port", "0",
                          "--config", config, env={"DISCORD_TOKEN": "sim.test"})
        answer = send(host, request("/readyz"))
        self.assertEqual(status(answer), 503)
        self.assertRegex(body(answer), r"^not ready: .+\n$")
        self.assertEqual(status(send(host, request("/healthz"))), 200)

    def test_readyz_follows_the_shards(self):
        simulator = self.start(Simulator, "--rate", "0")
        host = self.bot(simulator)
        ready = lambda: send(host, request("/readyz", host="probe.example"))  # noqa: E731
        wait_until("a shard is ready", lambda: status(ready()) == 200)
        self.assertRegex(body(ready()), r"^ok: \d+ of \d+ shards ready\n$")
        simulator.kill()
        wait_until("no shard is", lambda: status(ready()) == 503)
        self.assertIn("0 of", body(ready()))


class Children(Case):
    SECRETS = {"DISCORD_TOKEN": "MTIz.secret-of-a-person", "DISCERN_SPARE_TOKEN": "",
               "MY_PASSWORD": "secret-too", "AWS_SECRET_ACCESS_KEY": "secret-three"}

    def test_no_child_sees_a_secret_of_the_environment(self):
        environment = {name: value for name, value in self.SECRETS.items() if value}
        host = self.start(Host, "demo", "--data", self.folder / "data", "--port", "0", "--rate", "0",
                          env=environment)
        children = host.children()
        self.assertTrue(children)
        for child in children:
            seen = b"".join(pathlib.Path(f"/proc/{child}/{what}").read_bytes()
                            for what in ("environ", "cmdline"))
            for secret in environment.values():
                # Not assertNotIn, which would print all that is there.
                self.assertFalse(secret.encode() in seen, f"child {child}")
            self.assertIn(b"PATH=", seen)
        own = pathlib.Path(f"/proc/{host.process.pid}/environ").read_bytes()
        self.assertFalse(self.SECRETS["DISCORD_TOKEN"].encode() in own, "nor what a plugin starts")


if __name__ == "__main__":
    unittest.main()
