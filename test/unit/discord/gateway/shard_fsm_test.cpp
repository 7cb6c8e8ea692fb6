#include "discord/gateway/shard_fsm.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;
using Fsm = ShardFsm;

template <class Wanted>
const Wanted* find(const Fsm::Actions& actions) {
  for (const Fsm::Action& action : actions) {
    if (const auto* found = std::get_if<Wanted>(&action)) return found;
  }
  return nullptr;
}

template <class Wanted>
bool has(const Fsm::Actions& actions) {
  return find<Wanted>(actions) != nullptr;
}

std::optional<std::chrono::milliseconds> timer(const Fsm::Actions& actions, Fsm::Timer which) {
  for (const Fsm::Action& action : actions) {
    const auto* set = std::get_if<Fsm::SetTimer>(&action);
    if (set != nullptr && set->timer == which) return set->after;
  }
  return std::nullopt;
}

// Brings a fresh shard to the point where it has a session.
void go_live(Fsm& fsm) {
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::SlotGranted{});
  (void)fsm.step(Fsm::Opened{});
  (void)fsm.step(Fsm::Hello{45s});
  EXPECT_TRUE(fsm.accept(1));
  (void)fsm.step(Fsm::Ready{"session", "wss://resume"});
  ASSERT_EQ(fsm.state(), Fsm::State::Live);
}

// From having lost a connection to the next Hello.
Fsm::Actions come_back(Fsm& fsm) {
  const Fsm::Actions retried = fsm.step(Fsm::Due{Fsm::Timer::Retry});
  if (has<Fsm::AskSlot>(retried)) (void)fsm.step(Fsm::SlotGranted{});
  (void)fsm.step(Fsm::Opened{});
  return fsm.step(Fsm::Hello{45s});
}

Session saved() {
  return {"old", "wss://old", 77};
}

TEST(ShardFsm, AsksForASlotBeforeItConnectsToIdentify) {
  Fsm fsm(1);
  EXPECT_TRUE(has<Fsm::AskSlot>(fsm.step(Fsm::Start{})));
  EXPECT_EQ(fsm.state(), Fsm::State::WaitingForSlot);
  const Fsm::Actions granted = fsm.step(Fsm::SlotGranted{});
  ASSERT_TRUE(has<Fsm::Connect>(granted));
  EXPECT_EQ(find<Fsm::Connect>(granted)->url, "");
}

TEST(ShardFsm, IdentifiesAfterHelloAndSpendsItsSlot) {
  Fsm fsm(1);
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::SlotGranted{});
  EXPECT_TRUE(timer(fsm.step(Fsm::Opened{}), Fsm::Timer::Deadline));
  const Fsm::Actions hello = fsm.step(Fsm::Hello{45s});
  EXPECT_TRUE(has<Fsm::SendIdentify>(hello));
  ASSERT_TRUE(has<Fsm::ReturnSlot>(hello));
  EXPECT_TRUE(find<Fsm::ReturnSlot>(hello)->spent);
  EXPECT_EQ(fsm.state(), Fsm::State::Identifying);
}

TEST(ShardFsm, SpreadsTheFirstHeartbeatOverTheInterval) {
  std::chrono::milliseconds least = 1h;
  std::chrono::milliseconds most = 0ms;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Fsm fsm(seed, saved());
    (void)fsm.step(Fsm::Start{});
    (void)fsm.step(Fsm::Opened{});
    const auto first = timer(fsm.step(Fsm::Hello{40s}), Fsm::Timer::Heartbeat);
    ASSERT_TRUE(first);
    least = std::min(least, *first);
    most = std::max(most, *first);
  }
  EXPECT_LT(least, 10s);
  EXPECT_GT(most, 30s);
  EXPECT_LT(most, 40s);
}

TEST(ShardFsm, BeatsAtTheIntervalWithTheLastSequence) {
  Fsm fsm(1);
  go_live(fsm);
  EXPECT_TRUE(fsm.accept(42));
  const Fsm::Actions due = fsm.step(Fsm::Due{Fsm::Timer::Heartbeat});
  ASSERT_TRUE(has<Fsm::SendHeartbeat>(due));
  EXPECT_EQ(find<Fsm::SendHeartbeat>(due)->sequence, 42u);
  EXPECT_EQ(timer(due, Fsm::Timer::Heartbeat), 45s);
}

TEST(ShardFsm, BeatsWithoutASequenceBeforeTheFirstDispatch) {
  Fsm fsm(1);
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::SlotGranted{});
  (void)fsm.step(Fsm::Opened{});
  (void)fsm.step(Fsm::Hello{45s});
  const Fsm::Actions due = fsm.step(Fsm::Due{Fsm::Timer::Heartbeat});
  EXPECT_EQ(find<Fsm::SendHeartbeat>(due)->sequence, std::nullopt);
}

