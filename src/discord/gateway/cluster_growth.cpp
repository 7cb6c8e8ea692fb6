// What the cluster does when Discord does not take the number of shards any more (close codes 4010
// and 4011) and it was chosen by itself: it asks Discord again and comes up with the new number.

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "discord/gateway/cluster.hpp"
#include "discord/model/close_code.hpp"

namespace discern::discord {

namespace asio = boost::asio;

// A process with a range of shards must keep to the number that the others have.
bool Cluster::chooses_shard_count() const {
  return options_.shard_count == 0 && options_.first_shard == 0 && options_.shards_here == 0;
}

void Cluster::on_more_shards(const RestOutcome& outcome) {
  // Several shards may have been refused, and have asked.
  if (stopping_ || replacement_ || !shard_count_refused_) return;
  Result<GatewayAddress> address =
      outcome.response ? parse_gateway_address(outcome.response->body) : outcome.response.error();
  if (!address) {
    retry_timer_.expires_after(backoff_delay(attempts_++, jitter_.next()));
    retry_timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) ask_gateway(&Cluster::on_more_shards);
    });
    return;
  }
  attempts_ = 0;
  if (address->shards == shard_count_) {
    return explain("Discord refuses to serve the bot with " + std::to_string(shard_count_) +
                   " shards (" + describe_close(*shard_count_refused_) +
                   ") and recommends no other number: set discord.shards to a larger one, a "
                   "multiple of it, and start Discern again");
  }
  replacement_ = *std::move(address);
  start_timer_.cancel();
  // Sessions of two counts would deliver every event twice.
  const auto runs = [](const auto& shard) { return shard->state() != ShardFsm::State::Stopped; };
  leaving_ = static_cast<std::size_t>(std::count_if(shards_.begin(), shards_.end(), runs));
  for (const auto& shard : shards_) shard->stop(false);
}

void Cluster::replace_shards() {
  if (stopping_ || !replacement_) return;
  log::info("gateway", "{} shards take over from {}", replacement_->shards, shard_count_);
  std::move(shards_.begin(), shards_.end(), std::back_inserter(retired_));
  shards_.clear();
  loading_.clear();
  {
    const std::lock_guard lock(status_mutex_);
    std::move(cells_.begin(), cells_.end(), std::back_inserter(retired_cells_));
    cells_.clear();
  }
  // The guilds move to the shards that have them now; there is nothing to resume.
  saved_ = SavedSessions{};
  saved_.shard_count = shard_count_;
  failed_ = false;
  shard_count_refused_.reset();
  const GatewayAddress address = *std::exchange(replacement_, std::nullopt);
  build_shards({context_.gateway_url, address.shards, address.start_limit}, address.shards);
}

}  // namespace discern::discord
