#include "sim/gateway/delivery.hpp"

#include <algorithm>

namespace discern::sim {
namespace {

// A client asks for a lost session within seconds.
constexpr std::size_t kRemembered = 10'000;

}  // namespace

void Delivery::on_end(const Session& session, End end) {
  const std::uint64_t sent = end == End::Unheard ? 0 : session.sent();
  for (std::uint64_t n = sent + 1; n <= session.last_sequence(); ++n) {
    const SentEvent* event = session.find(n);
    if (event != nullptr && !event->lost) ++undelivered_[event->type];
  }
  if (end == End::Unheard) return;
  Ended ended{session.id(), session.received() + 1, {}, end == End::InOrder};
  for (std::uint64_t n = ended.first; n <= sent; ++n) {
    const SentEvent* event = session.find(n);
    if (event == nullptr && ended.types.empty()) {
      ++ended.first;  // So old that it is forgotten.
      continue;
    }
    ended.types.push_back(event == nullptr || event->lost ? std::string_view() : event->type);
  }
  ended_.push_back(std::move(ended));
  if (ended_.size() > kRemembered) ended_.pop_front();
}

void Delivery::on_late_resume(std::string_view session_id, std::uint64_t sequence) {
  const auto found = std::find_if(ended_.begin(), ended_.end(), [&](const Ended& ended) {
    return ended.session == session_id;
  });
  if (found == ended_.end()) return;
  for (std::size_t i = 0; i < found->types.size(); ++i) {
    const bool seen = found->first + i <= sequence;
    if (!seen && !found->types[i].empty()) ++undelivered_[found->types[i]];
  }
  ended_.erase(found);
}

std::uint64_t Delivery::unsettled() const {
  std::uint64_t events = 0;
  for (const Ended& ended : ended_) {
    if (!ended.in_order) events += ended.types.size();
  }
  return events;
}

}  // namespace discern::sim