TEST(ShardFsm, ReconnectsWhenAHeartbeatFallsDueUnacknowledged) {
  Fsm fsm(1);
  go_live(fsm);
  (void)fsm.step(Fsm::Due{Fsm::Timer::Heartbeat});
  const Fsm::Actions zombie = fsm.step(Fsm::Due{Fsm::Timer::Heartbeat});
  EXPECT_TRUE(has<Fsm::ReportZombie>(zombie));
  ASSERT_TRUE(has<Fsm::Drop>(zombie));
  EXPECT_GE(find<Fsm::Drop>(zombie)->code, 4000) << "1000 and 1001 would end the session";
  EXPECT_TRUE(timer(zombie, Fsm::Timer::Retry));
  EXPECT_TRUE(has<Fsm::SendResume>(come_back(fsm)));
}

TEST(ShardFsm, GoesOnBeatingWhenAcknowledged) {
  Fsm fsm(1);
  go_live(fsm);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(has<Fsm::SendHeartbeat>(fsm.step(Fsm::Due{Fsm::Timer::Heartbeat})));
    (void)fsm.step(Fsm::HeartbeatAcked{});
  }
  EXPECT_EQ(fsm.state(), Fsm::State::Live);
}

TEST(ShardFsm, AnswersARequestForAHeartbeatAtOnceAndDoesNotTakeItForAZombie) {
  Fsm fsm(1);
  go_live(fsm);
  EXPECT_TRUE(has<Fsm::SendHeartbeat>(fsm.step(Fsm::HeartbeatRequested{})));
  EXPECT_FALSE(has<Fsm::ReportZombie>(fsm.step(Fsm::Due{Fsm::Timer::Heartbeat})));
}

TEST(ShardFsm, ResumesWhenDiscordAsksForAReconnect) {
  Fsm fsm(1);
  go_live(fsm);
  EXPECT_TRUE(fsm.accept(9));
  const Fsm::Actions asked = fsm.step(Fsm::ReconnectAsked{});
  EXPECT_TRUE(has<Fsm::Drop>(asked));
  EXPECT_LE(*timer(asked, Fsm::Timer::Retry), 1s);
  const Fsm::Actions retried = fsm.step(Fsm::Due{Fsm::Timer::Retry});
  ASSERT_TRUE(has<Fsm::Connect>(retried));
  EXPECT_EQ(find<Fsm::Connect>(retried)->url, "wss://resume");
  (void)fsm.step(Fsm::Opened{});
  const Fsm::Actions hello = fsm.step(Fsm::Hello{45s});
  ASSERT_TRUE(has<Fsm::SendResume>(hello));
  EXPECT_EQ(find<Fsm::SendResume>(hello)->session, (Session{"session", "wss://resume", 9}));
}

TEST(ShardFsm, ReconnectsWhenAskedToInPlaceOfHello) {
  Fsm fsm(1, saved());
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::Opened{});
  const Fsm::Actions asked = fsm.step(Fsm::ReconnectAsked{});
  EXPECT_TRUE(has<Fsm::Drop>(asked));
  EXPECT_TRUE(timer(asked, Fsm::Timer::Retry));
}

TEST(ShardFsm, KeepsItsSessionWhenItIsInvalidButResumable) {
  Fsm fsm(1);
  go_live(fsm);
  const Fsm::Actions invalid = fsm.step(Fsm::SessionInvalid{true});
  EXPECT_GE(find<Fsm::Drop>(invalid)->code, 4000);
  EXPECT_TRUE(has<Fsm::SendResume>(come_back(fsm)));
}

TEST(ShardFsm, IdentifiesAnewAfterAPauseWhenItsSessionIsInvalid) {
  Fsm fsm(1, saved());
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::Opened{});
  (void)fsm.step(Fsm::Hello{45s});
  EXPECT_EQ(fsm.state(), Fsm::State::Resuming);
  const Fsm::Actions invalid = fsm.step(Fsm::SessionInvalid{false});
  EXPECT_FALSE(fsm.session());
  EXPECT_GE(*timer(invalid, Fsm::Timer::Retry), 1s);
  EXPECT_TRUE(has<Fsm::SendIdentify>(come_back(fsm)));
}

struct CloseCase {
  std::uint16_t code;
  enum class Then { Resume, Identify, Stop } then;
};
using Then = CloseCase::Then;

class ShardFsmClose : public testing::TestWithParam<CloseCase> {};

