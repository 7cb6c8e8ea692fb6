#include "discord/rest/rest_client.hpp"

#include <map>

#include "discord/model/dispatch.hpp"
#include "discord/rest/nonce.hpp"
#include "discord/rest/rest_error.hpp"
#include "discord/rest/route.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUserAgent = "DiscordBot (https://github.com/discern, 0.1.0)";
constexpr int kMaxTries = 4;
constexpr std::size_t kMaxLane = 2000;
// People wait for answers to interactions: those go on for longer, but not into the ban either.
constexpr std::uint32_t kInteractionsLonger = 4;
// Discord bans at 10,000.
constexpr std::uint32_t kNeverPast = 9000;
constexpr std::uint64_t kForgetEvery = 1000;  // Answers.

bool is_callback(const RestRequest& request) {
  return request.route.starts_with("/interactions/");
}

// A 401 about the bot's own token, and not about that of a webhook or an interaction in the path.
bool refuses_bot(const RestRequest& request, int status, int code) {
  return status == 401 && code == 0 && request.auth == RestAuth::Bot &&
         !request.route.starts_with("/webhooks/");
}

// What a repeated request is told when the first one, whose answer was lost, did it already.
bool was_done_before(const RestRequest& request, std::uint32_t sends, int status, int code) {
  constexpr int kAlreadyAcknowledged = 40060;
  if (sends < 2) return false;
  return is_callback(request) ? code == kAlreadyAcknowledged
                              : request.method == "DELETE" && status == 404;
}

// Whether sending it twice has the effect of sending it once. Discord refuses a second answer to an
// interaction, and returns the first message for a second one with the same enforced nonce. A PATCH
// of Discord's sets fields to values, but its files are added to those that are there.
bool may_repeat(const RestRequest& request, bool has_nonce) {
  if (request.method == "POST") return has_nonce || is_callback(request);
  return request.method != "PATCH" || request.files.empty();
}

constexpr std::string_view kMaybeDone = "; Discord may have done it, so it was not sent again";

net::HttpOutRequest make_http(const RestRequest& request,
                              const RestOptions& options,
                              std::string path) {
  net::HttpOutRequest out;
  out.method = request.method;
  out.url = options.base + path;
  if (!request.query.empty()) out.url.append("?").append(request.query);
  out.headers.push_back(std::string("User-Agent: ") + kUserAgent);
  if (request.auth == RestAuth::Bot) {
    out.headers.push_back("Authorization: Bot " + options.token.reveal());
  }
  if (!request.reason.empty()) {
    out.headers.push_back("X-Audit-Log-Reason: " + percent_encode(request.reason));
  }
  if (!request.files.empty()) {
    out.parts.push_back(
        {"payload_json", "", "application/json", request.json.empty() ? "{}" : request.json});
    for (std::size_t i = 0; i < request.files.size(); ++i) {
      const RestFile& file = request.files[i];
      out.parts.push_back(
          {"files[" + std::to_string(i) + "]", file.name, file.content_type, file.bytes});
    }
  } else if (!request.json.empty()) {
    out.headers.push_back("Content-Type: application/json");
    out.body = request.json;
  }
  if (is_callback(request)) {
    out.timeout = kInteractionDeadline + 2s;
    out.urgent = true;
  }
  return out;
}

bool is_success(int status) {
  return status >= 200 && status <= 299;
}

// "403 Missing Permissions (code 50013)".
std::string explain_status(int status, const ApiProblem& problem) {
  std::string text = std::to_string(status);
  if (!problem.message.empty()) text.append(" ").append(problem.message);
  if (problem.code != 0) text.append(" (code ").append(std::to_string(problem.code)).append(")");
  if (status < 400) {
    text.append(
        ", which is not an answer of Discord's API: check discord.api_url and any proxy in "
        "between");
  }
  return text;
}

// "POST /channels/{}/messages": what an error may show of a request.
std::string name_of(const RestRequest& request) {
  return request.method + " " + request.route;
}

}  // namespace

