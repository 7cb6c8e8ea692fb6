#pragma once

// What the functions of the host table share: taking a plugin's callbacks over, and giving them
// back when a call is refused. Private to host_functions.cpp and host_io.cpp.

#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/instance.hpp"

namespace discern::plugin {

struct HostCall {
  static constexpr std::string_view kClosed = "the host has given this plugin up";

  static void release(const discern_callback& callback) {
    if (callback.release != nullptr) callback.release(callback.context);
  }
  static std::string bytes_of(discern_text text) { return std::string(view(text)); }

  static Instance& self(void* context) { return *static_cast<Instance*>(context); }

  static Error no_room(const Instance& instance) {
    if (instance.callbacks_.is_closed()) {
      return {Errc::Closed, "the plugin is being stopped: it can register nothing any more"};
    }
    return {Errc::Limit,
            "the plugin has 20,000 registrations, timers and requests under way; remove some, or "
            "wait for answers"};
  }

  // Adds the callback, then runs `place(number)`; takes the callback back when that fails.
  template <class Place>
  static std::uint64_t add(Instance& instance,
                           const discern_callback& callback,
                           discern_failure* failure,
                           Place&& place) noexcept {
    Result<void> placed;
    std::uint64_t number = 0;
    try {
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) {
        placed = Error(Errc::Closed, std::string(kClosed));
      } else if (callback.run == nullptr) {
        placed = Error(Errc::Invalid, "there is no function to call");
      } else if ((number = instance.callbacks_.add(callback)) == 0) {
        placed = no_room(instance);
      } else {
        placed = place(number);
      }
    } catch (...) {
      placed = Error(Errc::Internal, current_exception_fault().text);
    }
    if (placed.ok()) return number;
    fill_failure(failure, placed.error().text);
    if (number == 0 || instance.callbacks_.take_back(number)) release(callback);
    return 0;
  }

  // Like `add`, for a callback that is optional: `send` gets its number, or 0.
  template <class Send>
  static std::int32_t ask(Instance& instance,
                          const discern_callback& done,
                          discern_failure* failure,
                          Send&& send) noexcept {
    if (done.run != nullptr) {
      const std::uint64_t number =
          add(instance, done, failure, [&](std::uint64_t callback) { return send(callback); });
      return number != 0 ? DISCERN_OK : DISCERN_FAILED;
    }
    try {
      const std::shared_lock gate(instance.gate_);
      const Result<void> sent = instance.open_
                                    ? send(std::uint64_t{0})
                                    : Result<void>(Error(Errc::Closed, std::string(kClosed)));
      if (sent.ok()) return DISCERN_OK;
      fill_failure(failure, sent.error().text);
    } catch (...) {
      fill_failure(failure, current_exception_fault().text);
    }
    return DISCERN_FAILED;
  }
};

}  // namespace discern::plugin
