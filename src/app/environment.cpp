#include "app/environment.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace discern::app {
namespace {

constexpr std::string_view kToken = "DISCORD_TOKEN=";

// Empty until the token was found.
std::string& kept_token() {
  static std::string token;
  return token;
}

}  // namespace

std::vector<std::string> take_environment() {
  std::vector<std::string> variables;
  bool has_token = false;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    variables.emplace_back(*at);
    if (!variables.back().starts_with(kToken)) continue;
    has_token = true;
    kept_token() = variables.back();
    // unsetenv removes the pointer only; the kernel goes on showing the bytes.
    ::explicit_bzero(*at + kToken.size(), std::strlen(*at + kToken.size()));
  }
  if (has_token) {
    ::unsetenv("DISCORD_TOKEN");
  } else if (!kept_token().empty()) {
    variables.push_back(kept_token());
  }
  return variables;
}

}  // namespace discern::app
