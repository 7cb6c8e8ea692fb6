#pragma once

// core.http(): requests to the web, over the host's thread for them.
//
// Every call returns at once. The host bounds what a plugin may do: 16 requests under way, answers
// of 1 MiB (up to 16 when asked for), 15 seconds (up to 60). Redirects are not followed. Unless the
// operator allows it (plugins.outgoing_http), this machine and its own network cannot be reached,
// whatever an address that somebody typed resolves to.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/json.hpp"
#include "discern/plugin/task.hpp"

namespace discern::plugin {

// Text that is safe as one part of a URL's path or query.
inline std::string escape_url(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

struct WebRequest {
  std::string method = "GET";
  std::string url;  // http:// or https://; escape_url() for what is put into it.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{0};  // 0: 15 s; at most 60 s.
  std::uint64_t max_response_bytes = 0;  // 0: 1 MiB; at most 16 MiB.
};

struct WebReply {
  bool ok = false;    // There was an answer, and its status is 200 to 299.
  int status = 0;     // 0 when there was no answer.
  std::string error;  // One sentence; empty when there was an answer of any status.
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.

  // A view of the body; the reply must outlive it.
  Json json() const { return Json(body); }
  // The first header of that (lower-case) name; empty when there is none.
  std::string_view header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
      if (known == name) return value;
    }
    return {};
  }
};

using WebDone = std::function<void(const WebReply&)>;

class Web {
 public:
  explicit Web(const discern_host* host) : host_(host) {}

  // `then` is a function that takes the reply, once, on the plugin's thread, or `awaited`. Throws
  // Failure when the request breaks a rule or a limit.
  template <Continuation<WebReply> Then = WebDone>
  auto get(std::string url, Then then = {}) {
    WebRequest request;
    request.url = std::move(url);
    return send(request, std::move(then));
  }
  template <Continuation<WebReply> Then = WebDone>
  auto post_json(std::string url, std::string json, Then then = {}) {
    WebRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(json);
    return send(request, std::move(then));
  }
  template <Continuation<WebReply> Then = WebDone>
  auto send(const WebRequest& request, Then then = {}) {
    return detail::complete<WebReply>(std::move(then),
                                      [&](WebDone done) { begin(request, std::move(done)); });
  }

 private:
  void begin(const WebRequest& request, WebDone done) const;
  const discern_host* host_;
};

namespace detail {
inline WebReply read_web_reply(const discern_web_response& message) {
  WebReply reply;
  reply.status = message.status;
  reply.ok = message.failed == 0 && message.status >= 200 && message.status < 300;
  reply.error = std::string(view(message.error));
  reply.body = std::string(view(message.body));
  for (std::uint32_t i = 0; i < message.header_count; ++i) {
    reply.headers.emplace_back(view(message.headers[i].name), view(message.headers[i].value));
  }
  return reply;
}
}  // namespace detail

inline void Web::begin(const WebRequest& given, WebDone done) const {
  std::vector<discern_pair> headers;
  for (const auto& [name, value] : given.headers) {
    headers.push_back({detail::text(name), detail::text(value)});
  }
  auto request = detail::sized<discern_web_request>();
  request.method = detail::text(given.method);
  request.url = detail::text(given.url);
  request.body = detail::text(given.body);
  request.headers = headers.data();
  request.header_count = static_cast<std::uint32_t>(headers.size());
  request.timeout_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(given.timeout.count(), 0));
  request.max_response_bytes = given.max_response_bytes;
  if (done) {
    request.done = detail::make_callback<discern_web_response>(
        [done = std::move(done)](const discern_web_response& message) {
          done(detail::read_web_reply(message));
        });
  }
  auto failure = detail::sized<discern_failure>();
  if (host_->web_request(host_->context, &request, &failure) != DISCERN_OK) detail::raise(failure);
}

}  // namespace discern::plugin