struct RestClient::Job {
  RestRequest request;
  RestDone done;
  RateKey key;
  std::string lane;
  SteadyTime accepted;
  SteadyTime deadline;
  int tries = 0;
  std::uint32_t sends = 0;  // At least as many as tries: libcurl may repeat some by itself.
  bool may_repeat = false;
};

RestClient::RestClient(RestOptions options,
                       net::HttpOut& http,
                       metrics::Registry& registry,
                       const Clock& clock)
    : options_(std::move(options)),
      http_(http),
      clock_(clock),
      metrics_(registry),
      buckets_(options_.requests_per_second) {
  status_.invalid_limit = options_.invalid_request_limit;
  status_.global_limit = options_.requests_per_second;
}

RestClient::~RestClient() = default;

void RestClient::send(RestRequest request, RestDone done) {
  auto job = std::make_shared<Job>();
  job->may_repeat = may_repeat(request, ensure_nonce(request));
  job->request = std::move(request);
  job->done = std::move(done);
  if (http_.post([this, job] { accept(job); })) return;
  job->done({Error(Errc::Closed, "the REST client was stopped"), 0, 0});
}

void RestClient::accept(JobPtr job) {
  const SteadyTime now = clock_.steady_now();
  job->accepted = now;
  job->deadline = now + (is_callback(job->request) ? kInteractionDeadline : options_.max_wait);
  job->key.route = name_of(job->request);
  job->key.major =
      major_parameter(job->request.route, job->request.parameters, job->request.secret);
  job->key.global = job->request.auth == RestAuth::Bot;
  job->lane = job->key.route + "\n" + job->key.major;
  ++jobs_;
  if (auto refused = refusal(job->request)) return finish(job, *std::move(refused));
  Lane& lane = lanes_[job->lane];
  if (lane.waiting.size() >= kMaxLane || jobs_ > options_.max_waiting) {
    return finish(job,
                  {Error(Errc::Limit, name_of(job->request) + ": too many requests wait"), 0, 0});
  }
  lane.waiting.push_back(job);
  pump(job->lane);
}

// Why it must not be sent at all.
std::optional<RestOutcome> RestClient::refusal(const RestRequest& request) {
  const std::string name = name_of(request);
  if (stopped_) {
    return RestOutcome{Error(Errc::Closed, name + ": the REST client was stopped"), 0, 0};
  }
  const bool is_bots = request.auth == RestAuth::Bot;
  if (is_bots && token_refused_) {
    return RestOutcome{
        Error(Errc::Refused, name + ": Discord does not accept the bot token"), 0, 401};
  }
  const std::uint32_t limit =
      is_bots ? options_.invalid_request_limit
              : std::min(options_.invalid_request_limit * kInteractionsLonger, kNeverPast);
  if (invalid_.count(clock_.steady_now()) < limit) return std::nullopt;
  return RestOutcome{
      Error(Errc::Limit,
            name + ": not sent, because too many requests were refused in the last ten minutes "
                   "and Discord bans an address for that; see the REST errors by route"),
      0,
      0};
}

void RestClient::pump(const std::string& lane_key) {
  while (true) {
    // Looked up each time: sending and finishing may call back and come here again.
    const auto found = lanes_.find(lane_key);
    if (found == lanes_.end()) return;
    Lane& lane = found->second;
    if (lane.waiting.empty()) {
      if (!lane.has_timer) lanes_.erase(found);
      return;
    }
    const JobPtr job = lane.waiting.front();
    // Thousands may have come into the line before it was known that all of them are in vain.
    if (auto refused = refusal(job->request)) {
      lane.waiting.pop_front();
      finish(job, *std::move(refused));
      continue;
    }
    const std::optional<SteadyTime> wait = buckets_.take(job->key, clock_.steady_now());
    if (!wait) {
      lane.waiting.pop_front();
      transmit(job);
    } else if (*wait == Buckets::kAnswer) {
      stalled_.insert(lane_key);
      return;
    } else if (*wait > job->deadline) {
      lane.waiting.pop_front();
      const std::string name = name_of(job->request);
      finish(job,
             {Error(Errc::Timeout, name + ": its rate limit is used up for too long"), 0, 429});
    } else {
      return wake_at(lane_key, lane, *wait);
    }
  }
}

