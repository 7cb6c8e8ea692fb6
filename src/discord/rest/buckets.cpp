#include "discord/rest/buckets.hpp"

#include <algorithm>

namespace discern::discord {
namespace {

constexpr std::chrono::seconds kGlobalWindow{1};
constexpr std::chrono::minutes kIdle{10};

}  // namespace

std::string_view to_string(LimitScope scope) {
  switch (scope) {
    case LimitScope::User:
      return "user";
    case LimitScope::Global:
      return "global";
    case LimitScope::Shared:
      return "shared";
    case LimitScope::Cloudflare:
      return "cloudflare";
  }
  return "user";
}

std::string Buckets::place_of(const RateKey& key) const {
  const auto known = bucket_of_route_.find(key.route);
  std::string out = known == bucket_of_route_.end() ? key.route : known->second;
  out.push_back('\n');
  out.append(key.major);
  return out;
}

std::optional<SteadyTime> Buckets::take(RateKey& key, SteadyTime now) {
  if (key.global) {
    if (now < global_blocked_until_) return global_blocked_until_;
    while (!global_log_.empty() && now - global_log_.front() >= kGlobalWindow) {
      global_log_.pop_front();
    }
    if (global_log_.size() >= global_limit_) return global_log_.front() + kGlobalWindow;
  }
  std::string place = place_of(key);
  State& state = states_[place];
  if (now < state.blocked_until) return state.blocked_until;
  if (state.limit && now >= state.reset_at) state.remaining = *state.limit;
  // Of a limit that nobody knows, one request finds out.
  if (!state.limit && state.in_flight > 0) return kAnswer;
  if (state.limit && state.remaining <= state.in_flight) {
    // The window ends only for what was counted in it; requests under way may still count.
    return state.remaining == 0 ? std::max(state.reset_at, now) : kAnswer;
  }
  ++state.in_flight;
  state.last_used = now;
  if (key.global) global_log_.push_back(now);
  key.place = std::move(place);
  return std::nullopt;
}

void Buckets::release(const RateKey& key) {
  const auto found = states_.find(key.place);
  if (found != states_.end() && found->second.in_flight > 0) --found->second.in_flight;
}

Buckets::State& Buckets::learn(const RateKey& key,
                               const RateHeaders& headers,
                               SteadyTime now,
                               Answered answered) {
  release(key);
  if (!headers.bucket.empty()) bucket_of_route_[key.route] = headers.bucket;
  const auto booked = states_.find(key.place);
  // Booked while its bucket was unknown, and nobody will look there again.
  if (booked != states_.end() && booked->second.in_flight == 0 && key.place != place_of(key)) {
    states_.erase(booked);
  }
  State& state = states_[place_of(key)];
  state.last_used = now;
  if (!headers.limit) {
    // A route without limits: nothing to wait for. A refusal says nothing of that: it may come from
    // somebody before the route.
    if (!state.limit && answered == Answered::Well) {
      state.limit = 1000;
      state.unlimited = true;
    }
    if (state.limit && now >= state.reset_at) state.remaining = *state.limit;
    return state;
  }
  const bool new_window = now >= state.reset_at;
  state.limit = std::max(*headers.limit, 1u);
  state.unlimited = false;
  const std::uint32_t remaining = headers.remaining.value_or(0);
  // Answers overtake each other: within a window the lowest number is the newest.
  state.remaining = new_window ? remaining : std::min(state.remaining, remaining);
  if (headers.reset_after) state.reset_at = now + *headers.reset_after;
  return state;
}

void Buckets::on_answer(const RateKey& key,
                        const RateHeaders& headers,
                        SteadyTime now,
                        Answered answered) {
  const State& state = learn(key, headers, now, answered);
  // Each interaction has a bucket of its own, which nobody will ask for again.
  if (!key.global && state.in_flight == 0 && state.remaining > 0) states_.erase(place_of(key));
}

void Buckets::on_limited(const RateKey& key,
                         const RateHeaders& headers,
                         LimitScope scope,
                         std::chrono::milliseconds retry_after,
                         SteadyTime now) {
  State& state = learn(key, headers, now, Answered::Badly);
  const SteadyTime until = now + retry_after;
  if (scope == LimitScope::Global || scope == LimitScope::Cloudflare) {
    global_blocked_until_ = std::max(global_blocked_until_, until);
    if (!key.global) state.blocked_until = std::max(state.blocked_until, until);
    return;
  }
  state.blocked_until = std::max(state.blocked_until, until);
}

void Buckets::on_no_answer(const RateKey& key) {
  release(key);
}

void Buckets::add_use(Use& use, const State& state, SteadyTime now) {
  const std::uint32_t limit = state.limit.value_or(1);
  const std::uint32_t left = now >= state.reset_at ? limit : state.remaining;
  const std::uint32_t remaining = left - std::min(left, state.in_flight);
  const bool blocked = now < state.blocked_until;
  // The one with the smallest share left is the fullest.
  const bool fuller = use.buckets == 0 ||
                      std::uint64_t{remaining} * use.limit < std::uint64_t{use.remaining} * limit;
  ++use.buckets;
  use.blocked = use.blocked || blocked;
  if (!fuller) return;
  use.limit = limit;
  use.remaining = remaining;
  const SteadyTime until = std::max(state.reset_at, state.blocked_until);
  use.reset_in = std::max(std::chrono::ceil<std::chrono::milliseconds>(until - now),
                          std::chrono::milliseconds(0));
}

std::vector<Buckets::Use> Buckets::use(SteadyTime now) const {
  // By the first part of the place: a bucket's name, or a route's while its bucket is unknown.
  std::unordered_map<std::string_view, Use> by_name;
  for (const auto& [place, state] : states_) {
    const bool blocked = now < state.blocked_until;
    if (!blocked && (state.unlimited || !state.limit)) continue;
    add_use(by_name[std::string_view(place).substr(0, place.find('\n'))], state, now);
  }
  std::vector<Use> out;
  for (const auto& [route, bucket] : bucket_of_route_) {
    const auto found = by_name.find(bucket);
    if (found == by_name.end()) continue;
    out.push_back(found->second);
    out.back().route = route;
    out.back().bucket = bucket;
  }
  for (const auto& [name, use] : by_name) {
    // Names of buckets have no space, those of routes have one.
    if (name.find(' ') == std::string_view::npos) continue;
    out.push_back(use);
    out.back().route = name;
  }
  std::sort(out.begin(), out.end(), [](const Use& a, const Use& b) { return a.route < b.route; });
  return out;
}

std::uint32_t Buckets::global_used(SteadyTime now) const {
  const auto recent = [now](SteadyTime at) { return now - at < kGlobalWindow; };
  return static_cast<std::uint32_t>(std::count_if(global_log_.begin(), global_log_.end(), recent));
}

std::chrono::milliseconds Buckets::global_block(SteadyTime now) const {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(global_blocked_until_ - now),
                  std::chrono::milliseconds(0));
}

void Buckets::forget_idle(SteadyTime now) {
  for (auto i = states_.begin(); i != states_.end();) {
    const State& state = i->second;
    const bool idle = state.in_flight == 0 && now - state.last_used >= kIdle &&
                      now >= state.reset_at && now >= state.blocked_until;
    i = idle ? states_.erase(i) : std::next(i);
  }
}

}  // namespace discern::discord
