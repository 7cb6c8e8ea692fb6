#include "net/websocket.hpp"

namespace discern::net {

bool parse_websocket_url(std::string_view text, WebSocketUrl& url) {
  if (text.starts_with("wss://")) {
    url.tls = true;
    text.remove_prefix(6);
  } else if (text.starts_with("ws://")) {
    url.tls = false;
    text.remove_prefix(5);
  } else {
    return false;
  }
  const std::size_t end = text.find_first_of("/?#");
  std::string_view authority = text.substr(0, end);
  std::string_view rest = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  rest = rest.substr(0, rest.find('#'));
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);

  url.port = url.tls ? "443" : "80";
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    url.host = authority.substr(1, bracket - 1);
    authority.remove_prefix(bracket + 1);
    if (authority.starts_with(':')) url.port = authority.substr(1);
  } else {
    const std::size_t colon = authority.rfind(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  }
  if (url.host.empty() || url.port.empty() || url.port.size() > 5) return false;
  for (const char c : url.port) {
    if (c < '0' || c > '9') return false;
  }
  for (const char c : url.target) {
    if (static_cast<unsigned char>(c) <= ' ') return false;
  }
  return url.host.find_first_of(" @\r\n\t") == std::string::npos;
}

}  // namespace discern::net
