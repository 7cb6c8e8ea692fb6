#include "discord/gateway/shard_fsm.hpp"

#include "discord/model/close_code.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

// Any code but 1000 and 1001 keeps the session on Discord's side.
constexpr std::uint16_t kKeepSession = 4200;
constexpr std::uint16_t kEndSession = 1000;
// A little more than the connector's own limit, which cannot end the look-up of a name.
constexpr std::chrono::milliseconds kConnectTimeout = 20s;
constexpr std::chrono::milliseconds kHelloTimeout = 20s;
// In an outage READY may take minutes, and each IDENTIFY costs one of the day's thousand: the time
// doubles with each failure.
constexpr std::chrono::milliseconds kReadyTimeout = 60s;
constexpr std::chrono::milliseconds kLongestReadyTimeout = 10min;
// Without any dispatch; a long replay may take longer.
constexpr std::chrono::milliseconds kResumedTimeout = 60s;
constexpr std::chrono::milliseconds kCloseTimeout = 5s;
// Discord's is 41 s. With a far longer one a dead connection would not be found out.
constexpr std::chrono::milliseconds kLongestHeartbeat = 5min;
// Discord wants 1 to 5 s before the next IDENTIFY after an invalid session.
constexpr std::chrono::milliseconds kInvalidSessionPause = 1s;
constexpr std::chrono::milliseconds kInvalidSessionSpread = 4s;
// So many invalid sessions in a row are no accident: back off.
constexpr std::uint32_t kInvalidSessions = 3;
constexpr std::chrono::milliseconds kRateLimitedPause = 10s;
// Failed resumes until the session is given up, which costs an IDENTIFY.
constexpr std::uint32_t kResumeTries = 4;
// After so many failures of the session's own address the gateway's is tried: the session may still
// be good, and an IDENTIFY is dear.
constexpr std::uint32_t kResumeAddressTries = 2;
constexpr std::uint32_t kCorruptTries = 3;

}  // namespace

ShardFsm::ShardFsm(std::uint64_t seed, std::optional<Session> session) : jitter_(seed) {
  if (!session || session->id.empty()) return;
  sequence_ = session->sequence;
  session_ = Known{std::move(session->id), std::move(session->resume_url)};
}

std::optional<Session> ShardFsm::session() const {
  if (!session_ || !sequence_) return std::nullopt;
  return Session{session_->id, session_->resume_url, *sequence_};
}

ShardFsm::Actions ShardFsm::step(const Input& input) {
  Actions out;
  std::visit([&](const auto& happened) { on(happened, out); }, input);
  return out;
}

bool ShardFsm::has_connection() const {
  switch (state_) {
    case State::Connecting:
    case State::AwaitingHello:
    case State::Identifying:
    case State::Resuming:
    case State::Live:
      return true;
    default:
      return false;
  }
}

bool ShardFsm::is_over() const {
  return state_ == State::Stopping || state_ == State::Stopped || state_ == State::Failed;
}

void ShardFsm::on(const Start&, Actions& out) {
  if (state_ == State::Idle) connect(out);
}

void ShardFsm::connect(Actions& out) {
  if (session_) {
    state_ = State::Connecting;
    const bool own_address = failed_resume_connects_ < kResumeAddressTries;
    out.push_back(Connect{own_address ? session_->resume_url : std::string()});
    return await(kConnectTimeout, out);
  }
  // The slot comes before the connection: a hundred shards in line for an IDENTIFY must not hold a
  // hundred idle connections.
  state_ = State::WaitingForSlot;
  out.push_back(AskSlot{});
}

void ShardFsm::on(const SlotGranted&, Actions& out) {
  if (state_ != State::WaitingForSlot) {
    out.push_back(ReturnSlot{false});
    return;
  }
  holds_slot_ = true;
  state_ = State::Connecting;
  out.push_back(Connect{});
  await(kConnectTimeout, out);
}

void ShardFsm::await(std::chrono::milliseconds limit, Actions& out) {
  limit_ = limit;
  progress_ = false;
  out.push_back(SetTimer{Timer::Deadline, limit});
}

void ShardFsm::on(const Opened&, Actions& out) {
  if (state_ != State::Connecting) return;
  state_ = State::AwaitingHello;
  await(kHelloTimeout, out);
}

