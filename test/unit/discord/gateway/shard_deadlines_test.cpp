// No state of a connection waits for ever, and none is tried for ever.

#include <gtest/gtest.h>

#include <random>

#include "discord/gateway/shard_fsm.hpp"
#include "discord/gateway/trouble.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Fsm = ShardFsm;
using State = Fsm::State;

template <class Wanted>
const Wanted* find(const Fsm::Actions& actions) {
  for (const Fsm::Action& action : actions) {
    if (const auto* found = std::get_if<Wanted>(&action)) return found;
  }
  return nullptr;
}

Session saved() {
  return {"old", "wss://old", 77};
}

// A shard and its timers on a clock of its own: it acts when a timer is due, as Shard does.
class Driver {
 public:
  explicit Driver(std::uint64_t seed, std::optional<Session> session = std::nullopt)
      : fsm(seed, std::move(session)) {}

  Fsm::Actions step(const Fsm::Input& input) {
    Fsm::Actions actions = fsm.step(input);
    for (const Fsm::Action& action : actions) {
      if (const auto* set = std::get_if<Fsm::SetTimer>(&action)) {
        due[static_cast<std::size_t>(set->timer)] = now + set->after;
      } else if (const auto* cancel = std::get_if<Fsm::CancelTimer>(&action)) {
        due[static_cast<std::size_t>(cancel->timer)].reset();
      }
      identifies += std::holds_alternative<Fsm::SendIdentify>(action) ? 1 : 0;
      resumes += std::holds_alternative<Fsm::SendResume>(action) ? 1 : 0;
      given_up += std::holds_alternative<Fsm::ReportGivenUp>(action) ? 1 : 0;
    }
    if (find<Fsm::AskSlot>(actions) != nullptr) return step(Fsm::SlotGranted{});
    return actions;
  }
  bool has_timer() const { return due[0] || due[1] || due[2]; }
  // Lets the next timer expire.
  Fsm::Actions wait() {
    std::size_t first = due.size();
    for (std::size_t i = 0; i < due.size(); ++i) {
      if (due[i] && (first == due.size() || *due[i] < *due[first])) first = i;
    }
    now = *due[first];
    due[first].reset();
    return step(Fsm::Due{static_cast<Fsm::Timer>(first)});
  }
  // Until the state is left or `limit` has passed.
  bool leaves(State state, milliseconds limit, bool acknowledges = true) {
    const milliseconds end = now + limit;
    while (fsm.state() == state && has_timer() && now < end) {
      if (find<Fsm::SendHeartbeat>(wait()) != nullptr && acknowledges) step(Fsm::HeartbeatAcked{});
    }
    return fsm.state() != state;
  }

  Fsm fsm;
  milliseconds now{0};
  std::array<std::optional<milliseconds>, 3> due;
  int identifies = 0;
  int resumes = 0;
  int given_up = 0;
};

TEST(ShardDeadlines, EveryStateThatWaitsIsLeftThoughNothingComes) {
  const auto expect = [](Driver& shard, State state, milliseconds limit) {
    ASSERT_EQ(shard.fsm.state(), state);
    EXPECT_NE(awaited_in(state), "");
    EXPECT_TRUE(shard.leaves(state, limit)) << awaited_in(state);
  };
  Driver shard(1);
  shard.step(Fsm::Start{});
  expect(shard, State::Connecting, 30s);
  shard.wait();
  shard.step(Fsm::Opened{});
  expect(shard, State::AwaitingHello, 30s);
  shard.wait();
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  expect(shard, State::Identifying, 5min);

  Driver resuming(1, saved());
  resuming.step(Fsm::Start{});
  resuming.step(Fsm::Opened{});
  resuming.step(Fsm::Hello{41s});
  expect(resuming, State::Resuming, 2min);

  Driver stopping(1, saved());
  stopping.step(Fsm::Start{});
  stopping.step(Fsm::Opened{});
  stopping.step(Fsm::Stop{});
  expect(stopping, State::Stopping, 10s);
  EXPECT_EQ(stopping.fsm.state(), State::Stopped);

  Driver live(1);
  live.step(Fsm::Start{});
  live.step(Fsm::Opened{});
  live.step(Fsm::Hello{23h});
  live.step(Fsm::Ready{"s", "wss://r"});
  EXPECT_TRUE(live.leaves(State::Live, 11min, false))
      << "a server that names a heartbeat of a day is found dead in minutes";
}

