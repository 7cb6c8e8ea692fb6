// Joins and leaves against a model, in every order of events, sessions and restarts.

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "discord/gateway/guild_cache.hpp"

namespace discern::discord {
namespace {

using Change = GuildCache::Change;

GuildCache::Created guild(std::uint64_t id, bool unavailable = false) {
  return {GuildId{id}, 10, "de", unavailable};
}

struct Counter {
  int joins = 0;
  int leaves = 0;
  void count(Change change) {
    joins += change == Change::Joined ? 1 : 0;
    leaves += change == Change::Left ? 1 : 0;
  }
};

TEST(GuildBalance, AGuildThatIsFirstSeenDuringAnOutageHasJoined) {
  GuildCache cache;
  (void)cache.begin_session(0, {});
  Counter counter;
  counter.count(cache.on_create(0, guild(1, true)));
  counter.count(cache.on_create(0, guild(1)));
  counter.count(cache.on_delete(0, GuildId{1}, false));
  EXPECT_EQ(counter.joins, 1);
  EXPECT_EQ(counter.leaves, 1);
}

TEST(GuildBalance, TheOutageOfAnUnknownGuildTellsThatItHasJoined) {
  GuildCache cache;
  (void)cache.begin_session(0, {});
  Counter counter;
  counter.count(cache.on_delete(0, GuildId{1}, true));
  counter.count(cache.on_delete(0, GuildId{1}, true));
  counter.count(cache.on_delete(0, GuildId{1}, false));
  EXPECT_EQ(counter.joins, 1);
  EXPECT_EQ(counter.leaves, 1);
}

TEST(GuildBalance, ALeaveDuringAnOutageCountsOnce) {
  GuildCache cache;
  (void)cache.begin_session(0, {GuildId{1}});
  Counter counter;
  counter.count(cache.on_delete(0, GuildId{1}, true));
  counter.count(cache.on_delete(0, GuildId{1}, false));
  counter.count(cache.on_delete(0, GuildId{1}, false));
  counter.count(cache.on_create(0, guild(1)));
  EXPECT_EQ(counter.leaves, 1);
  EXPECT_EQ(counter.joins, 1) << "it came back";
}

TEST(GuildBalance, TheFirstGuildOfABotThatHadNoneHasJoinedThoughItWasDown) {
  GuildCache before;
  (void)before.begin_session(0, {});
  GuildCache after;
  after.restore(before.all());
  EXPECT_TRUE(before.is_seen(0));
  after.mark_seen(0);
  EXPECT_EQ(after.begin_session(0, {GuildId{1}}).joined, 1u);
}

// The truth: in which guilds the bot is. Events tell of it in any order, some twice, some late; the
// process restarts with and without a session.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    for (std::uint64_t id = 1; id <= 6; ++id) {
      if (random_() % 2 == 0) members_.insert(id);
    }
    first_ = static_cast<int>(members_.size());
    identify();
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      // What is known is the first list, and what joined since, less what left.
      ASSERT_EQ(known(), first_ + counter_.joins - counter_.leaves);
    }
    identify();
    ASSERT_EQ(known(), static_cast<int>(members_.size()));
    ASSERT_EQ(known(), first_ + counter_.joins - counter_.leaves);
  }

 private:
  int known() const { return static_cast<int>(cache_.totals().guilds); }
  void step() {
    const std::uint64_t id = random_() % 8 + 1;
    const bool unavailable = random_() % 2 == 0;
    switch (random_() % 8) {
      case 0:
        members_.insert(id);
        return counter_.count(cache_.on_create(0, guild(id, unavailable)));
      case 1:
        members_.erase(id);
        return counter_.count(cache_.on_delete(0, GuildId{id}, false));
      case 2:
        members_.insert(id);
        return counter_.count(cache_.on_delete(0, GuildId{id}, true));
      case 3:  // While nobody looked.
        members_.erase(id);
        members_.insert(random_() % 8 + 1);
        return identify();
      case 4:
        return cache_.settle(0);
      case 5:
        return restart();
      case 6:
        restart();
        return identify();
      default:
        if (members_.contains(id)) counter_.count(cache_.on_create(0, guild(id)));
    }
  }
  void identify() {
    std::vector<GuildId> list;
    for (const std::uint64_t id : members_) list.push_back(GuildId{id});
    const auto changes = cache_.begin_session(0, list);
    counter_.joins += static_cast<int>(changes.joined);
    counter_.leaves += static_cast<int>(changes.left);
  }
  // Resumes, for all the cache knows.
  void restart() {
    GuildCache next;
    next.restore(cache_.all());
    if (cache_.is_seen(0)) next.mark_seen(0);
    cache_ = std::move(next);
  }

  std::mt19937_64 random_;
  GuildCache cache_;
  std::set<std::uint64_t> members_;
  int first_ = 0;
  Counter counter_;
};

TEST(GuildBalance, JoinsAndLeavesBalanceInEveryOrder) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Model(seed).run(200);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace discern::discord
