#include "discord/gateway/gateway_address.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace discern::discord {
namespace {

std::uint64_t number_or(const boost::json::object& object, const char* key, std::uint64_t other) {
  const boost::json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return other;
  boost::system::error_code error;
  const auto value = found->to_number<std::uint64_t>(error);
  return error ? other : value;
}

}  // namespace

Result<GatewayAddress> parse_gateway_address(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(json, error);
  const boost::json::object* object = error ? nullptr : parsed.if_object();
  const boost::json::value* url = object == nullptr ? nullptr : object->if_contains("url");
  if (url == nullptr || !url->is_string()) {
    return Error(Errc::Corrupt, "GET /gateway/bot did not answer with a gateway address");
  }
  GatewayAddress out;
  out.url = std::string(url->get_string());
  out.shards = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(number_or(*object, "shards", 1), 1, 16384));
  const boost::json::value* limit = object->if_contains("session_start_limit");
  if (limit != nullptr && limit->is_object()) {
    const boost::json::object& start = limit->get_object();
    const auto count = [&](const char* key, std::uint64_t usual) {
      return static_cast<std::uint32_t>(
          std::min<std::uint64_t>(number_or(start, key, usual), 10'000'000));
    };
    constexpr std::uint64_t kDayMs = 24 * 60 * 60 * 1000;
    out.start_limit.total = count("total", 1000);
    out.start_limit.remaining = count("remaining", out.start_limit.total);
    out.start_limit.reset_after =
        std::chrono::milliseconds(std::min(number_or(start, "reset_after", 0), kDayMs));
    out.start_limit.max_concurrency = std::max(count("max_concurrency", 1), 1u);
  }
  return out;
}

std::uint32_t choose_shard_count(std::uint32_t configured,
                                 const GatewayAddress& address,
                                 std::uint32_t saved) {
  if (configured > 0) return configured;
  const std::uint32_t recommended = std::max(address.shards, 1u);
  // A bot that may begin several sessions at once is one for which Discord takes multiples of its
  // own number only.
  if (address.start_limit.max_concurrency > 1 && saved % recommended != 0) return recommended;
  // Discord recommends one shard for 1,000 guilds and refuses at 2,500.
  if (saved > 0 && recommended * 2 <= saved * 3 && saved <= recommended * 2) return saved;
  return recommended;
}

}  // namespace discern::discord
