"""A gateway that says half of what it should: the shard must not stand still, and must say what it waits for."""
import threading

from fake_discord import GUILD, FakeDiscord
from harness import Case, wait_until

PLAIN = 'compression = "none"\n'


class GatewayCase(Case):
    def play(self, discord, settings=PLAIN):
        self.addCleanup(discord.stop)
        host = self.bot(discord, settings)
        return host

    def shards(self, host):
        return host.json("/api/v1/shards")

    def shard(self, host):
        """The first shard as the API has it; {} before there is one."""
        return (self.shards(host)["shards"] or [{}])[0]

    def wait_for_state(self, host, state):
        wait_until(f"the shard is {state}", lambda: self.shard(host).get("state") == state)


class Waiting(GatewayCase):
    def test_a_missing_ready_is_named_with_its_age(self):
        class NoReady(FakeDiscord):
            def gateway(self, shard):
                shard.hello(1000)
                shard.drain()

        host = self.play(NoReady())
        wait_until("it says what it waits for", lambda: self.shard(host).get("waits_for") == "READY")
        wait_until("the message says so, too", lambda: "READY" in self.shards(host)["message"])
        self.assertGreater(self.shard(host)["waits_s"], 5)
        self.assertEqual(host.stop(), 0, host.output())

    def test_a_missing_hello_is_named_and_given_up(self):
        class NoHello(FakeDiscord):
            def gateway(self, shard):
                shard.drain()

        discord = NoHello()
        host = self.play(discord)
        wait_until("it says what it waits for", lambda: self.shard(host).get("waits_for") == "HELLO")
        wait_until("the message says so, too", lambda: "HELLO" in self.shards(host)["message"])
        wait_until("another connection", lambda: len(discord.connections) > 1)

    def test_guilds_that_do_not_come_are_named(self):
        class NoGuild(FakeDiscord):
            def identified(self, shard):
                shard.ready()

        host = self.play(NoGuild())
        wait_until("it says what it waits for", lambda: self.shard(host).get("waits_for") == "1 guilds")
        self.assertEqual(self.shard(host)["state"], "ready")


class FailedResumes(GatewayCase):
    def resumes_fail(self, instead):
        class NoResume(FakeDiscord):
            def identified(self, shard):
                super().identified(shard)
                if self.identifies == 1:
                    shard.cut()

            def resumed(self, shard, payload):
                self.resumes += 1
                instead(shard)

        discord = NoResume()
        host = self.play(discord)
        wait_until("a new session", lambda: discord.identifies == 2)
        self.wait_for_state(host, "ready")
        self.assertEqual(discord.resumes, 4)
        self.assertRegex(host.output(), "could not resume its session 4 times")
        wait_until("it is counted", lambda: self.shards(host)["connects"].get("given_up") == 1)

    def test_a_cut_after_each_resume_ends_in_a_new_session(self):
        self.resumes_fail(lambda shard: shard.cut())

    def test_a_retryable_close_after_each_resume_ends_in_a_new_session(self):
        self.resumes_fail(lambda shard: shard.close(4000))

    def test_a_reconnect_asked_after_each_resume_ends_in_a_new_session(self):
        self.resumes_fail(lambda shard: shard.send(7))


class Troubles(GatewayCase):
    def test_three_closes_without_ready_name_token_and_intents(self):
        class Closes(FakeDiscord):
            def identified(self, shard):
                self.identifies += 1
                if self.identifies <= 3:
                    shard.close(4000)
                else:
                    super().identified(shard)

        host = self.play(Closes())
        # Until the third close it says what the shard waits for.
        message = wait_until("a message that names the token", lambda: (
            text if "token" in (text := self.shards(host)["message"]) else None))
        for word in ("token", "intents", "GUILDS", "4000"):
            self.assertIn(word, message)
        host.wait_for("lost 3 connections in a row without READY")
        self.wait_for_state(host, "ready")
        wait_until("the message is gone", lambda: self.shards(host)["message"] == "")

    def test_a_reconnect_and_an_invalid_session_leave_a_line_each(self):
        class Asks(FakeDiscord):
            def identified(self, shard):
                super().identified(shard)
                if self.identifies == 1:
                    shard.send(7)

            def resumed(self, shard, payload):
                shard.send(9, False)

        discord = Asks()
        host = self.play(discord)
        wait_until("a second session", lambda: discord.identifies == 2)
        host.wait_for(r"shard 0.*\(op 7\)")
        host.wait_for(r"shard 0.*\(op 9, not resumable\)")


