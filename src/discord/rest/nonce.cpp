#include "discord/rest/nonce.hpp"

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <random>

namespace discern::discord {
namespace {

namespace json = boost::json;

bool creates_message(const RestRequest& request) {
  return request.method == "POST" && request.route == "/channels/{}/messages";
}

// Different in every process, so that a restart does not repeat an earlier one's.
std::string next_nonce() {
  static std::atomic<std::uint64_t> next = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return std::to_string(next.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace

bool ensure_nonce(RestRequest& request) {
  return creates_message(request) && ensure_nonce(request, next_nonce());
}

bool ensure_nonce(RestRequest& request, std::string_view nonce) {
  if (!creates_message(request)) return false;
  boost::system::error_code error;
  json::value body = json::object();
  if (!request.json.empty()) body = json::parse(request.json, error);
  // Discord says what is wrong with a body that is no object.
  if (error || !body.is_object()) return false;
  json::object& message = body.get_object();
  const json::value* own = message.if_contains("nonce");
  if (own != nullptr && !own->is_null()) {
    const json::value* enforced = message.if_contains("enforce_nonce");
    return enforced != nullptr && enforced->is_bool() && enforced->get_bool();
  }
  message["nonce"] = nonce;
  message["enforce_nonce"] = true;
  request.json = json::serialize(message);
  return true;
}

}  // namespace discern::discord
