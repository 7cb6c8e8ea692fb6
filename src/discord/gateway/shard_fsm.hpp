#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "discord/gateway/backoff.hpp"

namespace discern::discord {

// What a shard needs to go on where it stopped.
struct Session {
  std::string id;
  std::string resume_url;
  std::uint64_t sequence = 0;
  bool operator==(const Session&) const = default;
};

// The gateway protocol of one shard, without a socket and without a clock.
//
// Tell it what happened and it answers with what to do, in order. Shard (shard.hpp) performs the
// answers. Every rule about resuming, zombies, reconnecting and giving up is here, so that all of
// them can be tested without a network. See Discord Docs/Gateway, Connection Lifecycle.
//
// Not thread-safe: one ShardFsm belongs to one Shard.
class ShardFsm {
 public:
  // ---- What happened.
  struct Start {};
  // The identify queue says that this shard may identify now.
  struct SlotGranted {};
  struct Opened {};
  // The connection ended or was never made; `code` is the peer's close code or 0.
  struct Ended {
    std::uint16_t code = 0;
    bool opened = false;
  };
  struct Hello {
    std::chrono::milliseconds heartbeat_interval;
  };
  struct HeartbeatRequested {};
  struct HeartbeatAcked {};
  struct ReconnectAsked {};
  struct SessionInvalid {
    bool resumable = false;
  };
  struct Ready {
    std::string session_id;
    std::string resume_url;
  };
  struct Resumed {};
  // Bytes that cannot be understood, so that events may have been missed.
  struct Corrupt {};
  // Deadline: how long the present state may wait for what it waits for.
  enum class Timer : std::uint8_t { Heartbeat, Retry, Deadline };
  struct Due {
    Timer timer;
  };
  // With `resumable`, Discord keeps the session for some minutes after we are gone.
  struct Stop {
    bool resumable = true;
  };
  using Input = std::variant<Start,
                             SlotGranted,
                             Opened,
                             Ended,
                             Hello,
                             HeartbeatRequested,
                             HeartbeatAcked,
                             ReconnectAsked,
                             SessionInvalid,
                             Ready,
                             Resumed,
                             Corrupt,
                             Due,
                             Stop>;

  // ---- What to do.
  struct AskSlot {};
  // Gives the identify slot back; `spent` when an IDENTIFY is being sent.
  struct ReturnSlot {
    bool spent = false;
  };
  // To the session's own address, or to the gateway's when `url` is empty.
  struct Connect {
    std::string url;
  };
  struct SetTimer {
    Timer timer;
    std::chrono::milliseconds after;
  };
  struct CancelTimer {
    Timer timer;
  };
  struct SendIdentify {};
  struct SendResume {
    Session session;
  };
  struct SendHeartbeat {
    std::optional<std::uint64_t> sequence;
  };
  // A heartbeat fell due while the one before was unanswered: the connection is dead.
  struct ReportZombie {};
  // What the state waited for did not come in time.
  struct ReportOverdue {
    std::string_view awaited;
    std::chrono::milliseconds limit;
  };
  // Resuming failed so often that the session is forgotten: the next connection identifies.
  struct ReportGivenUp {
    std::uint32_t failed_resumes = 0;
  };
  // Close with this code and forget the connection; nothing of it is of interest any more.
  struct Drop {
    std::uint16_t code = 0;
  };
  // Close with this code and say Ended when that is done.
  struct CloseAndWait {
    std::uint16_t code = 0;
  };
  // Nothing helps until a person changes something; the code says what.
  struct Fail {
    std::uint16_t code = 0;
  };
  struct ReportStopped {};
  using Action = std::variant<AskSlot,
                              ReturnSlot,
                              Connect,
                              SetTimer,
                              CancelTimer,
                              SendIdentify,
                              SendResume,
                              SendHeartbeat,
                              ReportZombie,
                              ReportOverdue,
                              ReportGivenUp,
                              Drop,
                              CloseAndWait,
                              Fail,
                              ReportStopped>;
  using Actions = std::vector<Action>;

  enum class State : std::uint8_t {
    Idle,
    WaitingForSlot,
    BackingOff,
    Connecting,
    AwaitingHello,
    Identifying,
    Resuming,
    Live,
    Stopping,
    Stopped,
    Failed,
  };

  // `seed` makes the jitter. With a session, the first connection resumes it.
  explicit ShardFsm(std::uint64_t seed, std::optional<Session> session = std::nullopt);

  [[nodiscard("the actions have to be performed")]] Actions step(const Input& input);

  // A dispatch with this sequence came. False when this session delivered it before, so that it
  // must not count again. Apart from step() because it is the hot path: it never acts.
  bool accept(std::uint64_t sequence) {
    if (sequence_ && sequence <= *sequence_) return false;
    sequence_ = sequence;
    corrupt_in_a_row_ = 0;
    progress_ = true;
    return true;
  }

  State state() const { return state_; }
  // Connections and attempts to connect that ended without a READY or RESUMED since the last one.
  std::uint32_t failures_in_a_row() const { return without_session_; }
  // What can be resumed as of now; nothing when Discord has no session of ours.
  std::optional<Session> session() const;

 private:
  struct Known {
    std::string id;
    std::string resume_url;
  };

  void on(const Start&, Actions& out);
  void on(const SlotGranted&, Actions& out);
  void on(const Opened&, Actions& out);
  void on(const Ended& ended, Actions& out);
  void on(const Hello& hello, Actions& out);
  void on(const HeartbeatRequested&, Actions& out);
  void on(const HeartbeatAcked&, Actions& out);
  void on(const ReconnectAsked&, Actions& out);
  void on(const SessionInvalid& invalid, Actions& out);
  void on(const Ready& ready, Actions& out);
  void on(const Resumed&, Actions& out);
  void on(const Corrupt&, Actions& out);
  void on(const Due& due, Actions& out);
  void on(const Stop& stop, Actions& out);

  bool has_connection() const;
  bool is_over() const;
  void connect(Actions& out);
  void await(std::chrono::milliseconds limit, Actions& out);
  void overdue(Actions& out);
  void begin_session();
  // Counts the end of a connection; gives up a session that cannot be resumed.
  void note_end(Actions& out);
  std::chrono::milliseconds next_pause();
  void beat(Actions& out);
  void drop(std::uint16_t code, Actions& out);
  void retry(std::chrono::milliseconds after, Actions& out);
  void clear_connection(Actions& out);
  void forget_session();

  State state_ = State::Idle;
  std::optional<Known> session_;
  std::optional<std::uint64_t> sequence_;
  std::chrono::milliseconds heartbeat_interval_{0};
  bool awaiting_ack_ = false;
  bool holds_slot_ = false;
  std::chrono::milliseconds limit_{0};  // Of the deadline that runs.
  bool progress_ = false;               // A dispatch came since the deadline was set.
  bool failed_after_hello_ = false;     // The last connection got as far as HELLO.
  // Connections since the last HELLO.
  std::uint32_t failed_connects_ = 0;
  // Connections with HELLO since one proved itself with an acknowledged heartbeat.
  std::uint32_t failed_sessions_ = 0;
  std::uint32_t without_session_ = 0;
  std::uint32_t failed_resumes_ = 0;
  std::uint32_t failed_resume_connects_ = 0;
  std::uint32_t corrupt_in_a_row_ = 0;
  Jitter jitter_;
};

// For status pages: waiting, connecting, identifying, resuming, ready, stopped.
std::string_view to_string(ShardFsm::State state);
// What a shard in this state waits for: "HELLO", "READY". Empty when it waits for nothing.
std::string_view awaited_in(ShardFsm::State state);

}  // namespace discern::discord
