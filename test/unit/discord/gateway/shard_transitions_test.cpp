// Every state of the shard's machine against everything that can happen to it.

#include <gtest/gtest.h>

#include <random>

#include "discord/gateway/shard_fsm.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;
using Fsm = ShardFsm;
using State = Fsm::State;

char letter(State state) {
  switch (state) {
    case State::Idle:
      return 'i';
    case State::WaitingForSlot:
      return 'w';
    case State::BackingOff:
      return 'b';
    case State::Connecting:
      return 'c';
    case State::AwaitingHello:
      return 'a';
    case State::Identifying:
      return 'd';
    case State::Resuming:
      return 'r';
    case State::Live:
      return 'L';
    case State::Stopping:
      return 's';
    case State::Stopped:
      return 'X';
    case State::Failed:
      return 'F';
  }
  return '?';
}

const std::vector<Fsm::Input>& inputs() {
  static const std::vector<Fsm::Input> all = {
      Fsm::Start{},
      Fsm::SlotGranted{},
      Fsm::Opened{},
      Fsm::Ended{0, false},
      Fsm::Ended{4000, true},
      Fsm::Ended{4009, true},
      Fsm::Ended{4004, true},
      Fsm::Hello{45s},
      Fsm::HeartbeatRequested{},
      Fsm::HeartbeatAcked{},
      Fsm::ReconnectAsked{},
      Fsm::SessionInvalid{true},
      Fsm::SessionInvalid{false},
      Fsm::Ready{"s", "wss://r"},
      Fsm::Resumed{},
      Fsm::Corrupt{},
      Fsm::Due{Fsm::Timer::Heartbeat},
      Fsm::Due{Fsm::Timer::Retry},
      Fsm::Due{Fsm::Timer::Deadline},
      Fsm::Stop{true},
  };
  return all;
}

struct Row {
  const char* name;
  bool has_session;
  std::vector<Fsm::Input> way;  // From the beginning to the state.
  // The state after each of inputs(), in their order.
  const char* after;
};

// What may come is in the columns, in the order of inputs():
//                       Start Opened  4000  4004    Beat?  Reconnect   Ready  Corrupt    Retry Stop
//                         | Slot|  lost|4009|  Hello  |  Ack  |  9+ 9-  | Resumed| Beat due|
//                         Deadline
std::vector<Row> rows() {
  const Fsm::Input start = Fsm::Start{};
  const Fsm::Input slot = Fsm::SlotGranted{};
  const Fsm::Input opened = Fsm::Opened{};
  const Fsm::Input hello = Fsm::Hello{45s};
  const Fsm::Input ready = Fsm::Ready{"s", "wss://r"};
  const Fsm::Input lost = Fsm::Ended{0, false};
  const Fsm::Input stop = Fsm::Stop{true};
  const Fsm::Input refused = Fsm::Ended{4004, true};
  return {
      {"idle", false, {}, "wiiiiiiiiiiiiiiiiiiX"},
      {"waiting for its slot", false, {start}, "wcwwwwwwwwwwwwwwwwwX"},
      {"backing off with a session", true, {start, lost}, "bbbbbbbbbbbbbbbbbcbX"},
      {"backing off without one", false, {start, slot, lost}, "bbbbbbbbbbbbbbbbbwbX"},
      {"connecting", false, {start, slot}, "ccabbbFcccbbbccbccbX"},
      {"awaiting Hello to identify", false, {start, slot, opened}, "aaabbbFdaabbbaabaabs"},
      {"awaiting Hello to resume", true, {start, opened}, "aaabbbFraabbbaabaabs"},
      {"identifying", false, {start, slot, opened, hello}, "dddbbbFdddbbbLdbddbs"},
      {"resuming", true, {start, opened, hello}, "rrrbbbFrrrbbbrLbrrbs"},
      {"live", false, {start, slot, opened, hello, ready}, "LLLbbbFLLLbbbLLbLLLs"},
      {"stopping", false, {start, slot, opened, hello, ready, stop}, "sssXXXXsssssssssssXs"},
      {"stopped", false, {start, stop}, "XXXXXXXXXXXXXXXXXXXX"},
      {"failed", false, {start, slot, opened, refused}, "FFFFFFFFFFFFFFFFFFFX"},
  };
}

