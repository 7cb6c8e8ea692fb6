#pragma once

// Which guild to ask next for its member count. Without the intent GUILD_MEMBERS Discord tells the
// count only with GUILD_CREATE, and it would stay as it was then. Pure.

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "discord/model/ids.hpp"

namespace discern::discord {

// Goes round all guilds, spread evenly over a period, and never faster than one in kGap: a bot in
// very many guilds takes longer than the period, and other requests always find room.
class MemberRefresh {
 public:
  static constexpr std::chrono::seconds kGap{1};
  // After a failure that says nothing about the guild.
  static constexpr std::chrono::seconds kPause{60};

  // A period of zero: never.
  explicit MemberRefresh(std::chrono::milliseconds period) : period_(period) {}

  bool is_on() const { return period_ > std::chrono::milliseconds(0); }
  // Whether next() can have something. One question at a time.
  bool is_due(SteadyTime now) const { return is_on() && !asking_ && now >= next_at_; }
  bool needs_round() const { return round_.empty(); }
  void begin_round(std::vector<GuildId> guilds) {
    round_.assign(guilds.begin(), guilds.end());
    const auto count = std::max<std::size_t>(round_.size(), 1);
    spacing_ = std::max<std::chrono::milliseconds>(
        period_ / static_cast<std::chrono::milliseconds::rep>(count), kGap);
  }
  // The guild to ask about now. `counted_at`: when its count was told last.
  template <class CountedAt>
  std::optional<GuildId> next(SteadyTime now, CountedAt counted_at) {
    next_at_ = now + spacing_;
    while (!round_.empty()) {
      const GuildId guild = round_.front();
      round_.pop_front();
      const std::optional<SteadyTime> counted = counted_at(guild);
      // Told a moment ago, by GUILD_CREATE: it waits for the next round.
      if (counted && now - *counted < period_ / 2) continue;
      asking_ = true;
      return guild;
    }
    // All are fresh, and a new round goes over all of them: not every second.
    next_at_ = now + std::max(spacing_, std::min<std::chrono::milliseconds>(period_ / 10, kPause));
    return std::nullopt;
  }
  enum class Answer { Told, Refused, NoneNow };
  void answered(Answer answer, SteadyTime now) {
    asking_ = false;
    if (answer == Answer::NoneNow) next_at_ = std::max(next_at_, now + kPause);
  }

 private:
  const std::chrono::milliseconds period_;
  std::chrono::milliseconds spacing_{1000};
  std::deque<GuildId> round_;
  SteadyTime next_at_{};
  bool asking_ = false;
};

}  // namespace discern::discord