TEST_P(ShardFsmClose, DoesWhatTheCloseCodeAllows) {
  Fsm fsm(1);
  go_live(fsm);
  const Fsm::Actions ended = fsm.step(Fsm::Ended{GetParam().code, true});
  if (GetParam().then == Then::Stop) {
    ASSERT_TRUE(has<Fsm::Fail>(ended));
    EXPECT_EQ(find<Fsm::Fail>(ended)->code, GetParam().code);
    EXPECT_EQ(fsm.state(), Fsm::State::Failed);
    EXPECT_FALSE(timer(ended, Fsm::Timer::Retry));
    return;
  }
  const Fsm::Actions hello = come_back(fsm);
  EXPECT_EQ(has<Fsm::SendResume>(hello), GetParam().then == Then::Resume);
  EXPECT_EQ(has<Fsm::SendIdentify>(hello), GetParam().then == Then::Identify);
}

// The table of Discord's close codes, see discord/model/close_code.cpp.
INSTANTIATE_TEST_SUITE_P(Codes,
                         ShardFsmClose,
                         testing::Values(CloseCase{0, Then::Resume},
                                         CloseCase{1000, Then::Identify},
                                         CloseCase{1001, Then::Identify},
                                         CloseCase{1006, Then::Resume},
                                         CloseCase{4000, Then::Resume},
                                         CloseCase{4001, Then::Resume},
                                         CloseCase{4002, Then::Resume},
                                         CloseCase{4003, Then::Identify},
                                         CloseCase{4004, Then::Stop},
                                         CloseCase{4005, Then::Resume},
                                         CloseCase{4007, Then::Identify},
                                         CloseCase{4008, Then::Resume},
                                         CloseCase{4009, Then::Identify},
                                         CloseCase{4010, Then::Stop},
                                         CloseCase{4011, Then::Stop},
                                         CloseCase{4012, Then::Stop},
                                         CloseCase{4013, Then::Stop},
                                         CloseCase{4014, Then::Stop},
                                         CloseCase{4999, Then::Resume}));

TEST(ShardFsm, WaitsLongerAfterBeingRateLimited) {
  Fsm fsm(1);
  go_live(fsm);
  EXPECT_GE(*timer(fsm.step(Fsm::Ended{4008, true}), Fsm::Timer::Retry), 10s);
}

TEST(ShardFsm, BacksOffUpToAMinuteUntilAConnectionProvesItself) {
  Fsm fsm(1);
  go_live(fsm);
  std::chrono::milliseconds last = 0ms;
  for (int i = 0; i < 12; ++i) {
    last = *timer(fsm.step(Fsm::Ended{4000, true}), Fsm::Timer::Retry);
    EXPECT_LE(last, 60s);
    (void)come_back(fsm);
    (void)fsm.step(Fsm::Resumed{});
  }
  EXPECT_GE(last, 30s);
  // An acknowledged heartbeat is the proof.
  (void)fsm.step(Fsm::HeartbeatAcked{});
  EXPECT_LE(*timer(fsm.step(Fsm::Ended{4000, true}), Fsm::Timer::Retry), 1s);
}

TEST(ShardFsm, TriesTheGatewaysAddressWhenTheSessionsOwnFails) {
  Fsm fsm(1, saved());
  EXPECT_EQ(find<Fsm::Connect>(fsm.step(Fsm::Start{}))->url, "wss://old");
  (void)fsm.step(Fsm::Ended{0, false});
  EXPECT_EQ(find<Fsm::Connect>(fsm.step(Fsm::Due{Fsm::Timer::Retry}))->url, "wss://old");
  (void)fsm.step(Fsm::Ended{0, false});
  EXPECT_EQ(find<Fsm::Connect>(fsm.step(Fsm::Due{Fsm::Timer::Retry}))->url, "");
  (void)fsm.step(Fsm::Opened{});
  EXPECT_TRUE(has<Fsm::SendResume>(fsm.step(Fsm::Hello{45s})));
}

TEST(ShardFsm, GivesItsSlotBackUnspentWhenItCannotConnect) {
  Fsm fsm(1);
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::SlotGranted{});
  const Fsm::Actions ended = fsm.step(Fsm::Ended{0, false});
  ASSERT_TRUE(has<Fsm::ReturnSlot>(ended));
  EXPECT_FALSE(find<Fsm::ReturnSlot>(ended)->spent);
}

TEST(ShardFsm, ReconnectsWhenHelloDoesNotCome) {
  Fsm fsm(1, saved());
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::Opened{});
  const Fsm::Actions overdue = fsm.step(Fsm::Due{Fsm::Timer::Deadline});
  EXPECT_TRUE(has<Fsm::Drop>(overdue));
  EXPECT_TRUE(timer(overdue, Fsm::Timer::Retry));
}

TEST(ShardFsm, ResumesASavedSessionWithoutASlot) {
  Fsm fsm(1, saved());
  EXPECT_FALSE(has<Fsm::AskSlot>(fsm.step(Fsm::Start{})));
  (void)fsm.step(Fsm::Opened{});
  const Fsm::Actions hello = fsm.step(Fsm::Hello{45s});
  ASSERT_TRUE(has<Fsm::SendResume>(hello));
  EXPECT_EQ(find<Fsm::SendResume>(hello)->session.sequence, 77u);
}