TEST(ShardTransitions, LeadWhereTheTableSays) {
  for (const Row& row : rows()) {
    ASSERT_EQ(std::string_view(row.after).size(), inputs().size()) << row.name;
    for (std::size_t i = 0; i < inputs().size(); ++i) {
      Fsm fsm(1, row.has_session ? std::optional(Session{"old", "wss://old", 7}) : std::nullopt);
      for (const Fsm::Input& input : row.way) (void)fsm.step(input);
      (void)fsm.step(inputs()[i]);
      EXPECT_EQ(letter(fsm.state()), row.after[i]) << row.name << ", input " << i;
    }
  }
}

// Keeps account of what the machine was given and what it asked for, and says when a rule is broken
// that holds whatever happens.
class Auditor {
 public:
  explicit Auditor(std::uint64_t seed) : fsm_(seed), random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      const bool grant = waits_for_slot_ && random_() % 2 == 0;
      const Fsm::Input input = grant ? Fsm::SlotGranted{} : inputs()[random_() % inputs().size()];
      // The queue grants only what was asked for.
      if (!grant && std::holds_alternative<Fsm::SlotGranted>(input)) continue;
      if (random_() % 4 == 0) (void)fsm_.accept(++sequence_);
      if (std::holds_alternative<Fsm::Stop>(input) && random_() % 50 != 0) continue;
      const bool was_over = over();
      if (std::holds_alternative<Fsm::SlotGranted>(input)) {
        slots_out_ += 1;
        waits_for_slot_ = false;
      }
      check(fsm_.step(input), was_over);
    }
  }

 private:
  bool over() const { return fsm_.state() == State::Stopped || fsm_.state() == State::Failed; }
  void check(const Fsm::Actions& actions, bool was_over) {
    bool retry_set = false;
    bool spent = false;
    bool identified = false;
    for (const Fsm::Action& action : actions) {
      if (std::holds_alternative<Fsm::AskSlot>(action)) waits_for_slot_ = true;
      if (const auto* back = std::get_if<Fsm::ReturnSlot>(&action)) {
        EXPECT_TRUE(slots_out_ > 0 || waits_for_slot_) << "gave back what it did not have";
        slots_out_ = 0;
        waits_for_slot_ = false;
        spent = spent || back->spent;
      }
      identified = identified || std::holds_alternative<Fsm::SendIdentify>(action);
      if (const auto* resume = std::get_if<Fsm::SendResume>(&action)) {
        EXPECT_FALSE(resume->session.id.empty());
      }
      if (const auto* drop = std::get_if<Fsm::Drop>(&action)) {
        EXPECT_TRUE(drop->code >= 4000 || !fsm_.session())
            << "would end a session it means to keep";
      }
      const auto* timer = std::get_if<Fsm::SetTimer>(&action);
      if (timer != nullptr && timer->timer == Fsm::Timer::Retry) {
        retry_set = true;
        EXPECT_GT(timer->after, 0ms) << "reconnects without a pause";
        EXPECT_LE(timer->after, 71s);
      }
      if (was_over) {
        EXPECT_TRUE(std::holds_alternative<Fsm::ReportStopped>(action) ||
                    std::holds_alternative<Fsm::ReturnSlot>(action));
      }
    }
    EXPECT_EQ(identified, spent) << "an IDENTIFY and its slot go together";
    EXPECT_TRUE(!retry_set || fsm_.state() == State::BackingOff);
    EXPECT_TRUE(slots_out_ == 0 || fsm_.state() != State::BackingOff) << "sleeps on a slot";
  }

  Fsm fsm_;
  std::mt19937_64 random_;
  std::uint64_t sequence_ = 0;
  int slots_out_ = 0;
  bool waits_for_slot_ = false;
};

TEST(ShardTransitions, KeepTheRulesWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Auditor(seed).run(400);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace discern::discord
