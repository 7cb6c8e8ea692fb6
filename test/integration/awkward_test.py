"""What plugins do wrong after their handler returned, answers that Discord refuses, and what people type."""
import re
import shutil
import urllib.request

from harness import BUILD, Case, Simulator, wait_until

PLUGINS = BUILD / "test_plugins"
QUIET = ("--rate", "0", "--latency-ms", "0", "--fault-rate", "0", "--guilds", "2")
FAILED = "Something went wrong with this command."
REFUSED = "The bot's answer was refused"


class AwkwardCase(Case):
    """A host with the plugin `awkward`, and somebody who uses its commands."""

    def start_host(self, *simulator):
        shutil.copytree(PLUGINS / "awkward", self.folder / "plugins" / "awkward")
        self.simulator = self.start(Simulator, *QUIET, *simulator)
        self.host = self.bot(self.simulator, f'[plugins]\nfolder = "{self.folder / "plugins"}"\n')
        wait_until("the commands are registered",
                   lambda: "timer" in self.simulator.get("/_sim/state")["commands"])
        wait_until("the shard is ready", lambda: [
            shard["state"] for shard in self.host.json("/api/v1/shards")["shards"]] == ["ready"])
        self.host.metrics()

    def use(self, command, **parameters):
        return self.simulator.post("/_sim/interaction", {"command": command, **parameters})["id"]

    def seen(self, interaction):
        return self.simulator.get(f"/_sim/interaction/{interaction}")

    def said(self, interaction):
        """What reached the person, in order."""
        texts = []
        for answer in self.seen(interaction)["answers"]:
            body = answer["body"].get("data", answer["body"])
            if body.get("content"):
                texts.append(body["content"])
        return texts

    def hears(self, interaction, text):
        wait_until(f"the person is told {text!r}: {self.said(interaction)}",
                   lambda: any(text in one for one in self.said(interaction)))

    def errors(self):
        found = re.findall(r'^discern_plugin_errors_total\{plugin="awkward",kind="(.+)"\} (\d+)$',
                           self.host.get("/metrics"), re.MULTILINE)
        return {kind: int(count) for kind, count in found if int(count)}

    def command_errors(self):
        found = re.findall(
            r'^discern_discord_command_errors_total\{plugin="awkward",command="(.+)"\} (\d+)$',
            self.host.get("/metrics"), re.MULTILINE)
        return {command: int(count) for command, count in found if int(count)}

    def incidents(self):
        return [(one["kind"], one["handler"], one["text"])
                for one in self.host.json("/api/v1/plugins/awkward")["incidents"]]

    def fault(self, **fault):
        self.simulator.post("/_sim/rest", {"method": "POST", "route": "/interactions/", **fault})


