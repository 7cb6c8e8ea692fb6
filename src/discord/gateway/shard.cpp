#include "discord/gateway/shard.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "discord/gateway/trouble.hpp"
#include "discord/model/close_code.hpp"

namespace discern::discord {
namespace {

constexpr std::size_t kMaxWaiting = 200;

std::uint64_t seed_of(std::uint32_t shard, const Clock& clock) {
  return static_cast<std::uint64_t>(clock.steady_now().time_since_epoch().count()) ^
         (std::uint64_t{shard} << 40);
}

}  // namespace

Shard::Shard(ShardContext& context, ShardCells& cells, std::optional<Session> session)
    : context_(context),
      cells_(cells),
      fsm_(seed_of(cells.id, context.clock), session),
      replaying_(session.has_value()),
      timers_{boost::asio::steady_timer(context.io),
              boost::asio::steady_timer(context.io),
              boost::asio::steady_timer(context.io)},
      send_timer_(context.io) {}

Shard::~Shard() = default;

void Shard::step(const ShardFsm::Input& input) {
  const std::uint32_t failures = fsm_.failures_in_a_row();
  const ShardFsm::Actions actions = fsm_.step(input);
  cells_.set_state(fsm_.state(), context_.clock.steady_now());
  cells_.set_failures(fsm_.failures_in_a_row());
  for (const ShardFsm::Action& action : actions) {
    std::visit([this](const auto& what) { perform(what); }, action);
  }
  if (fsm_.failures_in_a_row() > failures) tell_failures();
}

// Once: from then on it is in the status.
void Shard::tell_failures() {
  if (fsm_.failures_in_a_row() != kTroubleFrom) return;
  const ShardStatus status = cells_.status(context_.clock.steady_now());
  log::warn("gateway", "{}", describe_trouble(status, context_.identify.intents).value_or(""));
}

void Shard::perform(const ShardFsm::AskSlot&) {
  context_.owner.ask_slot(id());
}

void Shard::perform(const ShardFsm::ReturnSlot& action) {
  context_.owner.return_slot(id(), action.spent);
}

std::string Shard::address(std::string_view url) const {
  std::string out(url);
  while (out.ends_with('/')) out.pop_back();
  out.append("/?v=10&encoding=json");
  if (context_.compression != Compression::None) {
    out.append("&compress=").append(to_string(context_.compression)).append("-stream");
  }
  return out;
}

void Shard::perform(const ShardFsm::Connect& action) {
  window_.clear();
  const auto is_presence = [](const auto& one) { return one.first == Op::PresenceUpdate; };
  if (std::any_of(waiting_.begin(), waiting_.end(), is_presence)) presence_.reset();
  waiting_.clear();
  beats_sent_.clear();
  if (decompressor_) {
    decompressor_->restart();
  } else if (context_.compression != Compression::None) {
    decompressor_ = make_decompressor(context_.compression);
  }
  opened_ = false;
  // A session's own address comes from the network: it must not lead a token out of TLS.
  const bool usable =
      action.url.starts_with("wss://") || (context_.allow_plain && action.url.starts_with("ws://"));
  const std::string& url = usable ? action.url : context_.gateway_url;
  socket_ = context_.connector.connect(address(url), *this);
}

void Shard::perform(const ShardFsm::SetTimer& action) {
  const auto index = static_cast<std::size_t>(action.timer);
  // A timer that is set anew may have an expiry under way that can no longer be cancelled.
  const std::uint64_t round = ++timer_rounds_[index];
  timers_[index].expires_after(action.after);
  timers_[index].async_wait([this, round, index](const boost::system::error_code& cancelled) {
    if (cancelled || timer_rounds_[index] != round) return;
    step(ShardFsm::Due{static_cast<Timer>(index)});
  });
}

void Shard::perform(const ShardFsm::CancelTimer& action) {
  const auto index = static_cast<std::size_t>(action.timer);
  ++timer_rounds_[index];
  timers_[index].cancel();
}

void Shard::perform(const ShardFsm::SendIdentify&) {
  cells_.on_identified();
  // A new session: nothing of it can have been seen by an earlier process.
  replaying_ = false;
  IdentifyFields fields = context_.identify;
  fields.shard = id();
  std::string payload = encode_identify(context_.token, fields);
  if (payload.size() > kMaxGatewaySend) {
    log::error("gateway", "the presence text is too long for Discord; it is left out");
    fields.presence.text.clear();
    payload = encode_identify(context_.token, fields);
  }
  presence_ = context_.identify.presence;
  send_now(Op::Identify, std::move(payload));
}

void Shard::perform(const ShardFsm::SendResume& action) {
  send_now(Op::Resume, encode_resume(context_.token, action.session));
}

void Shard::perform(const ShardFsm::SendHeartbeat& action) {
  const SteadyTime now = context_.clock.steady_now();
  // Without a place even for a heartbeat the connection would be closed either way.
  if (!window_.take(SendWindow::Kind::Heartbeat, now)) return;
  beats_sent_.push_back(now);
  context_.metrics.count_sent(Op::Heartbeat);
  socket_->send(encode_heartbeat(action.sequence));
}

void Shard::perform(const ShardFsm::ReportZombie&) {
  cells_.on_missed_heartbeat();
  why_ = "no answer to a heartbeat";
  log::warn("gateway", "shard {} did not get its heartbeat acknowledged; reconnecting", id());
}

void Shard::perform(const ShardFsm::ReportOverdue& action) {
  const auto limit = std::chrono::duration_cast<std::chrono::seconds>(action.limit).count();
  why_ = "no " + std::string(action.awaited) + " within " + std::to_string(limit) + " s";
  if (action.awaited == awaited_in(ShardFsm::State::Connecting)) {
    why_ = "not connected within " + std::to_string(limit) + " s";
  }
  log::warn("gateway", "shard {}: {}; trying again", id(), why_);
}

void Shard::perform(const ShardFsm::ReportGivenUp& action) {
  context_.metrics.given_up.add();
  log::warn("gateway",
            "shard {} could not resume its session {} times in a row; giving the session up and "
            "identifying anew, events in between are lost",
            id(),
            action.failed_resumes);
  cells_.set_last_close(cells_.last_close() + "; its session was given up after " +
                        std::to_string(action.failed_resumes) + " failed resumes");
}

void Shard::perform(const ShardFsm::Drop& action) {
  // A connection that was never open, or whose end was counted, did not end now.
  if (std::exchange(opened_, false)) cells_.on_closed(action.code);
  std::string text = std::to_string(action.code) + " by us";
  if (!why_.empty()) text.append(": ").append(std::exchange(why_, {}));
  cells_.set_last_close(std::move(text));
  if (!socket_) return;
  socket_->close(action.code);
  socket_.reset();
}

void Shard::perform(const ShardFsm::CloseAndWait& action) {
  // Counted now: the peer may close without a code, or not in time.
  if (std::exchange(opened_, false)) cells_.on_closed(action.code);
  cells_.set_last_close(std::to_string(action.code) + " by us: stopped");
  socket_->close(action.code);
}

void Shard::perform(const ShardFsm::Fail& action) {
  context_.owner.on_failed(id(), action.code);
}

void Shard::perform(const ShardFsm::ReportStopped&) {
  context_.owner.on_stopped(id());
}

void Shard::on_end(const net::WebSocketEnd& end) {
  socket_.reset();
  if (std::exchange(opened_, false)) cells_.on_closed(end.code);
  std::string text = describe_close(end.code);
  if (!end.opened) text = "not connected: " + end.text;
  if (fsm_.state() != ShardFsm::State::Stopping) {
    log::warn("gateway", "shard {} lost its connection ({})", id(), text);
    cells_.set_last_close(std::move(text));
  }
  step(ShardFsm::Ended{end.code, end.opened});
}

void Shard::on_message(std::string_view bytes, bool binary) {
  const SteadyTime received = context_.clock.steady_now();
  context_.metrics.bytes_compressed.add(bytes.size());
  if (!decompressor_ || !binary) {
    context_.metrics.bytes_raw.add(bytes.size());
    return on_payload(bytes, received);
  }
  switch (decompressor_->feed(bytes, context_.scratch)) {
    case Decompressor::Status::Payload:
      context_.metrics.bytes_raw.add(context_.scratch.text().size());
      return on_payload(context_.scratch.text(), received);
    case Decompressor::Status::More:
      return;
    case Decompressor::Status::Corrupt:
      return on_corrupt(context_.metrics.bad_stream, "a broken compressed stream");
    case Decompressor::Status::TooLarge:
      return on_corrupt(context_.metrics.bad_stream, "a payload over 64 MiB");
  }
}

void Shard::on_payload(std::string_view text, SteadyTime received) {
  PayloadHead head;
  if (!context_.reader.read(text, head)) {
    return on_corrupt(context_.metrics.bad_payload, "a payload that is no JSON of the gateway's");
  }
  switch (static_cast<Op>(head.op)) {
    case Op::Dispatch:
      return on_dispatch(head, text, received);
    case Op::Heartbeat:
      return step(ShardFsm::HeartbeatRequested{});
    case Op::Reconnect:
      log::info("gateway", "shard {}: Discord asks for a reconnect (op 7); resuming", id());
      why_ = "Discord asked for a reconnect";
      return step(ShardFsm::ReconnectAsked{});
    case Op::InvalidSession: {
      bool resumable = false;
      if (!context_.reader.invalid_session(resumable)) context_.metrics.bad_fields.add();
      context_.metrics.invalid_sessions.add();
      log::warn("gateway",
                "shard {}: Discord calls the session invalid (op 9, {}); {}",
                id(),
                resumable ? "resumable" : "not resumable",
                resumable ? "resuming" : "identifying anew in a few seconds");
      why_ = "Discord called the session invalid";
      return step(ShardFsm::SessionInvalid{resumable});
    }
    case Op::Hello: {
      std::chrono::milliseconds interval{};
      if (!context_.reader.hello(interval)) {
        return on_corrupt(context_.metrics.bad_fields, "a HELLO without heartbeat interval");
      }
      return step(ShardFsm::Hello{interval});
    }
    case Op::HeartbeatAck:
      return on_ack(received);
    default:
      context_.metrics.unknown_op.add();
  }
}

void Shard::on_ack(SteadyTime received) {
  if (!beats_sent_.empty()) {
    cells_.on_ack(received, received - beats_sent_.front());
    beats_sent_.pop_front();
  }
  step(ShardFsm::HeartbeatAcked{});
}

void Shard::on_dispatch(const PayloadHead& head, std::string_view text, SteadyTime received) {
  const bool fresh = !head.sequence || fsm_.accept(*head.sequence);
  const EventType type = find_event_type(head.type);
  if (type == EventType::Ready) {
    ReadyFields ready;
    if (!context_.reader.ready(ready)) {
      return on_corrupt(context_.metrics.bad_fields, "a READY without session");
    }
    if (fresh) context_.router.route({cells_, head, text, received}, type, &ready);
    const bool awaited = fsm_.state() == ShardFsm::State::Identifying;
    step(ShardFsm::Ready{std::move(ready.session_id), std::move(ready.resume_url)});
    if (!awaited) return;
    context_.metrics.identifies.add();
    return context_.owner.on_session(id(), ready.application);
  }
  const bool backlog = fsm_.state() == ShardFsm::State::Resuming;
  if (fresh) context_.router.route({cells_, head, text, received, replaying_, backlog}, type);
  if (type == EventType::Resumed && backlog) on_resumed();
}

void Shard::on_resumed() {
  replaying_ = false;
  cells_.on_resumed();
  context_.metrics.resumes.add();
  step(ShardFsm::Resumed{});
  show_presence();
  context_.owner.on_session(id(), ApplicationId{});
}

void Shard::show_presence() {
  if (fsm_.state() != ShardFsm::State::Live || presence_ == context_.identify.presence) return;
  const Result<void> sent =
      send(Op::PresenceUpdate, encode_presence_update(context_.identify.presence));
  if (!sent) return log::warn("gateway", "presence not changed: {}", sent.error().text);
  presence_ = context_.identify.presence;
}

void Shard::on_corrupt(const metrics::Counter& counter, std::string_view what) {
  counter.add();
  why_ = what;
  log::warn("gateway", "shard {} received {}; reconnecting", id(), what);
  step(ShardFsm::Corrupt{});
}

Result<void> Shard::send(Op op, std::string payload) {
  if (fsm_.state() != ShardFsm::State::Live) {
    return Error(Errc::Unavailable,
                 "shard " + std::to_string(id()) + " has no session at the moment");
  }
  if (payload.size() > kMaxGatewaySend) {
    return Error(Errc::Limit,
                 "a gateway payload of " + std::to_string(payload.size()) +
                     " bytes is over Discord's limit of 4096");
  }
  if (waiting_.size() >= kMaxWaiting) {
    return Error(Errc::Limit, "200 payloads are waiting for the gateway's send limit already");
  }
  waiting_.emplace_back(op, std::move(payload));
  if (waiting_.size() == 1) send_waiting();
  return {};
}

void Shard::send_now(Op op, std::string payload) {
  // IDENTIFY and RESUME are the first things a connection sends: there is always room.
  (void)window_.take(SendWindow::Kind::Heartbeat, context_.clock.steady_now());
  context_.metrics.count_sent(op);
  socket_->send(std::move(payload));
}

void Shard::send_waiting() {
  const SteadyTime now = context_.clock.steady_now();
  while (!waiting_.empty() && socket_ && window_.take(SendWindow::Kind::Other, now)) {
    context_.metrics.count_sent(waiting_.front().first);
    socket_->send(std::move(waiting_.front().second));
    waiting_.pop_front();
  }
  if (waiting_.empty() || !socket_) return;
  const auto next = window_.next(SendWindow::Kind::Other, now);
  send_timer_.expires_at(next.value_or(now));
  send_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) send_waiting();
  });
}

}  // namespace discern::discord
