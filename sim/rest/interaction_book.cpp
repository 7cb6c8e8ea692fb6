#include "sim/rest/interaction_book.hpp"

#include <algorithm>

namespace discern::sim {
namespace {

namespace json = boost::json;

constexpr int kDeferredMessage = 5;
constexpr int kDeferredUpdate = 6;
constexpr std::size_t kRemembered = 50'000;

template <class T>
void remember(std::deque<T>& list, T value, std::size_t limit) {
  list.push_back(value);
  if (list.size() > limit) list.pop_front();
}

json::object quantiles(const std::deque<Millis>& values) {
  std::vector<Millis> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double q) -> std::int64_t {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))].count();
  };
  return {{"p50", at(0.5)}, {"p95", at(0.95)}, {"p99", at(0.99)}, {"max", at(1.0)}};
}

}  // namespace

Interaction& InteractionBook::add(Interaction interaction) {
  ++counts_.created;
  ++counts_.by_command[interaction.command];
  const Snowflake id = interaction.id;
  tokens_.emplace(interaction.token, id);
  order_.push_back(id);
  waiting_.push_back(id);
  return interactions_.insert_or_assign(id, std::move(interaction)).first->second;
}

Interaction* InteractionBook::find(Snowflake id) {
  const auto found = interactions_.find(id);
  return found == interactions_.end() ? nullptr : &found->second;
}

Interaction* InteractionBook::find_by_token(std::string_view token, Instant now) {
  const auto found = tokens_.find(std::string(token));
  if (found == tokens_.end()) return nullptr;
  Interaction* interaction = find(found->second);
  return interaction != nullptr && now - interaction->created < kTokenLifetime ? interaction
                                                                               : nullptr;
}

InteractionBook::Verdict InteractionBook::acknowledge(Interaction& interaction,
                                                      int response_type,
                                                      Instant now) {
  if (interaction.state != InteractionState::Waiting) {
    ++counts_.twice;
    return Verdict::AlreadyAcknowledged;
  }
  const Millis after = now - interaction.created;
  if (after > kAnswerDeadline) {
    ++counts_.late;
    remember(counts_.late_by, after - kAnswerDeadline, 100);
    return Verdict::Unknown;
  }
  const bool deferred = response_type == kDeferredMessage || response_type == kDeferredUpdate;
  interaction.state = deferred ? InteractionState::Deferred : InteractionState::Answered;
  interaction.acknowledged_after = after;
  interaction.response_type = response_type;
  ++counts_.acknowledged;
  ++(deferred ? counts_.deferred : counts_.completed);
  remember(counts_.acknowledged_after, after, 1000);
  return Verdict::Accepted;
}

void InteractionBook::complete(Interaction& interaction) {
  if (interaction.state != InteractionState::Deferred) return;
  interaction.state = InteractionState::Answered;
  ++counts_.completed;
}

void InteractionBook::on_tick(Instant now) {
  while (!waiting_.empty()) {
    const Interaction* interaction = find(waiting_.front());
    if (interaction != nullptr && now - interaction->created <= kAnswerDeadline) break;
    if (interaction != nullptr && interaction->state == InteractionState::Waiting)
      ++counts_.ignored;
    waiting_.pop_front();
  }
  while (!order_.empty()) {
    const Interaction* oldest = find(order_.front());
    const bool keep = oldest != nullptr && order_.size() <= kRemembered &&
                      now - oldest->created < 2 * kTokenLifetime;
    if (keep) break;
    if (oldest != nullptr) tokens_.erase(oldest->token);
    interactions_.erase(order_.front());
    order_.pop_front();
  }
}

std::vector<const Interaction*> InteractionBook::newest(std::size_t limit) const {
  std::vector<const Interaction*> list;
  for (auto id = order_.rbegin(); id != order_.rend() && list.size() < limit; ++id) {
    list.push_back(&interactions_.at(*id));
  }
  return list;
}

std::string_view to_string(InteractionState state) {
  switch (state) {
    case InteractionState::Waiting:
      return "waiting";
    case InteractionState::Deferred:
      return "deferred";
    case InteractionState::Answered:
      return "answered";
  }
  return "waiting";
}

json::object to_json(const Interaction& interaction) {
  json::array answers;
  for (const InteractionAnswer& answer : interaction.answers) {
    answers.emplace_back(json::object{{"after_ms", (answer.at - interaction.created).count()},
                                      {"via", answer.via},
                                      {"body", answer.body},
                                      {"files", answer.files}});
  }
  json::object out{{"id", to_text(interaction.id)},
                   {"token", interaction.token},
                   {"kind", static_cast<int>(interaction.kind)},
                   {"command", interaction.command},
                   {"channel_id", to_text(interaction.channel)},
                   {"user_id", to_text(interaction.user)},
                   {"created_ms", epoch_ms(interaction.created)},
                   {"state", to_string(interaction.state)},
                   {"response_type", interaction.response_type},
                   {"ephemeral", interaction.ephemeral},
                   {"acknowledged_after_ms", nullptr},
                   {"guild_id", nullptr},
                   {"original_message_id", nullptr},
                   {"answers", std::move(answers)}};
  if (interaction.acknowledged_after) {
    out["acknowledged_after_ms"] = interaction.acknowledged_after->count();
  }
  if (interaction.guild) out["guild_id"] = to_text(*interaction.guild);
  if (interaction.original_message) {
    out["original_message_id"] = to_text(*interaction.original_message);
  }
  return out;
}

json::object to_json(const InteractionCounts& counts) {
  json::object by_command;
  for (const auto& [command, n] : counts.by_command) by_command[command] = n;
  return {{"created", counts.created},
          {"acknowledged", counts.acknowledged},
          {"deferred", counts.deferred},
          {"completed", counts.completed},
          {"late", counts.late},
          {"twice", counts.twice},
          {"ignored", counts.ignored},
          {"acknowledged_after_ms", quantiles(counts.acknowledged_after)},
          {"late_by_ms", quantiles(counts.late_by)},
          {"by_command", std::move(by_command)}};
}

}  // namespace discern::sim
