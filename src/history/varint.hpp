#pragma once

// Numbers in as few bytes as they need, and reading them back without trusting the bytes. Pure.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace discern::history {

// Seven bits a byte, lowest first; at most ten bytes.
inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Small numbers of either sign become small numbers: 0, -1, 1, -2 are 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// The bits in which two doubles differ: one byte for how many zero bytes were left off at the top
// and the bottom, then the bytes between.
inline void append_xor(std::string& out, std::uint64_t bits) {
  const unsigned top = bits == 0 ? 8 : static_cast<unsigned>(std::countl_zero(bits)) / 8;
  const unsigned low = bits == 0 ? 0 : static_cast<unsigned>(std::countr_zero(bits)) / 8;
  out.push_back(static_cast<char>(top << 4 | low));
  for (unsigned i = low; i < 8 - top; ++i) out.push_back(static_cast<char>(bits >> (i * 8)));
}

// Takes numbers off the front of bytes. Once anything was missing or malformed, `ok` stays false
// and every further number is 0, so that a caller may check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) [[likely]] {
      return static_cast<unsigned char>(*at_++);
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }

  std::uint64_t xor_bits() {
    if (at_ == end_) return fail();
    const auto shape = static_cast<unsigned char>(*at_++);
    const unsigned top = shape >> 4;
    const unsigned low = shape & 15;
    if (top + low > 8 || left() < 8 - top - low) return fail();
    std::uint64_t bits = 0;
    for (unsigned i = low; i < 8 - top; ++i) {
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(*at_++)) << (i * 8);
    }
    return bits;
  }

  std::string_view bytes(std::uint64_t size) {
    if (size > left()) {
      fail();
      return {};
    }
    const std::string_view taken(at_, size);
    at_ += size;
    return taken;
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace discern::history
