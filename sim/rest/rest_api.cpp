#include "sim/rest/rest_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "sim/rest/bot_messages.hpp"
#include "sim/rest/multipart.hpp"
#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

constexpr std::string_view kBase = "/api/v10";
constexpr std::uint64_t kInvalidRequestBan = 10'000;

std::string seconds_text(Millis duration) {
  return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1000.0);
}

HttpReply cloudflare(unsigned status) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/html";
  reply.body =
      fmt::format("<html><head><title>{}</title></head><body>cloudflare</body></html>", status);
  return reply;
}

HttpReply reply_limited(LimitScope scope, Millis retry_after) {
  HttpReply reply =
      reply_json(json::object{{"message", "You are being rate limited."},
                              {"retry_after", static_cast<double>(retry_after.count()) / 1000.0},
                              {"global", scope == LimitScope::Global}},
                 429);
  reply.headers.emplace_back("Retry-After", std::to_string((retry_after.count() + 999) / 1000));
  reply.headers.emplace_back("X-RateLimit-Scope", std::string(to_string(scope)));
  if (scope == LimitScope::Global) reply.headers.emplace_back("X-RateLimit-Global", "true");
  return reply;
}

HttpReply reply_to_fault(const RestFault& fault) {
  HttpReply reply;
  if (fault.hang_up) {
    reply.hang_up = true;
  } else if (fault.status == 429 && !fault.html) {
    reply =
        reply_limited(fault.scope, Millis{static_cast<std::int64_t>(fault.retry_after_s * 1000)});
  } else if (fault.html) {
    reply = cloudflare(fault.status);
    if (fault.retry_after_s > 0) {
      reply.headers.emplace_back(
          "Retry-After", std::to_string(static_cast<std::int64_t>(std::ceil(fault.retry_after_s))));
    }
  } else {
    reply = reply_error(
        fault.status, fault.code, fault.message.empty() ? "Injected fault" : fault.message);
  }
  reply.delay = fault.delay;
  return reply;
}

