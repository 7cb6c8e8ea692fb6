"""What reaches Discord when connections break: nothing that may not be repeated arrives twice."""
import itertools
import shutil
import time

from fake_discord import APPLICATION, CHANNEL, CUT, GUILD, FakeDiscord
from harness import BUILD, Case, wait_until

PLAIN = 'compression = "none"\n'
CALLBACK = "/interactions/"


serial = itertools.count()


def fresh_id():
    """Two in the same millisecond differ, as Discord's do."""
    return str((int(time.time() * 1000) - 1420070400000) << 22 | next(serial))


def command(name, **changes):
    """INTERACTION_CREATE of a slash command, as Discord sends it."""
    interaction = {
        "id": fresh_id(), "application_id": APPLICATION, "type": 2, "token": "secret-token", "version": 1,
        "guild_id": GUILD, "channel_id": CHANNEL, "locale": "de", "guild_locale": "de",
        "member": {"user": {"id": "5", "username": "somebody"}, "roles": [], "permissions": "8"},
        "app_permissions": "8", "entitlements": [], "authorizing_integration_owners": {"0": GUILD},
        "context": 0, "data": {"id": "6", "name": name, "type": 1}}
    data = changes.pop("data", {})
    interaction["data"].update(data)
    interaction.update(changes)
    return interaction


class BotCase(Case):
    """A bot with one of the test plugins, whose shard the test speaks through."""
    plugin = "calm"

    def start_bot(self, discord):
        self.addCleanup(discord.stop)
        shutil.copytree(BUILD / "test_plugins" / self.plugin, self.folder / "plugins" / self.plugin)
        host = self.bot(discord, PLAIN + f'[plugins]\nfolder = "{self.folder / "plugins"}"\n')
        discord.wait_for("PUT", f"/applications/{APPLICATION}/commands")
        wait_until("the shard is ready", lambda: [
            shard["state"] for shard in host.json("/api/v1/shards")["shards"]] == ["ready"])
        self.discord = discord
        return host

    def say(self, name, **changes):
        self.discord.connections[-1].dispatch("INTERACTION_CREATE", command(name, **changes))

    def answer(self, nth=1):
        """What the nth answer to an interaction says; the host may have deferred it while its plugin waited."""
        answer = self.discord.wait_for("POST", CALLBACK, nth)[nth - 1].json()
        if answer["type"] != 5:
            return answer["data"]["content"]
        return self.discord.wait_for("PATCH", f"/webhooks/{APPLICATION}/secret-token/")[-1].json()["content"]

    def route(self, host, name):
        """Its totals; the API has them from the next tick on."""
        for route in host.json("/api/v1/rest")["routes"]:
            if route["route"] == name:
                return {key: route[key] for key in ("requests", "failed")}
        return None


class Meddling(FakeDiscord):
    """Meets the first requests to a path with what is given for them."""

    def __init__(self, method, path, *answers):
        self.method = method
        self.below = "/api/v10" + path
        self.answers = list(answers)
        super().__init__()

    def rest(self, request):
        if request.method == self.method and request.path.startswith(self.below) and self.answers:
            return self.answers.pop(0)
        return None


class Resend(BotCase):
    def created(self):
        """How many messages there are now: Discord knows a repeated one by its enforced nonce."""
        messages = set()
        for i, request in enumerate(self.discord.seen("POST", "/channels/42/messages")):
            body = request.json()
            messages.add(body["nonce"] if body.get("enforce_nonce") else i)
        return len(messages)

    def test_a_message_on_a_connection_that_is_cut_is_created_once(self):
        host = self.start_bot(Meddling("POST", "/channels/42/messages", CUT))
        self.say("send")
        self.assertEqual(self.answer(), "sent")
        self.assertEqual(len(self.discord.seen("POST", "/channels/42/messages")), 2)
        self.assertEqual(self.created(), 1)
        wait_until("one failure and one success", lambda: self.route(
            host, "POST /channels/{}/messages") == {"requests": 2, "failed": 1})

    def test_a_message_that_fails_after_it_was_created_is_created_once(self):
        self.start_bot(Meddling("POST", "/channels/42/messages", (502, None), (500, {}), CUT))
        self.say("send")
        self.assertEqual(self.answer(), "sent")
        self.assertEqual(self.created(), 1)