TEST(ShardFsm, AcceptsEachSequenceOnce) {
  Fsm fsm(1, saved());
  EXPECT_FALSE(fsm.accept(76));
  EXPECT_FALSE(fsm.accept(77));
  EXPECT_TRUE(fsm.accept(78));
  EXPECT_FALSE(fsm.accept(78));
}

TEST(ShardFsm, TakesZeroForASequence) {
  Fsm fsm(1);
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::SlotGranted{});
  (void)fsm.step(Fsm::Opened{});
  (void)fsm.step(Fsm::Hello{45s});
  EXPECT_TRUE(fsm.accept(0));
  (void)fsm.step(Fsm::Ready{"s", "wss://r"});
  ASSERT_TRUE(fsm.session());
  EXPECT_EQ(fsm.session()->sequence, 0u);
  (void)fsm.step(Fsm::Ended{4000, true});
  EXPECT_TRUE(has<Fsm::SendResume>(come_back(fsm)));
}

TEST(ShardFsm, CountsSequencesAnewWithANewSession) {
  Fsm fsm(1);
  go_live(fsm);
  EXPECT_TRUE(fsm.accept(500));
  (void)fsm.step(Fsm::Ended{4009, true});
  (void)come_back(fsm);
  EXPECT_TRUE(fsm.accept(1));
}

TEST(ShardFsm, ResumesAfterCorruptBytesAndGivesTheSessionUpAfterThree) {
  Fsm fsm(1);
  go_live(fsm);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(has<Fsm::Drop>(fsm.step(Fsm::Corrupt{})));
    EXPECT_TRUE(has<Fsm::SendResume>(come_back(fsm)));
  }
  (void)fsm.step(Fsm::Corrupt{});
  EXPECT_TRUE(has<Fsm::SendIdentify>(come_back(fsm)));
}

TEST(ShardFsm, StopsResumably) {
  Fsm fsm(1);
  go_live(fsm);
  const Fsm::Actions stop = fsm.step(Fsm::Stop{true});
  ASSERT_TRUE(has<Fsm::CloseAndWait>(stop));
  EXPECT_GE(find<Fsm::CloseAndWait>(stop)->code, 4000);
  EXPECT_TRUE(fsm.session());
  EXPECT_TRUE(has<Fsm::ReportStopped>(fsm.step(Fsm::Ended{0, true})));
}

TEST(ShardFsm, EndsItsSessionWhenToldTo) {
  Fsm fsm(1);
  go_live(fsm);
  const Fsm::Actions stop = fsm.step(Fsm::Stop{false});
  EXPECT_EQ(find<Fsm::CloseAndWait>(stop)->code, 1000);
  EXPECT_FALSE(fsm.session());
}

TEST(ShardFsm, StopsAtOnceWithoutAConnection) {
  Fsm waiting(1);
  (void)waiting.step(Fsm::Start{});
  const Fsm::Actions stop = waiting.step(Fsm::Stop{});
  EXPECT_TRUE(has<Fsm::ReturnSlot>(stop));
  EXPECT_TRUE(has<Fsm::ReportStopped>(stop));
  Fsm connecting(1, saved());
  (void)connecting.step(Fsm::Start{});
  const Fsm::Actions dropped = connecting.step(Fsm::Stop{});
  EXPECT_TRUE(has<Fsm::Drop>(dropped));
  EXPECT_TRUE(has<Fsm::ReportStopped>(dropped));
  EXPECT_TRUE(connecting.session()) << "a session that was not reached stays resumable";
}

TEST(ShardFsm, DoesNothingAnyMoreAfterItStoppedOrFailed) {
  Fsm fsm(1);
  go_live(fsm);
  (void)fsm.step(Fsm::Ended{4004, true});
  EXPECT_TRUE(fsm.step(Fsm::Due{Fsm::Timer::Retry}).empty());
  EXPECT_TRUE(fsm.step(Fsm::Due{Fsm::Timer::Heartbeat}).empty());
  EXPECT_TRUE(fsm.step(Fsm::Corrupt{}).empty());
  EXPECT_TRUE(has<Fsm::ReportStopped>(fsm.step(Fsm::Stop{})));
  EXPECT_TRUE(fsm.step(Fsm::Start{}).empty());
}

TEST(ShardFsm, GivesALateSlotBack) {
  Fsm fsm(1);
  (void)fsm.step(Fsm::Start{});
  (void)fsm.step(Fsm::Stop{});
  const Fsm::Actions late = fsm.step(Fsm::SlotGranted{});
  ASSERT_TRUE(has<Fsm::ReturnSlot>(late));
  EXPECT_FALSE(find<Fsm::ReturnSlot>(late)->spent);
}

}  // namespace
}  // namespace discern::discord
