#pragma once

// An outgoing HTTP request of a plugin, as the host passes it on: values only, so that this stage
// needs to know nothing of sockets.

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "discern/plugin/abi.h"

namespace discern::plugin {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct OutgoingRequest {
  std::string method;
  std::string url;
  HeaderList headers;
  std::string body;
  std::chrono::milliseconds timeout{15000};
  std::size_t max_response_bytes = 1024 * 1024;
  std::string plugin;
};

struct OutgoingResponse {
  int status = 0;
  HeaderList headers;  // Names in lower case.
  std::string body;
};

// Called exactly once, on any thread; an answer of any status is a response. Must not block.
using OutgoingDone = std::function<void(Result<OutgoingResponse>)>;
using OutgoingSend = std::function<void(OutgoingRequest, OutgoingDone)>;

// Checks what a plugin wants to send. Pure. Errors: Invalid.
Result<OutgoingRequest> read_web_request(const discern_web_request& given,
                                         const std::string& plugin);

// "example.org:8080" of a URL: what may be logged and shown of it.
std::string web_host(std::string_view url);

// How many requests of plugins may be under way: Discord's own share the thread, and must find
// room beside them.
class WebGate {
 public:
  static constexpr std::size_t kMostOfOne = 16;
  static constexpr std::size_t kMost = 64;

  // `mine` counts those of one plugin. False when there are too many already.
  [[nodiscard]] bool enter(std::atomic<std::size_t>& mine) {
    if (++mine > kMostOfOne) {
      --mine;
      return false;
    }
    if (++all_ > kMost) {
      leave(mine);
      return false;
    }
    return true;
  }
  void leave(std::atomic<std::size_t>& mine) {
    --mine;
    --all_;
  }

 private:
  std::atomic<std::size_t> all_{0};
};

}  // namespace discern::plugin