class ResendFollowUp(BotCase):
    plugin = "everything"

    def follow_up(self, answer, message):
        host = self.start_bot(Meddling("POST", f"/webhooks/{APPLICATION}", answer))
        self.say("deferred")
        # The second is the host's own: the person is told that something went wrong.
        sent = self.discord.wait_for("POST", f"/webhooks/{APPLICATION}", 2)
        host.wait_for(message)
        wait_until("one failure", lambda: self.route(host, "POST /webhooks/{}/{token}") ==
                   {"requests": 2, "failed": 1})
        texts = [request.json()["content"] for request in sent]
        self.assertEqual(texts.count("and more"), 1)
        self.assertEqual(len(self.discord.seen("POST", f"/webhooks/{APPLICATION}")), 2)
        self.assertNotIn("secret-token", host.output())

    def test_a_follow_up_on_a_connection_that_is_cut_arrives_once(self):
        self.follow_up(CUT, "the connection ended before the answer.* may have done it")

    def test_a_follow_up_that_fails_arrives_once(self):
        self.follow_up((502, None), "502.* may have done it")


class NotASuccess(BotCase):
    def refuse(self, *answer):
        host = self.start_bot(Meddling("POST", "/channels/42/messages", answer))
        self.say("send")
        self.assertRegex(self.answer(), f"not sent: .*{answer[0]}")
        wait_until("it counts as failed", lambda: self.route(host, "POST /channels/{}/messages") ==
                   {"requests": 1, "failed": 1})

    def test_a_redirect_is_a_failure(self):
        self.refuse(302, None, {"Location": "http://127.0.0.1:1/elsewhere"})

    def test_a_permanent_redirect_is_a_failure(self):
        self.refuse(308, {"id": "1"}, {"Location": "/elsewhere"})

    def test_not_modified_is_a_failure(self):
        self.refuse(304, None)

    def test_a_redirect_of_the_gateways_address_is_told(self):
        discord = Meddling("GET", "/gateway/bot", (302, {"url": "ws://127.0.0.1:1"}))
        self.addCleanup(discord.stop)
        host = self.bot(discord, PLAIN)
        host.wait_for("Discord cannot be reached .*302")
        wait_until("the shard is ready", lambda: [
            shard["state"] for shard in host.json("/api/v1/shards")["shards"]] == ["ready"])


class Nulls(BotCase):
    """Nullable and absent are the same."""

    def test_interactions_with_null_fields_are_answered(self):
        self.start_bot(FakeDiscord())
        user = {"id": "5", "username": "somebody", "global_name": None, "avatar": None}
        changes = [
            {"data": {"options": None}},
            {"data": {"options": None, "resolved": None, "target_id": None, "guild_id": None}},
            {"guild_id": None, "member": None, "user": user, "guild": None, "guild_locale": None},
            {"message": None, "channel": None, "entitlements": None, "context": None,
             "authorizing_integration_owners": None, "app_permissions": None, "version": None},
            {"data": {"type": None}},
            {"data": {"options": {}}, "member": {"user": user, "roles": None, "nick": None}},
        ]
        for nth, change in enumerate(changes, 1):
            self.say("calm", **change)
            self.assertIn("somebody", self.answer(nth), change)

    def test_a_subcommand_among_nulls_is_found(self):
        self.start_bot(FakeDiscord())
        self.say("echo", data={"options": [{"type": 1, "name": "text", "value": None, "focused": None, "options": [
            {"type": 3, "name": "what", "value": "hello", "options": None}]}]})
        self.assertEqual(self.answer(), "hello")

    def test_a_ready_and_answers_full_of_nulls_are_enough(self):
        class Sparse(FakeDiscord):
            def identified(self, shard):
                self.identifies += 1
                shard.ready(resume_gateway_url=None, application=None, shard=None, user=None, guilds=None)
                shard.dispatch("GUILD_CREATE", {"id": GUILD, "member_count": None, "preferred_locale": None,
                                                "unavailable": None, "name": None})

            def rest(self, request):
                if request.path.endswith("/gateway/bot"):
                    return 200, {"url": self.url.replace("http", "ws"), "shards": None, "session_start_limit": {
                        "total": None, "remaining": None, "reset_after": None, "max_concurrency": None}}
                return None

        host = self.start_bot(Sparse())
        self.say("calm")
        self.assertIn("somebody", self.answer())
        self.assertEqual(self.discord.identifies, 1)
        self.assertEqual(host.json("/api/v1/shards")["guilds"], 1)