void ShardFsm::on(const Hello& hello, Actions& out) {
  if (state_ != State::AwaitingHello) return;
  failed_resume_connects_ = 0;
  failed_connects_ = 0;
  awaiting_ack_ = false;
  heartbeat_interval_ = std::clamp<std::chrono::milliseconds>(
      hello.heartbeat_interval, std::chrono::milliseconds(100), kLongestHeartbeat);
  const double first = static_cast<double>(heartbeat_interval_.count()) * jitter_.next();
  out.push_back(
      SetTimer{Timer::Heartbeat, std::chrono::milliseconds(static_cast<std::int64_t>(first))});
  if (const std::optional<Session> known = session()) {
    state_ = State::Resuming;
    out.push_back(SendResume{*known});
    return await(kResumedTimeout, out);
  }
  forget_session();
  state_ = State::Identifying;
  holds_slot_ = false;
  out.push_back(ReturnSlot{true});
  out.push_back(SendIdentify{});
  const auto doublings = std::min<std::uint32_t>(failed_sessions_, 10);
  await(std::min(kReadyTimeout * (1 << doublings), kLongestReadyTimeout), out);
}

void ShardFsm::beat(Actions& out) {
  out.push_back(SendHeartbeat{sequence_});
}

void ShardFsm::on(const HeartbeatRequested&, Actions& out) {
  // Its acknowledgement is not waited for: one that is under way for the timer's beat would be
  // mistaken for it.
  if (has_connection()) beat(out);
}

void ShardFsm::on(const HeartbeatAcked&, Actions&) {
  awaiting_ack_ = false;
  if (state_ == State::Live) failed_sessions_ = 0;
}

void ShardFsm::on(const Due& due, Actions& out) {
  switch (due.timer) {
    case Timer::Retry:
      if (state_ == State::BackingOff) connect(out);
      return;
    case Timer::Deadline:
      return overdue(out);
    case Timer::Heartbeat:
      if (!has_connection()) return;
      if (awaiting_ack_) {
        out.push_back(ReportZombie{});
        drop(kKeepSession, out);
        return retry(next_pause(), out);
      }
      awaiting_ack_ = true;
      beat(out);
      out.push_back(SetTimer{Timer::Heartbeat, heartbeat_interval_});
  }
}

void ShardFsm::overdue(Actions& out) {
  if (state_ == State::Stopping) {
    drop(session_ ? kKeepSession : kEndSession, out);
    state_ = State::Stopped;
    out.push_back(ReportStopped{});
    return;
  }
  // Live has the heartbeat for a deadline.
  if (!has_connection() || state_ == State::Live) return;
  if (state_ == State::Resuming && progress_) return await(kResumedTimeout, out);
  out.push_back(ReportOverdue{awaited_in(state_), limit_});
  drop(state_ == State::Identifying ? kEndSession : kKeepSession, out);
  retry(next_pause(), out);
}

void ShardFsm::begin_session() {
  state_ = State::Live;
  without_session_ = 0;
  failed_resumes_ = 0;
}

void ShardFsm::on(const Ready& ready, Actions& out) {
  // Before Hello there is no heartbeat: a session then would die without anybody noticing.
  if (state_ != State::Identifying) return;
  session_ = Known{ready.session_id, ready.resume_url};
  if (!sequence_) sequence_ = 0;
  out.push_back(CancelTimer{Timer::Deadline});
  begin_session();
}

void ShardFsm::on(const Resumed&, Actions& out) {
  if (state_ != State::Resuming) return;
  out.push_back(CancelTimer{Timer::Deadline});
  begin_session();
}

void ShardFsm::on(const ReconnectAsked&, Actions& out) {
  if (!has_connection()) return;
  drop(kKeepSession, out);
  retry(next_pause(), out);
}

void ShardFsm::on(const SessionInvalid& invalid, Actions& out) {
  if (!has_connection()) return;
  const bool keep = invalid.resumable && session_;
  if (!keep) forget_session();
  drop(keep ? kKeepSession : kEndSession, out);
  std::chrono::milliseconds pause =
      kInvalidSessionPause +
      std::chrono::milliseconds(static_cast<std::int64_t>(
          jitter_.next() * static_cast<double>(kInvalidSessionSpread.count())));
  if (failed_sessions_ > kInvalidSessions) pause = std::max(pause, next_pause());
  retry(pause, out);
}

void ShardFsm::on(const Corrupt&, Actions& out) {
  if (!has_connection()) return;
  // Discord would send the same bytes again for ever: after some tries the session is given up.
  if (++corrupt_in_a_row_ >= kCorruptTries) {
    corrupt_in_a_row_ = 0;
    forget_session();
  }
  drop(session_ ? kKeepSession : kEndSession, out);
  retry(next_pause(), out);
}

