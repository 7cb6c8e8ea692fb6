#pragma once

// What core.on(type, fn) hands to fn.

#include <cstdint>
#include <string>
#include <string_view>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/json.hpp"

namespace discern::plugin {

// One event from Discord. A view: valid only while the handler runs.
class Event {
 public:
  explicit Event(const discern_event& event)
      : event_(event), data_(Json(detail::view(event.payload))["d"]) {}

  std::string_view type() const { return detail::view(event_.type); }
  std::uint32_t shard() const { return event_.shard; }
  // 0 for direct messages.
  std::uint64_t guild_id() const { return event_.guild; }
  // Sent again by Discord after a crash of the host; it may have been handled before.
  bool replayed() const { return event_.replayed != 0; }

  // The event's own fields (the `d` of the gateway message).
  Json json() const { return data_; }
  std::string_view payload() const { return detail::view(event_.payload); }

  // Look-ups in json() by path: string("author.username"), id("channel_id"). A leading "d." is
  // understood.
  Json find(std::string_view path) const {
    return data_.find(path.starts_with("d.") ? path.substr(2) : path);
  }
  std::string string(std::string_view path, std::string_view fallback = {}) const {
    return find(path).string(fallback);
  }
  std::uint64_t id(std::string_view path) const { return find(path).id(); }
  std::int64_t integer(std::string_view path, std::int64_t fallback = 0) const {
    return find(path).integer(fallback);
  }
  bool boolean(std::string_view path, bool fallback = false) const {
    return find(path).boolean(fallback);
  }

 private:
  discern_event event_;
  Json data_;
};

namespace detail {

// A copy, for coroutines.
class HeldEvent {
 public:
  explicit HeldEvent(const discern_event& event)
      : event_(event), type_(view_of(event.type)), payload_(view_of(event.payload)) {}
  // Valid as long as this object stays where it is.
  Event view() {
    event_.type = text(type_);
    event_.payload = text(payload_);
    return Event(event_);
  }

 private:
  static std::string_view view_of(discern_text given) { return detail::view(given); }
  discern_event event_;
  std::string type_;
  std::string payload_;
};

}  // namespace detail
}  // namespace discern::plugin