TEST(ShardDeadlines, SayWhatDidNotCome) {
  Driver shard(1);
  shard.step(Fsm::Start{});
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  Fsm::Actions last;
  while (shard.fsm.state() == State::Identifying) {
    last = shard.wait();
    shard.step(Fsm::HeartbeatAcked{});
  }
  ASSERT_NE(find<Fsm::ReportOverdue>(last), nullptr);
  EXPECT_EQ(find<Fsm::ReportOverdue>(last)->awaited, "READY");
  EXPECT_NE(find<Fsm::Drop>(last), nullptr);
}

TEST(ShardDeadlines, AReadyThatNeverComesDoesNotUseUpTheIdentifyBudget) {
  Driver shard(1);
  shard.step(Fsm::Start{});
  while (shard.now < 24h) {
    if (shard.fsm.state() == State::Connecting) {
      shard.step(Fsm::Opened{});
      shard.step(Fsm::Hello{41s});
    }
    if (find<Fsm::SendHeartbeat>(shard.wait()) != nullptr) shard.step(Fsm::HeartbeatAcked{});
  }
  EXPECT_GT(shard.identifies, 100);
  EXPECT_LT(shard.identifies, 200) << "of a thousand a day, for all shards";
}

TEST(ShardDeadlines, AReplayThatGoesOnIsWaitedFor) {
  Driver shard(1, saved());
  shard.step(Fsm::Start{});
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  for (std::uint64_t sequence = 78; shard.now < 10min; ++sequence) {
    EXPECT_TRUE(shard.fsm.accept(sequence));
    shard.wait();
    shard.step(Fsm::HeartbeatAcked{});
    ASSERT_EQ(shard.fsm.state(), State::Resuming);
  }
  EXPECT_TRUE(shard.leaves(State::Resuming, 2min));
}

// From BackingOff to the answer to RESUME or IDENTIFY.
void reconnect(Driver& shard) {
  while (shard.fsm.state() == State::BackingOff) shard.wait();
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
}

void expect_given_up(const Fsm::Input& instead_of_resumed) {
  Driver shard(1, saved());
  shard.step(Fsm::Start{});
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  for (int i = 0; i < 20 && shard.identifies == 0; ++i) {
    shard.step(instead_of_resumed);
    reconnect(shard);
  }
  EXPECT_EQ(shard.identifies, 1);
  EXPECT_EQ(shard.given_up, 1);
  EXPECT_EQ(shard.resumes, 4);
  EXPECT_LT(shard.now, 1min);
  EXPECT_EQ(shard.fsm.state(), State::Identifying);
}

TEST(ShardDeadlines, ASessionThatCannotBeResumedIsGivenUp) {
  expect_given_up(Fsm::Ended{0, true});
  expect_given_up(Fsm::Ended{4000, true});
  expect_given_up(Fsm::ReconnectAsked{});
  expect_given_up(Fsm::SessionInvalid{true});
}

TEST(ShardDeadlines, AResumeThatWorksClearsTheFailedOnes) {
  Driver shard(1, saved());
  shard.step(Fsm::Start{});
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 3; ++i) {
      shard.step(Fsm::Ended{4000, true});
      reconnect(shard);
    }
    shard.step(Fsm::Resumed{});
    shard.step(Fsm::Ended{4000, true});
    reconnect(shard);
  }
  EXPECT_EQ(shard.identifies, 0);
}

TEST(ShardDeadlines, AnOutageOfTheGatewayDoesNotCostTheSession) {
  Driver shard(1, saved());
  shard.step(Fsm::Start{});
  for (int i = 0; i < 50; ++i) {
    shard.step(Fsm::Ended{0, false});
    while (shard.fsm.state() == State::BackingOff) shard.wait();
  }
  shard.step(Fsm::Opened{});
  shard.step(Fsm::Hello{41s});
  EXPECT_EQ(shard.resumes, 1);
}

TEST(ShardDeadlines, TheBackOffOfFailedConnectsEndsWithHello) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    Driver shard(seed, saved());
    shard.step(Fsm::Start{});
    for (int i = 0; i < 8; ++i) {
      shard.step(Fsm::Ended{0, false});
      while (shard.fsm.state() == State::BackingOff) shard.wait();
    }
    shard.step(Fsm::Opened{});
    shard.step(Fsm::Hello{41s});
    const milliseconds back = shard.now;
    shard.step(Fsm::SessionInvalid{false});
    while (shard.fsm.state() == State::BackingOff) shard.wait();
    EXPECT_GE(shard.now - back, 1s) << "Discord wants 1 to 5 s after op 9";
    EXPECT_LE(shard.now - back, 5s);
  }
}

TEST(ShardDeadlines, InvalidSessionsWithoutEndAreBackedOff) {
  Driver shard(1);
  shard.step(Fsm::Start{});
  while (shard.now < 24h) {
    if (shard.fsm.state() == State::Connecting) {
      shard.step(Fsm::Opened{});
      shard.step(Fsm::Hello{41s});
      shard.step(Fsm::SessionInvalid{false});
    }
    shard.wait();
  }
  EXPECT_LT(shard.identifies, 2200) << "less than one in 40 s, and the budget's queue stops before";
}

