#pragma once

// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that cannot be undone or steered without its
// key. Pure.

#include <cstdint>
#include <string_view>

namespace discern::metrics {

// Secret; 128 random bits.
struct HashKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const HashKey&) const = default;
};

std::uint64_t keyed_hash(HashKey key, std::string_view bytes) noexcept;

// Tells keys apart without telling anything about them.
std::uint64_t tag_of(HashKey key) noexcept;

// 128 bits from the operating system. Throws when it has none.
HashKey make_random_key();

}  // namespace discern::metrics
