#pragma once

// Requests to Discord's REST API that wait for their rate limit, are tried again where that is
// safe, and are counted.

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "discord/model/discord_clock.hpp"
#include "discord/model/rest_port.hpp"
#include "discord/rest/buckets.hpp"
#include "discord/rest/invalid_window.hpp"
#include "discord/rest/latency_window.hpp"
#include "discord/rest/rest_metrics.hpp"
#include "net/http_out.hpp"

namespace discern::discord {

struct RestOptions {
  Secret token;
  std::string base;  // With version, without a slash at the end.
  // Past it, only interactions are answered, and past four times as many nothing is sent.
  std::uint32_t invalid_request_limit = 2000;
  std::uint32_t requests_per_second = 50;  // Discord's global limit.
  std::uint32_t max_waiting = 10000;       // Beyond it, a request is refused with Limit.
  // A request that would have to wait longer for its limit fails with Timeout.
  std::chrono::seconds max_wait{60};
  // Learns from the Date headers of answers; may be null.
  DiscordClock* discord_clock = nullptr;
};

// Everything but the public members happens on the http-out thread, so there is no lock.
class RestClient final : public RestPort {
 public:
  RestClient(RestOptions options,
             net::HttpOut& http,
             metrics::Registry& registry,
             const Clock& clock);
  // Precondition: `http` was stopped, so that nothing calls back.
  ~RestClient() override;

  void send(RestRequest request, RestDone done) override;
  // Fails what waits with Closed. What is under way is left to HttpOut::stop.
  void stop();
  // Any thread.
  double median_latency_seconds() const;
  RestStatus status() const;
  // Brings status() and the gauges up to date, soon.
  void sample();

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;
  struct Lane {
    std::deque<JobPtr> waiting;
    bool has_timer = false;
  };

  void accept(JobPtr job);
  void pump(const std::string& lane_key);
  void wake_at(const std::string& lane_key, Lane& lane, SteadyTime when);
  void transmit(const JobPtr& job);
  void on_outcome(const JobPtr& job, const net::HttpOutcome& outcome);
  void on_response(const JobPtr& job, const net::HttpOutResponse& response);
  void on_limited(const JobPtr& job, const net::HttpOutResponse& response, SteadyTime now);
  // False, and nothing happens, when it had its tries or would come too late.
  bool try_again(const JobPtr& job, std::chrono::milliseconds after);
  void after_answer(const std::string& lane_key);
  std::optional<RestOutcome> refusal(const RestRequest& request);
  void publish_status();
  void finish(const JobPtr& job, RestOutcome outcome);

  const RestOptions options_;
  net::HttpOut& http_;
  const Clock& clock_;
  RestMetrics metrics_;
  Buckets buckets_;
  InvalidWindow invalid_;
  bool token_refused_ = false;
  bool stopped_ = false;
  std::size_t jobs_ = 0;  // Waiting or about to be tried again.
  std::uint64_t answers_ = 0;
  std::unordered_map<std::string, Lane> lanes_;
  // Lanes that only an answer under way can let go on.
  std::unordered_set<std::string> stalled_;
  // Between two tries: in no lane.
  std::unordered_set<JobPtr> resting_;
  mutable std::mutex latency_mutex_;
  LatencyWindow latency_;  // Guarded by latency_mutex_.
  mutable std::mutex status_mutex_;
  RestStatus status_;  // Guarded by status_mutex_.
};

}  // namespace discern::discord
