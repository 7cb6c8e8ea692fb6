#pragma once

// Web routes of a plugin, under /plugins/<id>/.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/html.hpp"
#include "discern/plugin/json_text.hpp"

namespace discern::plugin {

// Who may call a route.
enum class Access : std::uint32_t {
  // Whoever may look at the dashboard. A link, a form, an image or a script of another site is
  // refused before the handler runs.
  Default = DISCERN_ACCESS_DEFAULT,
  // Pages of other sites, too: for what changes nothing, or checks a signature itself.
  Public = DISCERN_ACCESS_PUBLIC,
};

struct RouteOptions {
  Access access = Access::Default;
};

// A view: valid only while the handler runs.
class Request {
 public:
  explicit Request(const discern_http_request& request) : request_(request) {}

  std::string_view method() const { return detail::view(request_.method); }
  // After /plugins/<id>, beginning with "/".
  std::string_view path() const { return detail::view(request_.path); }
  std::string_view body() const { return detail::view(request_.body); }
  // Undecoded, without the question mark.
  std::string_view query() const { return detail::view(request_.query); }
  // The decoded value of one query parameter; empty when absent.
  std::string query(std::string_view name) const;
  // Names are compared without regard to case; empty when absent.
  std::string_view header(std::string_view name) const;

 private:
  static std::string decode(std::string_view text);
  discern_http_request request_;
};

// Sent when the handler returns, or its coroutine ends.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;

  void text(std::string content) { set("text/plain; charset=utf-8", std::move(content)); }
  // Escaped where it was made: html("<p>Hello {}</p>", name).
  void html(Html content) { set("text/html; charset=utf-8", std::move(content.text)); }
  void json(std::string content) { set("application/json", std::move(content)); }
  void json(const JsonObject& content) { json(content.text()); }
  void json(const JsonArray& content) { json(content.text()); }
  void set(std::string type, std::string content) {
    content_type = std::move(type);
    body = std::move(content);
  }
};

inline std::string Request::decode(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

inline std::string Request::query(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view part = rest.substr(0, end);
    const std::size_t equals = part.find('=');
    if (decode(part.substr(0, equals)) == name) {
      return equals == std::string_view::npos ? std::string() : decode(part.substr(equals + 1));
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return {};
}

inline std::string_view Request::header(std::string_view name) const {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return lower(a) == lower(b);
  };
  for (std::uint32_t i = 0; i < request_.header_count; ++i) {
    const std::string_view known = detail::view(request_.headers[i].name);
    if (std::equal(known.begin(), known.end(), name.begin(), name.end(), same)) {
      return detail::view(request_.headers[i].value);
    }
  }
  return {};
}

namespace detail {

// A copy, for coroutines.
class HeldRequest {
 public:
  explicit HeldRequest(const discern_http_request& request) : request_(request) {
    for (const discern_text part : {request.method, request.path, request.query, request.body}) {
      texts_.emplace_back(part.data == nullptr ? "" : part.data, part.size);
    }
    for (std::uint32_t i = 0; i < request.header_count; ++i) {
      texts_.emplace_back(request.headers[i].name.data, request.headers[i].name.size);
      texts_.emplace_back(request.headers[i].value.data, request.headers[i].value.size);
    }
  }
  std::uint64_t id() const { return request_.id; }
  // Valid as long as this object stays where it is.
  Request view() {
    request_.method = text(texts_[0]);
    request_.path = text(texts_[1]);
    request_.query = text(texts_[2]);
    request_.body = text(texts_[3]);
    headers_.clear();
    for (std::size_t i = 4; i < texts_.size(); i += 2) {
      headers_.push_back({text(texts_[i]), text(texts_[i + 1])});
    }
    request_.headers = headers_.data();
    return Request(request_);
  }

 private:
  discern_http_request request_;
  std::vector<std::string> texts_;
  std::vector<discern_pair> headers_;
};

}  // namespace detail
}  // namespace discern::plugin
