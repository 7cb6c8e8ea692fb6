// What the cluster does to keep member counts true when Discord does not tell who joins.

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include "discord/gateway/cluster.hpp"

namespace discern::discord {

namespace asio = boost::asio;

namespace {

std::optional<std::uint64_t> parse_member_count(std::string_view body) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(body, error);
  const boost::json::object* guild = error ? nullptr : parsed.if_object();
  const boost::json::value* count =
      guild == nullptr ? nullptr : guild->if_contains("approximate_member_count");
  if (count == nullptr || !count->is_number()) return std::nullopt;
  const auto members = count->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(members);
}

}  // namespace

// Joining and leaving members are events with this intent, and counts are exact.
bool Cluster::counts_by_events() const {
  return (intents_ & intent::kGuildMembers) != 0;
}

void Cluster::refresh_members(SteadyTime now) {
  if (counts_by_events() || !refresh_.is_due(now) || failed_) return;
  const auto is_live = [](const auto& shard) { return shard->state() == ShardFsm::State::Live; };
  if (std::none_of(shards_.begin(), shards_.end(), is_live)) return;
  if (refresh_.needs_round()) refresh_.begin_round(guilds_.by_age_of_count());
  const std::optional<GuildId> guild =
      refresh_.next(now, [this](GuildId id) { return guilds_.counted_at(id); });
  if (!guild) return;
  RestRequest request;
  request.route = "/guilds/{}";
  request.parameters = {guild->text()};
  request.query = "with_counts=true";
  rest_.send(std::move(request), [this, id = *guild](RestOutcome outcome) {
    asio::post(io_, [this, id, outcome = std::move(outcome)] { on_member_count(id, outcome); });
  });
}

void Cluster::on_member_count(GuildId guild, const RestOutcome& outcome) {
  const SteadyTime now = clock_.steady_now();
  if (!outcome.response) {
    // About this guild, or about everything?
    const bool refused = outcome.status == 403 || outcome.status == 404;
    using Answer = MemberRefresh::Answer;
    return refresh_.answered(refused ? Answer::Refused : Answer::NoneNow, now);
  }
  refresh_.answered(MemberRefresh::Answer::Told, now);
  const auto members = parse_member_count(outcome.response->body);
  if (!members) return;
  guilds_.on_counted(guild, *members, now);
  metrics_.show_guilds(guilds_.totals());
  show_count_age();
}

void Cluster::show_count_age() {
  const std::optional<SteadyTime> oldest = guilds_.oldest_count();
  oldest_count_.store(oldest ? oldest->time_since_epoch().count() : 0, std::memory_order_relaxed);
}

std::optional<double> Cluster::users_age(SteadyTime now) const {
  const std::int64_t oldest = oldest_count_.load(std::memory_order_relaxed);
  if (oldest == 0) return std::nullopt;
  return std::max(seconds(now - SteadyTime(SteadyTime::duration(oldest))), 0.0);
}

}  // namespace discern::discord
