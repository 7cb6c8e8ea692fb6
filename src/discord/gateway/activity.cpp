#include "discord/gateway/activity.hpp"

#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace catalogue = metrics::catalogue;

Activity::Activity(metrics::Registry& registry) {
  for (const metrics::Period period : metrics::kPeriods) {
    const auto index = static_cast<std::size_t>(period);
    const std::string_view name = metrics::to_string(period);
    users_[index] = registry.distincts(catalogue::kActiveUsers).with(name);
    busiest_[index] = registry.topks(catalogue::kGuildEvents).with(name);
  }
}

void Activity::publish() {
  for (const auto& [guild, events] : events_) {
    for (const metrics::TopK& busiest : busiest_) busiest.add_id(guild.value, events);
  }
  events_.clear();
}

}  // namespace discern::discord
