// Two probes for supervisors and load balancers, open to everybody.
//
// /healthz: the process answers. /readyz: the bot works, which is that a shard is ready.

#include <map>

#include "web/site.hpp"

namespace discern::web {
namespace {

// The most that is said to whoever asks.
constexpr std::size_t kLongestReason = 300;

void answer(Call& call, int status, std::string text) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  call.answer(std::move(response));
}

// "2 connecting, 1 waiting".
std::string count_states(const std::vector<discord::ShardStatus>& shards) {
  std::map<std::string_view, std::size_t> counts;
  for (const discord::ShardStatus& shard : shards) ++counts[shard.state];
  std::string text;
  for (const auto& [state, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(state);
  }
  return text;
}

}  // namespace

void serve_health(Site&, Call& call) {
  answer(call, 200, "ok\n");
}

void serve_ready(Site& site, Call& call) {
  if (site.windows.discord == nullptr) {
    return answer(call, 503, "not ready: this process has no connection to Discord\n");
  }
  const discord::GatewayStatus status = site.windows.discord->status();
  std::size_t ready = 0;
  for (const discord::ShardStatus& shard : status.shards) ready += shard.state == "ready" ? 1 : 0;
  const std::string of_all =
      std::to_string(ready) + " of " + std::to_string(status.shards.size()) + " shards ready";
  if (ready > 0) return answer(call, 200, "ok: " + of_all + "\n");
  std::string text = "not ready: ";
  if (status.shards.empty()) {
    text += "Discord has not said yet how many shards the bot needs";
  } else {
    text += of_all + " (" + count_states(status.shards) + ")";
  }
  if (!status.message.empty()) text += ": " + status.message.substr(0, kLongestReason);
  answer(call, 503, text + "\n");
}

}  // namespace discern::web
