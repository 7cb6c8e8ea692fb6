#pragma once

// What the client did that Discord's rules forbid.

#include <boost/json/array.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/instant.hpp"

namespace discern::sim {

// Not thread-safe. Texts never hold a bot token or an interaction token.
class Complaints {
 public:
  using Voice = std::function<void(std::string_view kind, std::string_view text)>;

  // `voice` is called for every complaint, before it is listed.
  explicit Complaints(Voice voice = {}) : voice_(std::move(voice)) {}

  // `kind` is one of a small set of words such as "payload_too_large".
  void add(Instant at, std::string_view kind, std::string text);
  void clear();

  std::uint64_t count() const { return count_; }
  // The first 1,000; count() goes on.
  boost::json::array to_json() const;

 private:
  struct Complaint {
    Instant at;
    std::string kind;
    std::string text;
  };
  Voice voice_;
  std::vector<Complaint> list_;
  std::uint64_t count_ = 0;
};

}  // namespace discern::sim