void RestClient::wake_at(const std::string& lane_key, Lane& lane, SteadyTime when) {
  if (std::exchange(lane.has_timer, true)) return;
  http_.post_at(when, [this, lane_key] {
    const auto found = lanes_.find(lane_key);
    if (found == lanes_.end()) return;
    found->second.has_timer = false;
    pump(lane_key);
  });
}

void RestClient::transmit(const JobPtr& job) {
  const RestRequest& request = job->request;
  Result<std::string> path = expand_route(request.route, request.parameters, request.secret);
  if (!path) {
    buckets_.on_no_answer(job->key);
    return finish(job, {path.error(), 0, 0});
  }
  if (job->tries++ == 0) metrics_.observe_wait(clock_.steady_now() - job->accepted);
  metrics_.charge(request.plugin);
  http_.send(make_http(request, options_, *std::move(path)),
             [this, job](net::HttpOutcome outcome) { on_outcome(job, outcome); });
}

void RestClient::on_outcome(const JobPtr& job, const net::HttpOutcome& outcome) {
  const RestRequest& request = job->request;
  job->sends += outcome.sends;
  if (outcome.response) {
    if (options_.discord_clock != nullptr) {
      const SteadyTime received = clock_.steady_now();
      options_.discord_clock->on_date(
          outcome.response->header("date"),
          received - std::chrono::duration_cast<SteadyTime::duration>(outcome.duration),
          received);
    }
    metrics_.count_request(request.method, request.route, outcome.response->status);
    metrics_.observe_duration(request.method, request.route, outcome.duration);
    {
      const std::lock_guard lock(latency_mutex_);
      latency_.add(clock_.steady_now(), seconds(outcome.duration));
    }
    on_response(job, *outcome.response);
  } else {
    buckets_.on_no_answer(job->key);
    const Error& error = outcome.response.error();
    if (error.kind != Errc::Closed) metrics_.count_request(request.method, request.route, 0);
    const bool safe = !outcome.maybe_sent || job->may_repeat;
    const bool worth = error.kind == Errc::Unavailable || error.kind == Errc::Timeout;
    if (!(safe && worth && try_again(job, 250ms * (1 << job->tries)))) {
      std::string text = name_of(request) + ": " + error.text;
      if (!safe) text.append(kMaybeDone);
      finish(job, {Error(error.kind, std::move(text)), 0, 0});
    }
  }
  after_answer(job->lane);
}

void RestClient::on_response(const JobPtr& job, const net::HttpOutResponse& response) {
  const SteadyTime now = clock_.steady_now();
  const RestRequest& request = job->request;
  if (response.status == 429) return on_limited(job, response, now);
  // What a failing server says, or does not say, about limits means nothing.
  if (response.status >= 500) {
    buckets_.on_no_answer(job->key);
  } else {
    const auto answered =
        is_success(response.status) ? Buckets::Answered::Well : Buckets::Answered::Badly;
    buckets_.on_answer(job->key, parse_rate_headers(response), now, answered);
  }
  if (is_success(response.status)) {
    return finish(job, {RestResponse{response.status, response.body}, 0, response.status});
  }
  const ApiProblem problem = parse_problem(response.body);
  if (was_done_before(request, job->sends, response.status, problem.code)) {
    return finish(job, {RestResponse{204, {}}, 0, 204});
  }
  metrics_.count_error(request.route, problem.code);
  if (response.status == 401 || response.status == 403) invalid_.add(now);
  if (refuses_bot(request, response.status, problem.code)) token_refused_ = true;
  const bool server = response.status >= 500;
  if (server && job->may_repeat && try_again(job, 500ms * (1 << job->tries))) return;
  std::string text = name_of(request) + ": " + explain_status(response.status, problem);
  if (server && !job->may_repeat) text.append(kMaybeDone);
  const bool refused = response.status >= 400 && !server;
  std::string refusal = refused ? response.body : std::string();
  finish(job,
         {Error(refused ? Errc::Refused : Errc::Unavailable, std::move(text)),
          problem.code,
          response.status,
          std::move(refusal)});
}