class Coroutines(AwkwardCase):
    def test_an_exception_after_any_wait_is_the_commands_and_the_person_is_told(self):
        self.start_host()
        commands = {"timer": "in a step", "reply": "after a reply", "rest": "after a request",
                    "nested": "in a step", "detached": "beside detached", "behind": "behind a door",
                    "both": "at once"}
        used = {command: self.use(command) for command in commands}
        # Its reply arrives a moment before the coroutine waits for the door.
        wait_until("the door leads on",
                   lambda: self.use("open") and "behind" in self.command_errors())
        used["deferred"] = self.use("deferred")
        for command, interaction in used.items():
            with self.subTest(command):
                self.hears(interaction, FAILED)
                last = self.seen(interaction)["answers"][-1]
                self.assertIn(last["via"], ("followup", "edit", "callback"))
        expected = {command: 1 for command in used}
        wait_until(f"{self.command_errors()} are {expected}",
                   lambda: self.command_errors() == expected)
        self.assertEqual(self.errors(), {"command": len(used)})
        told = self.incidents()
        for command, text in commands.items():
            self.assertIn(("command", f"command {command}", text), told)
        self.assertEqual(self.simulator.get("/_sim/state")["complaints"], [])

    def test_a_button_a_form_an_event_and_a_route_are_named_as_what_they_are(self):
        self.start_host()
        message = wait_until("the button", lambda: self.seen(self.pressed())["original_message_id"])
        pressed = self.simulator.post(
            "/_sim/component", {"message": message, "custom_id": "awkward:go:7"})["id"]
        self.hears(pressed, FAILED)
        form = self.use("form")
        wait_until("the form", lambda: self.seen(form)["answers"])
        filled = self.simulator.post("/_sim/modal", {"interaction": form, "fields": {"why": "so"}})["id"]
        self.hears(filled, FAILED)
        self.simulator.post("/_sim/message", {"content": "fail later"})
        with self.assertRaises(Exception):
            self.host.get("/plugins/awkward/fails")
        wait_until(f"all are counted: {self.errors()}", lambda: self.errors() == {
            "command": 2, "event": 1, "route": 1})
        handlers = {handler for _, handler, _ in self.incidents()}
        self.assertEqual(handlers, {"command go", "command form", "event MESSAGE_CREATE", "route /fails"})
        self.assertEqual(self.command_errors(), {}, "no command of that name failed")

    def pressed(self):
        if not hasattr(self, "press"):
            self.press = self.use("press")
        return self.press

    def test_nobody_waits_for_a_coroutine_that_ended_or_was_ended(self):
        self.start_host()
        self.hears(self.use("silent"), "gave no answer")
        endless = self.use("endless")
        wait_until("it works", lambda: "working" in self.said(endless))
        self.control("disable")
        self.hears(endless, "was stopped while it ran")

    def control(self, what):
        request = urllib.request.Request(
            self.host.url + f"/api/v1/plugins/awkward/{what}", data=b"{}", method="POST",
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60):
            pass


class Clocks(AwkwardCase):
    def answered(self, offset_ms):
        self.start_host("--clock-offset-ms", str(offset_ms))
        for _ in range(5):
            interaction = self.use("once")
            wait_until("an answer", lambda: "once" in self.said(interaction))
        text = self.host.get("/metrics")
        self.assertNotRegex(text, r'discern_discord_interactions_total\{type="command",outcome="expired"\} [1-9]')

    def test_a_clock_that_is_ahead_of_discords(self):
        self.answered(-4_000)

    def test_a_clock_that_is_behind_discords(self):
        self.answered(4_000)

    def test_a_clock_that_is_an_hour_ahead(self):
        self.answered(-3_600_000)
        self.host.wait_for("this machine's clock is 3(599|600) s ahead of Discord's")

    def test_a_clock_that_begins_in_1970(self):
        # As far before Discord's as 1970 is.
        self.answered(56 * 365 * 86_400_000)