// Reads JSON or multipart into the call. A reply when the body cannot be read.
std::optional<HttpReply> read_body(const HttpRequest& request, Call& call) {
  if (request.body.empty()) return std::nullopt;
  std::string_view text = request.body;
  if (request.content_type.starts_with("multipart/form-data")) {
    const auto parts = parse_multipart(request.content_type, request.body);
    if (!parts) return reply_error(400, error::kInvalidForm, "Invalid multipart body");
    text = {};
    for (const MultipartPart& part : *parts) {
      if (part.name == "payload_json") {
        text = part.body;
      } else if (part.name.starts_with("files[") && part.name.ends_with("]")) {
        call.files.push_back({std::string(part.name.substr(6, part.name.size() - 7)),
                              std::string(part.filename),
                              std::string(part.content_type),
                              part.body.size()});
      }
    }
    if (text.empty()) text = "{}";
  } else if (!request.content_type.starts_with("application/json")) {
    return reply_invalid_form(
        {{"", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be application/json"}});
  }
  boost::system::error_code failed;
  call.body = json::parse(text, failed);
  if (failed) {
    return reply_error(400, error::kInvalidJson, "The request body contains invalid JSON.");
  }
  return std::nullopt;
}

bool is_authorized(const HttpRequest& request) {
  const std::string_view header = request.authorization;
  return header.starts_with("Bot ") && is_valid_token(header.substr(4));
}

// The route's name in counts and complaints; it never holds a token.
std::string name_of(const RouteMatch& match, const HttpRequest& request) {
  return match.route == nullptr ? fmt::format("{} unknown", request.method)
                                : fmt::format("{} {}", match.route->method, match.route->path);
}

class Exchange {
 public:
  Exchange(State& state, const HttpRequest& request, Instant now)
      : state_(state), request_(request), now_(now) {}

  HttpReply run() {
    HttpReply reply = answer();
    count(reply);
    if (state_.record.is_on()) record(reply);
    if (!reply.hang_up) reply.delay += latency();
    return reply;
  }

 private:
  HttpReply answer() {
    HttpReply reply = before_fault();
    if (!late_fault_) return reply;
    scope_ = late_fault_->scope;
    return reply_to_fault(*late_fault_);
  }

  HttpReply before_fault() {
    if (state_.rest_counts.invalid >= kInvalidRequestBan) return cloudflare(429);
    if (!request_.path().starts_with(kBase)) {
      complain("api_version", "a request without /api/v10: the default version is an old one");
      return reply_error(400, 50041, "Invalid API version");
    }
    const std::string_view path = request_.path().substr(kBase.size());
    match_ = find_route(request_.method, path);
    if (!request_.user_agent.starts_with("DiscordBot (")) {
      complain("user_agent", "a User-Agent that does not begin with \"DiscordBot (\"");
    }
    const std::string_view route_path =
        match_.route == nullptr ? std::string_view() : match_.route->path;
    if (const auto fault = state_.faults.take(request_.method, path, route_path)) {
      fault_delay_ = fault->delay;
      if (fault->after) {
        late_fault_ = *fault;
      } else if (fault->status != 0 || fault->hang_up) {
        fault_delay_ = Millis{0};
        scope_ = fault->scope;
        return reply_to_fault(*fault);
      }
    }
    if (match_.route == nullptr) return unknown_route();
    const bool open = match_.route->carries_token || match_.route->anonymous;
    if (!open && !is_authorized(request_)) {
      complain("unauthorized", "a request without a valid token");
      return reply_error(401, 0, "401: Unauthorized");
    }
    HttpReply reply = limited();
    reply.delay += fault_delay_;
    return reply;
  }

  HttpReply unknown_route() {
    if (match_.path_known) {
      complain("method", fmt::format("method {} on a route that has others", request_.method));
      return reply_error(405, 0, "405: Method Not Allowed");
    }
    complain("unknown_route", "a route the simulator does not know");
    return reply_error(404, 0, "404: Not Found");
  }

  HttpReply limited() {
    const std::string bucket = match_.bucket();
    const auto globally = match_.route->carries_token ? RateLimiter::CountsGlobally::No
                                                      : RateLimiter::CountsGlobally::Yes;
    const LimitVerdict verdict = state_.limiter.admit(bucket, match_.route->limit, globally, now_);
    HttpReply reply;
    if (state_.rest.enforce_limits && !verdict.admitted()) {
      if (verdict.ignored_earlier_429)
        complain("rate_limit_ignored", "a request before retry_after");
      scope_ = verdict.refused_by;
      reply = reply_limited(verdict.refused_by, verdict.reset_after);
    } else {
      reply = handled();
    }
    if (verdict.refused_by != LimitScope::Global) {
      const Millis reset_at = now_.time_since_epoch() + verdict.reset_after;
      reply.headers.emplace_back("X-RateLimit-Limit", std::to_string(verdict.limit));
      reply.headers.emplace_back("X-RateLimit-Remaining", std::to_string(verdict.remaining));
      reply.headers.emplace_back("X-RateLimit-Reset", seconds_text(reset_at));
      reply.headers.emplace_back("X-RateLimit-Reset-After", seconds_text(verdict.reset_after));
      // Without the major parameter: it may be a token.
      reply.headers.emplace_back("X-RateLimit-Bucket", bucket.substr(0, 32));
    }
    return reply;
  }

  HttpReply handled() {
    if (state_.rest.fault_rate > 0 && state_.rng.chance(state_.rest.fault_rate)) {
      switch (state_.rng.below(3)) {
        case 0:
          return reply_error(500, 0, "500: Internal Server Error");
        case 1:
          return cloudflare(502);
        default:
          scope_ = LimitScope::Shared;
          return reply_limited(LimitScope::Shared, Millis{400});
      }
    }
    Call call{request_, std::move(match_.args), {}, {}, now_};
    if (auto unreadable = read_body(request_, call)) {
      complain("unreadable_body", "a body that cannot be read");
      return *unreadable;
    }
    HttpReply reply = match_.route->handler(state_, call);
    if (state_.record.is_on()) {
      seen_.body = std::move(call.body);
      seen_.files = describe_files(call.files);
    }
    return reply;
  }

  void record(const HttpReply& reply) {
    seen_.method = request_.method;
    seen_.route = match_.route == nullptr ? request_.path() : match_.route->path;
    seen_.query = request_.query();
    seen_.content_type = request_.content_type;
    seen_.status = reply.hang_up ? 0 : reply.status;
    seen_.answer = reply.body;
    state_.record.add(std::move(seen_));
  }

  void count(const HttpReply& reply) {
    RestCounts& counts = state_.rest_counts;
    ++counts.requests;
    RestCounts::Route& route = counts.by_route[name_of(match_, request_)];
    ++route.requests;
    ++route.by_status[reply.hang_up ? 0 : reply.status];
    if (reply.status == 429) ++counts.limited[scope_];
    const bool shared = reply.status == 429 && scope_ == LimitScope::Shared;
    if (!shared && (reply.status == 401 || reply.status == 403 || reply.status == 429)) {
      ++counts.invalid;
    }
  }

  // Log-normal, as the latencies of real services are.
  Millis latency() {
    if (state_.rest.latency_median == Millis{0}) return Millis{0};
    const double ms =
        state_.rng.log_normal(static_cast<double>(state_.rest.latency_median.count()), 0.35);
    return Millis{static_cast<std::int64_t>(std::min(ms, 2000.0))};
  }

  void complain(std::string_view kind, std::string_view text) {
    state_.complaints.add(now_, kind, fmt::format("{}: {}", name_of(match_, request_), text));
  }

  State& state_;
  const HttpRequest& request_;
  Instant now_;
  RouteMatch match_;
  LimitScope scope_ = LimitScope::User;
  Millis fault_delay_{0};
  std::optional<RestFault> late_fault_;
  RecordedRequest seen_;
};

}  // namespace

HttpReply handle_rest(State& state, const HttpRequest& request, Instant now) {
  return Exchange(state, request, now).run();
}

}  // namespace discern::sim
