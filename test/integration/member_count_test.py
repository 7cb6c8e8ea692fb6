"""The user count without GUILD_MEMBERS: Discord tells of no member that joins."""
from harness import Case, Simulator, wait_until

QUIET = ("--rate", "0", "--latency-ms", "0", "--fault-rate", "0", "--identify-interval-ms", "0")


class MemberCounts(Case):
    def start_bot(self, settings):
        sim = self.start(Simulator, *QUIET, "--guilds", "3")
        host = self.bot(sim, settings)
        wait_until("every guild is loaded", lambda: self.users(host) == self.members(sim))
        return sim, host

    def shards(self, host):
        return host.json("/api/v1/shards")

    def users(self, host):
        return self.shards(host)["users"]

    def members(self, sim):
        return sum(guild["member_count"] for guild in sim.get("/_sim/guilds"))

    def join(self, sim, count):
        guild = sim.get("/_sim/guilds")[0]["id"]
        sim.post("/_sim/members", {"guild": guild, "by": count})

    def test_members_that_join_without_an_event_are_counted(self):
        sim, host = self.start_bot('member_refresh = "1s"\n')
        self.assertFalse(self.shards(host)["users_exact"])
        before = self.users(host)
        self.join(sim, 800)
        wait_until("the truth", lambda: self.users(host) == before + 800)
        self.join(sim, -300)
        wait_until("the truth again", lambda: self.users(host) == before + 500)
        self.assertIsNotNone(self.shards(host)["users_age_s"])
        wait_until("its age is a metric", lambda: "discern_discord_users_age_seconds " in host.get("/metrics"))
        self.assertEqual(sim.get("/_sim/state")["complaints"], [])

    def test_with_guild_members_nobody_asks(self):
        sim, host = self.start_bot('member_refresh = "1s"\nintents = ["GUILD_MEMBERS"]\n')
        before = self.users(host)
        self.join(sim, 20)
        wait_until("events tell", lambda: self.users(host) == before + 20)
        state = self.shards(host)
        self.assertTrue(state["users_exact"])
        self.assertIsNone(state["users_age_s"])
        asked = [name for name in sim.get("/_sim/state")["rest"]["by_route"] if name.startswith("GET /guilds/")]
        self.assertEqual(asked, [])

    def test_a_guild_that_cannot_be_asked_does_not_stop_the_others(self):
        sim, host = self.start_bot('member_refresh = "1s"\n')
        last = sim.get("/_sim/guilds")[-1]["id"]
        sim.post("/_sim/rest", {"route": f"/guilds/{last}", "status": 403, "count": 3})
        before = self.users(host)
        self.join(sim, 10)
        wait_until("the truth", lambda: self.users(host) == before + 10)
