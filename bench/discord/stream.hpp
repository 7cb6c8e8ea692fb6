#pragma once

// The stream that every row of the gateway bench reads: HELLO, READY and 100,000 events in the mix
// of a busy bot, as the simulator's load mode sends them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/control/load_deck.hpp"
#include "sim/gateway/encoder.hpp"
#include "sim/world/world.hpp"

namespace discern::bench {

inline constexpr std::size_t kEvents = 100'000;
inline constexpr std::size_t kPadding = 64;

// Messages of a connection, one after the other in memory, as they come from a socket.
class Stream {
 public:
  explicit Stream(sim::Compression compression) : compression_(compression) {
    const sim::World world({1, 500}, sim::Instant{sim::Millis{1'795'000'000'000}});
    const auto deck = sim::make_load_deck(world, sim::Instant{sim::Millis{1'795'000'000'000}});
    const auto encoder = sim::make_encoder(compression);
    add(encoder->encode(R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}})"));
    add(encoder->encode(R"({"t":"READY","s":1,"op":0,"d":{"v":10,"session_id":"a",)"
                        R"("resume_gateway_url":"ws://127.0.0.1/","guilds":[],)"
                        R"("application":{"id":"1"}}})"));
    for (std::size_t i = 0; i < kEvents; ++i) {
      add(encoder->encode(deck->payload(i % deck->size(), i + 2)));
    }
    bytes_.append(kPadding, '\0');
  }

  sim::Compression compression() const { return compression_; }
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const { return ends_.back(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

  // Made once each; they live as long as the program.
  static const Stream& of(sim::Compression compression) {
    static const Stream plain(sim::Compression::None);
    static const Stream zlib(sim::Compression::ZlibStream);
    static const Stream zstd(sim::Compression::ZstdStream);
    if (compression == sim::Compression::ZlibStream) return zlib;
    return compression == sim::Compression::ZstdStream ? zstd : plain;
  }

 private:
  void add(std::string_view message) {
    bytes_.append(message);
    ends_.push_back(bytes_.size());
  }

  sim::Compression compression_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace discern::bench
