#include "discord/rest/route.hpp"

namespace discern::discord {

std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

Result<std::string> expand_route(std::string_view route,
                                 const std::vector<std::string>& parameters,
                                 const Secret& secret) {
  constexpr std::string_view kTokenHole = "{token}";
  std::string out;
  std::size_t next = 0;
  std::string_view rest = route;
  while (!rest.empty()) {
    if (rest.starts_with("{}")) {
      if (next == parameters.size()) {
        return Error(Errc::Invalid, "too few parameters for the route " + std::string(route));
      }
      const std::string& value = parameters[next++];
      // "." and ".." would climb out of the route; nothing leaves a hole.
      if (value.empty() || value == "." || value == "..") {
        return Error(Errc::Invalid, "an empty parameter for the route " + std::string(route));
      }
      out.append(percent_encode(value));
      rest.remove_prefix(2);
    } else if (rest.starts_with(kTokenHole)) {
      if (secret.empty()) {
        return Error(Errc::Invalid, "no token for the route " + std::string(route));
      }
      out.append(percent_encode(secret.reveal()));
      rest.remove_prefix(kTokenHole.size());
    } else {
      out.push_back(rest.front());
      rest.remove_prefix(1);
    }
  }
  if (next != parameters.size()) {
    return Error(Errc::Invalid, "too many parameters for the route " + std::string(route));
  }
  if (!out.starts_with('/')) return Error(Errc::Invalid, "a route begins with a slash");
  return out;
}

std::string major_parameter(std::string_view route,
                            const std::vector<std::string>& parameters,
                            const Secret& secret) {
  for (const std::string_view kind : {"/channels/{}", "/guilds/{}", "/webhooks/{}"}) {
    if (!route.starts_with(kind) || parameters.empty()) continue;
    const bool hook = kind == "/webhooks/{}";
    return hook && !secret.empty() ? parameters.front() + "/" + secret.reveal()
                                   : parameters.front();
  }
  // The callback of an interaction is its own webhook.
  if (route.starts_with("/interactions/{}") && !parameters.empty()) return parameters.front();
  return {};
}

std::string api_base(std::string_view api_url) {
  while (api_url.ends_with('/')) api_url.remove_suffix(1);
  std::string out(api_url);
  const std::size_t slash = api_url.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? "" : api_url.substr(slash + 1);
  const bool versioned = last.size() >= 2 && last[0] == 'v' &&
                         last.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!versioned) out.append("/v10");
  return out;
}

}  // namespace discern::discord