class Refusals(AwkwardCase):
    def test_what_discord_would_refuse_is_an_exception_at_the_call(self):
        self.start_host()
        interaction = self.use("long")
        self.hears(interaction, FAILED)
        wait_until("it is counted", lambda: self.command_errors() == {"long": 1})
        self.assertIn(("command", "command long", "content has 2001 characters; Discord allows 2000"),
                      [(kind, handler, text) for kind, handler, text in self.incidents()])
        self.assertEqual(self.simulator.get("/_sim/state")["complaints"], [])

    def test_a_refused_answer_is_the_commands_error_and_the_person_is_told(self):
        self.start_host()
        for status, code in ((400, 50035), (403, 50013), (413, 40005), (500, 0)):
            with self.subTest(status):
                count = 1 if status < 500 else 2
                self.fault(status=status, code=code, message="No", count=count)
                interaction = self.use("once")
                self.hears(interaction, REFUSED)
                self.simulator.post("/_sim/rest_clear")
        wait_until(f"{self.command_errors()}", lambda: self.command_errors() == {"once": 4})
        texts = " ".join(text for _, handler, text in self.incidents() if handler == "command once")
        for word in ("code 50035", "code 50013", "code 40005", "500"):
            self.assertIn(word, texts)

    def test_it_can_be_answered_again(self):
        self.start_host()
        self.fault(status=400, code=50035, message="No")
        self.hears(self.use("again"), "code 50035")
        self.fault(status=400, code=50035, message="No")
        chain = self.use("chain")
        self.hears(chain, "two")
        self.assertEqual(self.said(chain), ["two"], "the follow-up is the first answer")
        wait_until("counted", lambda: self.command_errors() == {"again": 1, "chain": 1})

    def test_edits_and_follow_ups_too(self):
        self.start_host()
        self.fault(method="PATCH", route="/webhooks/", status=400, code=50035, message="No")
        self.hears(self.use("edit"), REFUSED)
        self.simulator.post("/_sim/rest", {"method": "POST", "route": "/webhooks/", "status": 400,
                                           "code": 50035, "message": "No"})
        more = self.use("more")
        self.hears(more, REFUSED)
        self.assertEqual(self.said(more)[0], "working")
        wait_until("counted", lambda: self.command_errors() == {"edit": 1, "more": 1})

    def test_what_discord_forgot_is_counted_and_nothing_else_is_tried(self):
        self.start_host()
        self.fault(status=404, code=10062, message="Unknown interaction")
        interaction = self.use("once")
        wait_until("counted", lambda: self.command_errors() == {"once": 1})
        self.assertIn("code 10062", str(self.incidents()))
        self.assertEqual(self.seen(interaction)["answers"], [])

    def test_an_answer_of_the_host_is_named_as_one(self):
        self.start_host()
        self.fault(status=400, code=50035, message="No", count=2)
        self.use("silent")
        self.host.wait_for("the host's own answer to command \"silent\" was not accepted")
        self.assertNotIn('plugin ""', self.host.output())


class Texts(AwkwardCase):
    def test_half_a_character_is_repaired_wherever_a_plugin_gives_it(self):
        self.start_host()
        self.simulator.post("/_sim/record", {"on": True})
        interaction = self.use("half")
        self.hears(interaction, "ab\N{REPLACEMENT CHARACTER}")
        body = self.seen(interaction)["answers"][0]["body"]["data"]
        self.assertEqual(body["embeds"][0]["title"], "ab\N{REPLACEMENT CHARACTER}")
        sent = wait_until("the message", lambda: [
            one for one in self.simulator.get("/_sim/requests")
            if "sent ab\N{REPLACEMENT CHARACTER}" in str(one)])
        self.assertTrue(sent)
        self.host.wait_for("log ab\N{REPLACEMENT CHARACTER}")
        self.assertEqual(self.errors(), {})

    def test_a_text_is_cut_at_a_character(self):
        self.start_host()
        interaction = self.use("cut")
        wait_until("the answer", lambda: self.said(interaction) == ["äöü€😀"])


class Files(AwkwardCase):
    NAMES = {0: "ab.txt", 1: "uber_alles.png", 2: "x_y_X_z.txt", 3: "file", 4: "x" * 96 + ".txt",
             5: "file.txt"}

    def test_every_name_arrives_as_discord_shows_it(self):
        self.start_host()
        for which, name in self.NAMES.items():
            with self.subTest(name):
                interaction = self.use("files", options={"which": which})
                answers = wait_until("the answer", lambda: self.seen(interaction)["answers"])
                self.assertEqual([file["filename"] for file in answers[0]["files"]], [name])
                data = answers[0]["body"]["data"]
                self.assertEqual(data["attachments"][0]["filename"], name)
                if which != 3:
                    self.assertEqual(data["embeds"][0]["image"]["url"], "attachment://" + name)
        self.assertEqual(self.errors(), {})
        self.assertEqual(self.simulator.get("/_sim/state")["complaints"], [])


class Authors(AwkwardCase):
    def test_an_event_that_does_not_exist_is_named(self):
        self.start_host()
        self.host.wait_for(
            'plugin "awkward" waits for "MESAGE_CREATE", which is no event that this host knows; '
            'did you mean "MESSAGE_CREATE"')