TEST(ShardDeadlines, CountsTheConnectionsThatBroughtNoSession) {
  Driver shard(1);
  shard.step(Fsm::Start{});
  EXPECT_EQ(shard.fsm.failures_in_a_row(), 0u);
  shard.step(Fsm::Ended{0, false});
  reconnect(shard);
  EXPECT_EQ(shard.fsm.failures_in_a_row(), 1u);
  shard.step(Fsm::Ended{4000, true});
  reconnect(shard);
  shard.step(Fsm::Ended{4000, true});
  EXPECT_EQ(shard.fsm.failures_in_a_row(), 3u);
  reconnect(shard);
  shard.step(Fsm::Ready{"s", "wss://r"});
  EXPECT_EQ(shard.fsm.failures_in_a_row(), 0u);
  shard.step(Fsm::Ended{4000, true});
  EXPECT_EQ(shard.fsm.failures_in_a_row(), 0u) << "that connection had a session";
}

// Whatever comes in whatever order, a shard that is not over has a timer that will move it on, and
// resumes are bounded.
TEST(ShardDeadlines, NeverStandStillWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    Driver shard(seed, seed % 2 == 0 ? std::optional(saved()) : std::nullopt);
    shard.step(Fsm::Start{});
    std::uint64_t sequence = 100;
    int resumes_in_a_row = 0;
    for (int i = 0; i < 400; ++i) {
      const int before = shard.resumes;
      const int identified = shard.identifies;
      switch (random() % 10) {
        case 0:
          shard.step(Fsm::Opened{});
          break;
        case 1:
        case 2:
          shard.step(Fsm::Hello{41s});
          break;
        case 3:
          shard.step(Fsm::Ended{static_cast<std::uint16_t>(4000 + random() % 3), true});
          break;
        case 4:
          shard.step(Fsm::SessionInvalid{random() % 2 == 0});
          break;
        case 5:
          if (random() % 4 == 0) {
            resumes_in_a_row = 0;
            shard.step(Fsm::Resumed{});
          }
          break;
        case 6:
          shard.step(Fsm::Ready{"s", "wss://r"});
          break;
        case 7:
          (void)shard.fsm.accept(++sequence);
          break;
        default:
          ASSERT_TRUE(shard.has_timer()) << "state " << to_string(shard.fsm.state());
          shard.wait();
      }
      if (shard.identifies > identified) resumes_in_a_row = 0;
      resumes_in_a_row += shard.resumes - before;
      ASSERT_LE(resumes_in_a_row, 4);
      ASSERT_TRUE(shard.has_timer()) << "state " << to_string(shard.fsm.state());
    }
  }
}

ShardStatus troubled(std::uint32_t id) {
  ShardStatus shard;
  shard.id = id;
  shard.state = "identifying";
  shard.waits_for = "READY";
  shard.waits_seconds = 42.4;
  shard.not_ready_seconds = 130;
  return shard;
}

TEST(Trouble, SaysWhatAShardWaitsForAndForHowLong) {
  const std::string text = describe_trouble(troubled(7), 1).value_or("");
  EXPECT_NE(text.find("shard 7"), std::string::npos) << text;
  EXPECT_NE(text.find("READY for 42 s"), std::string::npos) << text;
  ShardStatus young = troubled(7);
  young.not_ready_seconds = 3;
  EXPECT_FALSE(describe_trouble(young, 1)) << "every start takes some seconds";
  ShardStatus fine;
  fine.state = "ready";
  EXPECT_FALSE(describe_trouble(fine, 1));
}

TEST(Trouble, NamesTokenAndIntentsAfterThreeFailures) {
  ShardStatus shard = troubled(0);
  shard.failures_in_a_row = 3;
  shard.last_close = "4000 unknown error";
  const std::string text = describe_trouble(shard, intent::kGuilds).value_or("");
  for (const char* part : {"3 connections", "4000 unknown error", "token", "intents", "GUILDS"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

TEST(Trouble, TellsOfTheWorstShardAndHowManyOthers) {
  ShardStatus worst = troubled(2);
  worst.failures_in_a_row = 5;
  const std::string text = describe_troubles({troubled(0), worst, troubled(3), ShardStatus{}}, 1);
  EXPECT_EQ(text.find("shard 2"), 0u) << text;
  EXPECT_NE(text.find("2 other shards"), std::string::npos) << text;
  EXPECT_EQ(describe_troubles({ShardStatus{}}, 1), "");
}

}  // namespace
}  // namespace discern::discord
