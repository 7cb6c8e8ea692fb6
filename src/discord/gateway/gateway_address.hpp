#pragma once

// The answer of GET /gateway/bot. Pure. See Discord Docs/Gateway, Get Gateway Bot.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "discord/gateway/identify_queue.hpp"

namespace discern::discord {

struct GatewayAddress {
  std::string url;
  std::uint32_t shards = 1;
  StartLimit start_limit;
};

Result<GatewayAddress> parse_gateway_address(std::string_view json);

// How many shards to run. `configured` 0 means automatic; then the count of the saved sessions is
// kept as long as Discord's recommendation is not far from it, because another count ends every
// session; for the largest bots only if it is a multiple of the recommendation, as Discord demands.
std::uint32_t choose_shard_count(std::uint32_t configured,
                                 const GatewayAddress& address,
                                 std::uint32_t saved);

}  // namespace discern::discord