void RestClient::on_limited(const JobPtr& job,
                            const net::HttpOutResponse& response,
                            SteadyTime now) {
  const Limited limited = parse_limited(response);
  buckets_.on_limited(
      job->key, parse_rate_headers(response), limited.scope, limited.retry_after, now);
  metrics_.count_limited(limited.scope, job->request.plugin);
  if (limited.scope != LimitScope::Shared) invalid_.add(now);
  if (job->tries >= kMaxTries || now + limited.retry_after > job->deadline || stopped_) {
    const ApiProblem problem = parse_problem(response.body);
    metrics_.count_error(job->request.route, problem.code);
    return finish(job,
                  {Error(Errc::Limit,
                         name_of(job->request) + ": rate limited (" +
                             std::string(to_string(limited.scope)) + ")"),
                   problem.code,
                   429});
  }
  // First in line again, so that the order of requests stays.
  lanes_[job->lane].waiting.push_front(job);
}

bool RestClient::try_again(const JobPtr& job, std::chrono::milliseconds after) {
  const SteadyTime when = clock_.steady_now() + after;
  if (job->tries >= kMaxTries || when > job->deadline || stopped_) return false;
  resting_.insert(job);
  http_.post_at(when, [this, job] {
    if (resting_.erase(job) == 0) return;
    lanes_[job->lane].waiting.push_front(job);
    pump(job->lane);
  });
  return true;
}

void RestClient::after_answer(const std::string& lane_key) {
  pump(lane_key);
  const std::unordered_set<std::string> stalled = std::exchange(stalled_, {});
  for (const std::string& key : stalled) pump(key);
  if (++answers_ % kForgetEvery == 0) buckets_.forget_idle(clock_.steady_now());
}

void RestClient::finish(const JobPtr& job, RestOutcome outcome) {
  --jobs_;
  const RestDone done = std::exchange(job->done, nullptr);
  if (done) done(std::move(outcome));
}

void RestClient::stop() {
  http_.post([this] {
    stopped_ = true;
    std::vector<JobPtr> left(resting_.begin(), resting_.end());
    for (auto& [key, lane] : lanes_)
      left.insert(left.end(), lane.waiting.begin(), lane.waiting.end());
    resting_.clear();
    lanes_.clear();
    stalled_.clear();
    for (const JobPtr& job : left) {
      finish(job,
             {Error(Errc::Closed, name_of(job->request) + ": stopped before it was sent"), 0, 0});
    }
  });
}

void RestClient::sample() {
  http_.post([this] { publish_status(); });
}

RestStatus RestClient::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

void RestClient::publish_status() {
  const SteadyTime now = clock_.steady_now();
  RestStatus out;
  std::map<std::string_view, std::uint64_t> waiting;
  for (const auto& [key, lane] : lanes_) {
    if (lane.waiting.empty()) continue;
    waiting[std::string_view(key).substr(0, key.find('\n'))] += lane.waiting.size();
    out.waiting += lane.waiting.size();
  }
  out.waiting += resting_.size();
  for (Buckets::Use& use : buckets_.use(now)) {
    RouteLimit& limit = out.routes.emplace_back();
    limit.route = std::move(use.route);
    limit.bucket = std::move(use.bucket);
    limit.buckets = use.buckets;
    limit.limit = use.limit;
    limit.remaining = use.remaining;
    limit.reset_in_seconds = seconds(use.reset_in);
    limit.blocked = use.blocked;
    if (const auto found = waiting.find(limit.route); found != waiting.end()) {
      limit.waiting = found->second;
    }
  }
  out.global_used = buckets_.global_used(now);
  out.global_limit = buckets_.global_limit();
  out.global_blocked_seconds = seconds(buckets_.global_block(now));
  out.invalid = invalid_.count(now);
  out.invalid_limit = options_.invalid_request_limit;
  out.token_refused = token_refused_;
  metrics_.show(out);
  const std::lock_guard lock(status_mutex_);
  status_ = std::move(out);
}

double RestClient::median_latency_seconds() const {
  const std::lock_guard lock(latency_mutex_);
  return latency_.median(clock_.steady_now());
}

}  // namespace discern::discord
