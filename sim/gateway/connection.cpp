#include "sim/gateway/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sim/gateway/gateway.hpp"
#include "sim/gateway/payloads.hpp"

namespace discern::sim {
namespace {

// Enough in flight to keep the kernel busy, little enough that a slow reader costs no memory.
constexpr std::size_t kHighWater = std::size_t{512} * 1024;
// Guilds are costly to make: with less of them at a time the other connections get their turn.
constexpr std::size_t kGuildHighWater = std::size_t{64} * 1024;
// Beyond an interval and a half a client is late even on a busy machine.
constexpr Millis kHeartbeatSlack{2000};

}  // namespace

Connection::Connection(Gateway& gateway,
                       GatewaySocket& socket,
                       const ConnectionTarget& target,
                       Instant now)
    : gateway_(gateway),
      socket_(socket),
      target_(target),
      encoder_(make_encoder(target.compression)),
      last_heartbeat_(now) {
  send(hello_payload(gateway_.settings().heartbeat_interval));
}

Connection::~Connection() = default;

void Connection::on_message(std::string_view text, Instant now) {
  if (closing_) return;
  if (!window_.admit(now)) {
    refuse({close_code::kRateLimited, "send_limit", "more than 120 payloads within 60 seconds"},
           now);
    return;
  }
  const CheckedPayload checked = check_client_payload(text);
  if (const auto* violation = std::get_if<Violation>(&checked)) {
    refuse(*violation, now);
    return;
  }
  std::visit([&](const auto& payload) { on_payload(payload, now); },
             std::get<ClientPayload>(checked));
}

void Connection::refuse(const Violation& violation, Instant now) {
  gateway_.complain(now, violation.kind, violation.text);
  if (violation.close_code != 0) close(violation.close_code);
}

void Connection::on_payload(const HeartbeatPayload& payload, Instant now) {
  ++gateway_.counts().heartbeats;
  last_heartbeat_ = now;
  heartbeat_asked_.reset();
  // Without a session nothing was sent here: a client that has not yet read that its resume was
  // refused may well name the sequence it had.
  if (session_ != nullptr && payload.sequence && payload.sequence > cursor_) {
    gateway_.complain(
        now,
        "heartbeat_sequence",
        fmt::format(
            "a heartbeat with sequence {}, the last one sent was {}", *payload.sequence, cursor_));
  }
  if (payload.sequence) acknowledged_ = payload.sequence;
  if (payload.sequence && session_ != nullptr) session_->note_received(*payload.sequence);
  if (!gateway_.silent() && now >= stalled_until_) send(ack_payload());
}

bool Connection::require_session(Instant now) {
  if (session_ != nullptr) return true;
  refuse({close_code::kNotAuthenticated, "not_authenticated", "a payload before identify"}, now);
  return false;
}

bool Connection::may_identify(const IdentifyPayload& payload, Instant now) {
  if (session_ != nullptr) {
    refuse({close_code::kAlreadyAuthenticated, "identified_twice", "identify on a live session"},
           now);
    return false;
  }
  if (!is_valid_token(payload.token)) {
    refuse({close_code::kAuthenticationFailed, "bad_token", "identify with a bad token"}, now);
    return false;
  }
  if ((payload.intents & gateway_.settings().denied_intents) != 0) {
    refuse({close_code::kDisallowedIntents, "denied_intents", "identify with intents not granted"},
           now);
    return false;
  }
  if (gateway_.guilds_on(payload.shard) > gateway_.settings().guilds_per_shard) {
    refuse({close_code::kShardingRequired,
            "sharding_required",
            fmt::format("shard {} of {} would have {} guilds",
                        payload.shard.id,
                        payload.shard.count,
                        gateway_.guilds_on(payload.shard))},
           now);
    return false;
  }
  switch (gateway_.identify_gate().admit(payload.shard.id, now)) {
    case IdentifyGate::Verdict::Admitted:
      return true;
    case IdentifyGate::Verdict::Exhausted:
      refuse({close_code::kAuthenticationFailed,
              "identify_budget",
              "more identifies than the session start limit: Discord would reset the token"},
             now);
      return false;
    case IdentifyGate::Verdict::TooSoon:
      ++gateway_.counts().identifies_too_soon;
      // A restarted client cannot know of the one before it; one with several shards can.
      if (gateway_.bucket_is_busy(payload.shard, *this)) {
        gateway_.complain(now, "identify_concurrency", "two identifies of a bucket within 5 s");
      }
      send(invalid_session_payload(false));
      return false;
  }
  return false;
}

void Connection::on_payload(const IdentifyPayload& payload, Instant now) {
  if (!may_identify(payload, now)) return;
  ++gateway_.counts().identifies;
  session_ = &gateway_.begin_session(payload);
  session_->presence = payload.presence;
  cursor_ = resumed_at_ = 0;
  pump(now);
}

void Connection::on_payload(const ResumePayload& payload, Instant now) {
  if (session_ != nullptr) {
    refuse({close_code::kAlreadyAuthenticated, "identified_twice", "resume on a live session"},
           now);
    return;
  }
  if (!is_valid_token(payload.token)) {
    refuse({close_code::kAuthenticationFailed, "bad_token", "resume with a bad token"}, now);
    return;
  }
  if (!target_.at_resume_address) ++gateway_.counts().resumes_elsewhere;
  Session* session = gateway_.find_session(payload.session_id);
  if (session != nullptr && payload.sequence > session->last_sequence()) {
    gateway_.end_session(*session, "resumed with a sequence number from the future");
    refuse({close_code::kInvalidSequence, "bad_sequence", "resume beyond the last sequence"}, now);
    return;
  }
  if (session == nullptr || !session->can_resume_after(payload.sequence)) {
    ++gateway_.counts().resumes_refused;
    if (session != nullptr) gateway_.end_session(*session, "too much was missed");
    gateway_.delivery().on_late_resume(payload.session_id, payload.sequence);
    send(invalid_session_payload(false));
    return;
  }
  ++gateway_.counts().resumes;
  gateway_.take_over(*session, *this);
  session_ = session;
  cursor_ = payload.sequence;
  resumed_at_ = session->last_sequence();
  acknowledged_ = payload.sequence;
  session->note_received(payload.sequence);
  for (const std::string_view type : session->take_lost(payload.sequence)) {
    gateway_.delivery().on_lost(type);
  }
  gateway_.append(*session, "RESUMED", make_text(R"({"_trace":["[\"sim\"]"]})"), false);
  pump(now);
}

void Connection::on_payload(const MembersPayload& payload, Instant now) {
  if (!require_session(now)) return;
  const Guild* guild = gateway_.world().find_guild(payload.guild);
  if (guild == nullptr ||
      shard_of(payload.guild, session_->shard().count) != session_->shard().id) {
    gateway_.complain(now, "members_request", "members of a guild that is not on this shard");
    return;
  }
  if (payload.wants_everyone() && (session_->intents() & intent::kGuildMembers) == 0) {
    refuse({close_code::kDisallowedIntents, "members_request", "all members without the intent"},
           now);
    return;
  }
  if (payload.wants_everyone()) {
    if (const Millis wait = gateway_.members_wait(payload.guild, now); wait > Millis{0}) {
      gateway_.append(*session_, "RATE_LIMITED", make_text(rate_limited_text(payload, wait)));
      pump(now);
      return;
    }
  }
  for (std::string& text : member_chunk_texts(gateway_.world(), *guild, payload)) {
    gateway_.append(*session_, "GUILD_MEMBERS_CHUNK", make_text(std::move(text)));
  }
  pump(now);
}

void Connection::pump(Instant now) {
  while (session_ != nullptr && !closing_ && now >= stalled_until_ &&
         socket_.unsent() < kHighWater) {
    if (cursor_ < session_->last_sequence()) {
      const SentEvent* event = session_->find(cursor_ + 1);
      if (event == nullptr) {
        // The client reads so slowly that what it has not seen is forgotten already.
        drop();
        return;
      }
      send_event(*event);
    } else if (!produce_next()) {
      return;
    }
  }
}

// What is only made when the client is ready for it: the guilds after READY, and the flood.
bool Connection::produce_next() {
  if (socket_.unsent() >= kGuildHighWater && session_->awaits_guilds()) return false;
  if (const auto next = session_->take_awaited_guild()) {
    const Guild* guild = gateway_.world().find_guild(*next);
    if (guild == nullptr) {
      gateway_.append(
          *session_, "GUILD_DELETE", make_text(fmt::format(R"({{"id":"{}"}})", bits(*next))));
    } else if (guild->available) {
      gateway_.append_guild_create(*session_, guild->id);
    }
    return true;
  }
  return send_flood_event();
}

void Connection::send_event(const SentEvent& event) {
  cursor_ = event.sequence;
  if (event.sequence <= resumed_at_) {
    if (!event.replayable) return;
    ++replayed_;
  }
  session_->note_sent(event.sequence);
  if (event.d != nullptr) {
    send(dispatch_payload(event.type, event.sequence, *event.d));
    return;
  }
  const Guild* guild = gateway_.world().find_guild(event.guild);
  const json::object object = guild != nullptr ? guild_create_object(gateway_.world(), *guild)
                                               : unavailable_guild_object(event.guild);
  send(dispatch_payload(event.type, event.sequence, json::serialize(object)));
}

bool Connection::send_flood_event() {
  Deck* deck = gateway_.deck();
  if (session_->flood_left == 0 || deck == nullptr) return false;
  --session_->flood_left;
  const Deck::Card& card = deck->card(deck_position_);
  cursor_ = gateway_.append(*session_, card.type, card.d);
  session_->note_sent(cursor_);
  socket_.send(encoder_->encode(deck->payload(deck_position_, cursor_)), encoder_->binary());
  deck_position_ = (deck_position_ + 1) % deck->size();
  return true;
}

void Connection::send(std::string_view payload) {
  if (closing_) return;
  // The deck's compressed cards refer to their predecessors: after anything else it starts anew.
  deck_position_ = 0;
  socket_.send(encoder_->encode(payload), encoder_->binary());
}

void Connection::on_tick(Instant now) {
  if (closing_) return;
  supervise_heartbeats(now);
  pump(now);
}

void Connection::supervise_heartbeats(Instant now) {
  const Millis interval = gateway_.settings().heartbeat_interval;
  if (heartbeat_asked_ &&
      now - *heartbeat_asked_ > std::min(interval, Millis{5000}) + kHeartbeatSlack) {
    heartbeat_asked_.reset();
    gateway_.complain(now, "heartbeat_request", "no heartbeat after opcode 1 asked for one");
  }
  if (now - last_heartbeat_ <= interval + interval / 2 + kHeartbeatSlack) return;
  gateway_.complain(now,
                    "heartbeat_missed",
                    fmt::format("no heartbeat for {} ms", (now - last_heartbeat_).count()));
  close(close_code::kUnknownError);
}

void Connection::close(std::uint16_t code) {
  if (closing_) return;
  closing_ = true;
  ++gateway_.counts().closed_by_us[code];
  if (session_ != nullptr && !keeps_session(code)) {
    gateway_.end_session(*session_, "closed by the gateway");
  }
  socket_.close(code, close_reason(code));
}

void Connection::drop() {
  closing_ = broken_ = true;
  ++gateway_.counts().closed_by_us[1006];
  socket_.abort();
}

void Connection::ask_to_reconnect() {
  send(reconnect_payload());
}

void Connection::invalidate_session(bool resumable, Instant now) {
  send(invalid_session_payload(resumable));
  if (session_ == nullptr) return;
  if (resumable) {
    gateway_.detach(*std::exchange(session_, nullptr), now);
  } else {
    gateway_.end_session(*session_, "invalidated");
  }
}

void Connection::request_heartbeat(Instant now) {
  heartbeat_asked_ = now;
  send(heartbeat_request_payload());
}

void Connection::corrupt() {
  broken_ = true;
  socket_.send(std::string_view("\xff\x00\xff\xfe garbage \x00\x00\xff\xff", 17), true);
}

}  // namespace discern::sim