void ShardFsm::on(const Ended& ended, Actions& out) {
  if (state_ == State::Stopping) {
    state_ = State::Stopped;
    out.push_back(CancelTimer{Timer::Deadline});
    out.push_back(ReportStopped{});
    return;
  }
  if (!has_connection()) return;
  if (!can_reconnect(ended.code)) {
    forget_session();
    clear_connection(out);
    state_ = State::Failed;
    out.push_back(Fail{ended.code});
    return;
  }
  if (ended.opened && !keeps_session(ended.code)) forget_session();
  note_end(out);
  const bool limited = ended.code == static_cast<std::uint16_t>(CloseCode::RateLimited);
  retry(next_pause() + (limited ? kRateLimitedPause : 0ms), out);
}

void ShardFsm::on(const Stop& stop, Actions& out) {
  if (is_over()) {
    if (state_ == State::Failed) {
      state_ = State::Stopped;
      out.push_back(ReportStopped{});
    }
    return;
  }
  const bool open = has_connection() && state_ != State::Connecting;
  const bool connecting = state_ == State::Connecting;
  clear_connection(out);
  if (!stop.resumable) forget_session();
  if (open) {
    state_ = State::Stopping;
    out.push_back(CloseAndWait{session_ ? kKeepSession : kEndSession});
    return await(kCloseTimeout, out);
  }
  if (connecting) out.push_back(Drop{kKeepSession});
  state_ = State::Stopped;
  out.push_back(ReportStopped{});
}

void ShardFsm::drop(std::uint16_t code, Actions& out) {
  out.push_back(Drop{code});
  note_end(out);
}

void ShardFsm::note_end(Actions& out) {
  failed_after_hello_ = state_ != State::Connecting && state_ != State::AwaitingHello;
  if (!failed_after_hello_) {
    ++failed_connects_;
    if (session_) ++failed_resume_connects_;
  } else {
    ++failed_sessions_;
  }
  if (state_ != State::Live) ++without_session_;
  if (state_ != State::Resuming || !session_ || ++failed_resumes_ < kResumeTries) return;
  out.push_back(ReportGivenUp{failed_resumes_});
  forget_session();
}

// Of a connection that ended before HELLO the failed connections count, of others the sessions that
// did not last: a server that was away for long and is back is not waited for as if it were away.
std::chrono::milliseconds ShardFsm::next_pause() {
  const std::uint32_t failed = failed_after_hello_ ? failed_sessions_ : failed_connects_;
  return backoff_delay(failed > 0 ? failed - 1 : 0, jitter_.next());
}

void ShardFsm::clear_connection(Actions& out) {
  if (state_ == State::WaitingForSlot || holds_slot_) out.push_back(ReturnSlot{false});
  holds_slot_ = false;
  awaiting_ack_ = false;
  for (const Timer timer : {Timer::Heartbeat, Timer::Deadline, Timer::Retry}) {
    out.push_back(CancelTimer{timer});
  }
}

void ShardFsm::retry(std::chrono::milliseconds after, Actions& out) {
  clear_connection(out);
  state_ = State::BackingOff;
  out.push_back(SetTimer{Timer::Retry, after});
}

void ShardFsm::forget_session() {
  session_.reset();
  sequence_.reset();
  failed_resumes_ = 0;
}

std::string_view awaited_in(ShardFsm::State state) {
  switch (state) {
    case ShardFsm::State::Idle:
      return "its turn to connect";
    case ShardFsm::State::WaitingForSlot:
      return "its turn to IDENTIFY";
    case ShardFsm::State::BackingOff:
      return "the next attempt";
    case ShardFsm::State::Connecting:
      return "a connection";
    case ShardFsm::State::AwaitingHello:
      return "HELLO";
    case ShardFsm::State::Identifying:
      return "READY";
    case ShardFsm::State::Resuming:
      return "RESUMED";
    case ShardFsm::State::Stopping:
      return "the close handshake";
    case ShardFsm::State::Live:
    case ShardFsm::State::Stopped:
    case ShardFsm::State::Failed:
      return {};
  }
  return {};
}

std::string_view to_string(ShardFsm::State state) {
  switch (state) {
    case ShardFsm::State::Idle:
    case ShardFsm::State::WaitingForSlot:
    case ShardFsm::State::BackingOff:
      return "waiting";
    case ShardFsm::State::Connecting:
    case ShardFsm::State::AwaitingHello:
      return "connecting";
    case ShardFsm::State::Identifying:
      return "identifying";
    case ShardFsm::State::Resuming:
      return "resuming";
    case ShardFsm::State::Live:
      return "ready";
    case ShardFsm::State::Stopping:
    case ShardFsm::State::Stopped:
    case ShardFsm::State::Failed:
      return "stopped";
  }
  return "stopped";
}

}  // namespace discern::discord
