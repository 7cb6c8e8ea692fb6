#include "net/http_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace discern::net {
namespace {

bool is_token(std::string_view name) {
  for (const char c : name) {
    if (c <= ' ' || c >= 0x7f || c == ':') return false;
  }
  return !name.empty();
}

void append_value(std::string& out, std::string_view value) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  };
  const std::size_t begin = out.size();
  out.append(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control, ' ');
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  out.append(name).append(": ");
  append_value(out, value);
  out.append("\r\n");
}

}  // namespace

std::string http_date(SystemTime time) {
  // strftime would follow the locale.
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const int size = std::snprintf(text,
                                 sizeof text,
                                 "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(utc.tm_wday)],
                                 utc.tm_mday,
                                 kMonths[static_cast<std::size_t>(utc.tm_mon)],
                                 utc.tm_year + 1900,
                                 utc.tm_hour,
                                 utc.tm_min,
                                 utc.tm_sec);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string_view http_reason(int status) {
  struct Reason {
    int status;
    std::string_view text;
  };
  static constexpr Reason kReasons[] = {{200, "OK"},
                                        {201, "Created"},
                                        {202, "Accepted"},
                                        {204, "No Content"},
                                        {206, "Partial Content"},
                                        {301, "Moved Permanently"},
                                        {302, "Found"},
                                        {303, "See Other"},
                                        {304, "Not Modified"},
                                        {307, "Temporary Redirect"},
                                        {308, "Permanent Redirect"},
                                        {400, "Bad Request"},
                                        {401, "Unauthorized"},
                                        {403, "Forbidden"},
                                        {404, "Not Found"},
                                        {405, "Method Not Allowed"},
                                        {406, "Not Acceptable"},
                                        {408, "Request Timeout"},
                                        {409, "Conflict"},
                                        {410, "Gone"},
                                        {413, "Content Too Large"},
                                        {414, "URI Too Long"},
                                        {415, "Unsupported Media Type"},
                                        {417, "Expectation Failed"},
                                        {421, "Misdirected Request"},
                                        {422, "Unprocessable Content"},
                                        {429, "Too Many Requests"},
                                        {431, "Request Header Fields Too Large"},
                                        {500, "Internal Server Error"},
                                        {501, "Not Implemented"},
                                        {502, "Bad Gateway"},
                                        {503, "Service Unavailable"},
                                        {504, "Gateway Timeout"},
                                        {505, "HTTP Version Not Supported"}};
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Unknown";
}

bool http_status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void append_head(std::string& out,
                 const HttpResponse& response,
                 std::size_t body_size,
                 HttpFraming framing,
                 const HttpHeadContext& context) {
  char number[24];
  const auto append_number = [&](auto value) {
    out.append(number, std::to_chars(number, number + sizeof number, value).ptr);
  };
  out.append("HTTP/1.1 ");
  append_number(response.status);
  out.append(" ").append(http_reason(response.status)).append("\r\nDate: ").append(context.date);
  out.append("\r\n");
  if (http_status_has_body(response.status)) {
    if (framing == HttpFraming::Length) {
      out.append("Content-Length: ");
      append_number(body_size);
      out.append("\r\n");
    } else if (framing == HttpFraming::Chunked) {
      out.append("Transfer-Encoding: chunked\r\n");
    }
    if (!response.content_type.empty()) {
      append_field(out, "Content-Type", response.content_type);
    }
  }
  if (!response.cache_control.empty()) {
    append_field(out, "Cache-Control", response.cache_control);
  }
  for (const auto& [name, value] : response.fields) append_field(out, name, value);
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.old_peer) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append(context.fixed).append("\r\n");
}

}  // namespace discern::net