class Closes(GatewayCase):
    def codes(self, host):
        return self.shards(host).get("close_codes")

    def stop_and_look(self, settings, code):
        discord = FakeDiscord()
        host = self.play(discord, settings)
        self.wait_for_state(host, "ready")
        self.assertEqual(host.stop(), 0, host.output())
        wait_until("the close frame", lambda: discord.closes == [code])
        host = self.bot(discord, settings)
        wait_until("it was counted as what we sent", lambda: self.codes(host) == {str(code): 1})

    def test_a_clean_stop_counts_as_the_code_that_was_sent(self):
        self.stop_and_look(PLAIN, 4200)

    def test_a_stop_that_ends_the_session_counts_as_1000(self):
        self.stop_and_look(PLAIN + "resume_on_stop = false\n", 1000)

    def test_a_peer_that_does_not_answer_the_close_changes_nothing(self):
        class Deaf(FakeDiscord):
            def identified(self, shard):
                super().identified(shard)
                shard.close = lambda code: threading.Event().wait(60)

        discord = Deaf()
        host = self.play(discord)
        self.wait_for_state(host, "ready")
        self.assertEqual(host.stop(), 0, host.output())
        host = self.bot(discord, PLAIN)
        wait_until("it was counted as what we sent", lambda: self.codes(host) == {"4200": 1})

    def test_a_zombie_and_a_peers_close_count_as_what_each_sent(self):
        class Mixed(FakeDiscord):
            def gateway(self, shard):
                if len(self.connections) == 1:
                    shard.hello(100)
                    self.identified_without_acks(shard)
                super().gateway(shard)

            def identified_without_acks(self, shard):
                shard.frame()
                self.identified(shard)
                while True:
                    shard.frame()  # Heartbeats, unanswered, then the close.

            def resumed(self, shard, payload):
                super().resumed(shard, payload)
                if self.resumes == 1:
                    shard.close(4009)

        host = self.play(Mixed())
        wait_until("both are counted", lambda: self.codes(host) == {"4200": 1, "4009": 1})


class Guilds(GatewayCase):
    def balance(self, script):
        """(guilds, joins, leaves) after the script and a last guild that shows that it was read."""
        class Plays(FakeDiscord):
            def identified(self, shard):
                shard.ready(guilds=())
                script(shard)
                shard.guild("2000000000000000009", members=77)

        host = self.play(Plays())
        wait_until("the last guild", lambda: (self.shards(host)["users"] or 0) >= 77)
        def counts():
            state = self.shards(host)
            return state["guilds"], state.get("joins"), state.get("leaves")
        def balanced():
            guilds, joins, leaves = counts()
            return joins is not None and joins >= 1 and joins - leaves == guilds
        wait_until(f"joins and leaves balance: {counts()}", balanced)
        return counts()

    def test_an_unavailable_guild_that_comes_and_goes(self):
        def script(shard):
            shard.dispatch("GUILD_CREATE", {"id": GUILD, "unavailable": True})
            shard.guild()
            shard.dispatch("GUILD_DELETE", {"id": GUILD})
        self.assertEqual(self.balance(script), (1, 2, 1))

    def test_the_outage_of_an_unknown_guild(self):
        def script(shard):
            shard.dispatch("GUILD_DELETE", {"id": GUILD, "unavailable": True})
            shard.dispatch("GUILD_DELETE", {"id": GUILD, "unavailable": None})
        self.assertEqual(self.balance(script), (1, 2, 1))

    def test_a_guild_that_stays_unavailable(self):
        def script(shard):
            shard.dispatch("GUILD_CREATE", {"id": GUILD, "unavailable": True})
        self.assertEqual(self.balance(script), (2, 2, 0))
