#include "metrics/keyed_hash.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace discern::metrics {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t keyed_hash(HashKey key, std::string_view bytes) noexcept {
  static_assert(std::endian::native == std::endian::little);
  State state{key.low ^ 0x736f6d6570736575ull,
              key.high ^ 0x646f72616e646f6dull,
              key.low ^ 0x6c7967656e657261ull,
              key.high ^ 0x7465646279746573ull};
  const std::uint64_t length = static_cast<std::uint64_t>(bytes.size()) << 56;
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    state.take(word);
    bytes.remove_prefix(8);
  }
  std::uint64_t tail = 0;
  if (!bytes.empty()) std::memcpy(&tail, bytes.data(), bytes.size());
  state.take(length | tail);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t tag_of(HashKey key) noexcept {
  return keyed_hash(key, "discern.metrics.distinct");
}

HashKey make_random_key() {
  std::random_device random;
  const auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
  HashKey key;
  key.low = word();
  key.high = word();
  return key;
}

}  // namespace discern::metrics
