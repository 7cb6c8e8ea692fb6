#include "plugin/web_request.hpp"

#include <algorithm>
#include <array>

#include "plugin/boundary.hpp"

namespace discern::plugin {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::size_t kMaxUrlBytes = 8 * 1024;
constexpr std::size_t kMaxBodyBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxHeaders = 50;
constexpr std::size_t kMaxHeaderBytes = 8 * 1024;
constexpr std::uint64_t kMaxTimeoutMs = 60'000;
constexpr std::uint64_t kMaxResponseBytes = 16 * 1024 * 1024;
// What frames the message or names the connection is not the plugin's to say.
constexpr std::array<std::string_view, 5> kHostsOwn = {
    "host", "content-length", "transfer-encoding", "connection", "upgrade"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

bool is_header_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), fits);
}

bool is_header_value(std::string_view value) {
  const auto fits = [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; };
  return value.size() <= kMaxHeaderBytes && std::all_of(value.begin(), value.end(), fits);
}

bool is_url(std::string_view url) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  };
  return (url.starts_with("http://") || url.starts_with("https://")) &&
         url.size() <= kMaxUrlBytes && std::all_of(url.begin(), url.end(), fits) &&
         !web_host(url).empty();
}

Result<HeaderList> read_headers(const discern_web_request& given) {
  HeaderList headers;
  if (given.header_count > kMaxHeaders) return Error(Errc::Invalid, "more than 50 headers");
  for (std::uint32_t i = 0; i < given.header_count; ++i) {
    const std::string name(view(given.headers[i].name));
    const std::string value(view(given.headers[i].value));
    if (!is_header_name(name) || !is_header_value(value)) {
      return Error(Errc::Invalid, "\"" + name + "\" is not a header, or its value is not");
    }
    if (std::find(kHostsOwn.begin(), kHostsOwn.end(), lower(name)) != kHostsOwn.end()) {
      return Error(Errc::Invalid, "the header " + name + " is the host's; leave it out");
    }
    headers.emplace_back(name, value);
  }
  return headers;
}

}  // namespace

std::string web_host(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  return std::string(url);
}

Result<OutgoingRequest> read_web_request(const discern_web_request& given,
                                         const std::string& plugin) {
  OutgoingRequest request;
  request.method = view(given.method);
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end()) {
    return Error(
        Errc::Invalid,
        "\"" + request.method + "\" is not a method; use GET, HEAD, POST, PUT, PATCH or DELETE");
  }
  request.url = view(given.url);
  if (!is_url(request.url)) {
    return Error(Errc::Invalid,
                 "the address must be http:// or https://, without spaces, at most 8 KiB; escape "
                 "what people typed with escape_url");
  }
  Result<HeaderList> headers = read_headers(given);
  if (!headers) return std::move(headers).error();
  request.headers = *std::move(headers);
  if (given.body.size > kMaxBodyBytes) {
    return Error(Errc::Limit, "the body of an outgoing request may have 8 MiB");
  }
  request.body = view(given.body);
  if (given.timeout_ms != 0) {
    request.timeout = std::chrono::milliseconds(std::min(given.timeout_ms, kMaxTimeoutMs));
  }
  if (given.max_response_bytes != 0) {
    request.max_response_bytes = std::min(given.max_response_bytes, kMaxResponseBytes);
  }
  request.plugin = plugin;
  return request;
}

}  // namespace discern::plugin
