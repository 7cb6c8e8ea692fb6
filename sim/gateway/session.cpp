#include "sim/gateway/session.hpp"

namespace discern::sim {
namespace {

std::size_t size_of(const SentEvent& event) {
  return event.d == nullptr ? 0 : event.d->size();
}

}  // namespace

bool Session::hears(const Event& event) const {
  if (event.guild) {
    if (shard_of(*event.guild, shard_.count) != shard_.id) return false;
    if (awaited_set_.contains(*event.guild)) return false;
  } else if (shard_.id != 0) {
    return false;
  }
  const Place place = event.guild ? Place::Guild : Place::Direct;
  return event.to_everyone || lets_through(intents_, required_intents(event.type, place));
}

const Text& Session::text_for(const Event& event) const {
  const bool stripped = event.d_without_content && (intents_ & intent::kMessageContent) == 0;
  return stripped ? event.d_without_content : event.d;
}

void Session::await_guilds(const std::vector<Snowflake>& guilds) {
  awaited_.assign(guilds.begin(), guilds.end());
  awaited_set_.clear();
  awaited_set_.insert(guilds.begin(), guilds.end());
}

std::optional<Snowflake> Session::take_awaited_guild() {
  if (awaited_.empty()) return std::nullopt;
  const Snowflake next = awaited_.front();
  awaited_.pop_front();
  awaited_set_.erase(next);
  return next;
}

std::uint64_t Session::append(std::string_view type, Text d, bool replayable) {
  return append({0, type, std::move(d), {}, replayable});
}

std::uint64_t Session::append_guild_create(Snowflake guild) {
  return append({0, "GUILD_CREATE", nullptr, guild, true});
}

std::uint64_t Session::append(SentEvent event) {
  event.sequence = ++last_sequence_;
  ++counts_[event.type];
  buffered_bytes_ += size_of(event);
  buffer_.push_back(std::move(event));
  forget_old();
  return last_sequence_;
}

void Session::forget_old() {
  while (buffer_.size() > limits_.events ||
         (buffered_bytes_ > limits_.bytes && buffer_.size() > 1)) {
    buffered_bytes_ -= size_of(buffer_.front());
    buffer_.pop_front();
  }
}

const SentEvent* Session::find(std::uint64_t sequence) const {
  if (buffer_.empty() || sequence < buffer_.front().sequence || sequence > last_sequence_) {
    return nullptr;
  }
  return &buffer_[sequence - buffer_.front().sequence];
}

std::vector<std::string_view> Session::take_lost(std::uint64_t sequence) {
  std::vector<std::string_view> types;
  for (SentEvent& event : buffer_) {
    if (event.sequence <= sequence || event.replayable || event.lost) continue;
    event.lost = true;
    types.push_back(event.type);
  }
  return types;
}

bool Session::can_resume_after(std::uint64_t sequence) const {
  if (sequence > last_sequence_) return false;
  return sequence == last_sequence_ || find(sequence + 1) != nullptr;
}

}  // namespace discern::sim
