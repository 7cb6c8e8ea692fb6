#pragma once

// Text written in pieces of a few bytes, without a check of the string's capacity for each.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

namespace discern::exporter {

// Collects pieces in a block that stays in the nearest cache and hands it on when it is full.
//
// A line is written by asking for room once and appending freely up to that. Nothing is lost: the
// destructor hands on the rest, and throws when there is no memory for it. It does not do so when
// an exception is on its way already: then nobody wants the text.
class TextBlock {
 public:
  explicit TextBlock(std::string& out) : out_(out) {}
  ~TextBlock() noexcept(false) {
    if (std::uncaught_exceptions() == exceptions_) flush();
  }
  TextBlock(const TextBlock&) = delete;
  TextBlock& operator=(const TextBlock&) = delete;

  // Room for at least `size` bytes, which must be at most kMostRoom.
  void ensure(std::size_t size) {
    if (static_cast<std::size_t>(block_ + sizeof block_ - at_) < size) flush();
  }
  static constexpr std::size_t kMostRoom = 16 * 1024;

  // The following need room.
  void put(char c) { *at_++ = c; }
  void put(std::string_view text) {
    const std::size_t size = text.size();
    const char* from = text.data();
    if (size >= 16) {
      // Sixteen bytes at a time, the last of them overlapping: labels are too short for memcpy to
      // be worth its call.
      for (std::size_t i = 0; i + 16 < size; i += 16) std::memcpy(at_ + i, from + i, 16);
      std::memcpy(at_ + size - 16, from + size - 16, 16);
    } else if (size >= 8) {
      std::memcpy(at_, from, 8);
      std::memcpy(at_ + size - 8, from + size - 8, 8);
    } else {
      for (std::size_t i = 0; i < size; ++i) at_[i] = from[i];
    }
    at_ += size;
  }
  void put_integer(std::uint64_t value) {
    if (value < 10) return put(static_cast<char>('0' + value));
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
  }
  // `steps` / 10^digits, exactly.
  void put_decimal(std::uint64_t steps, int digits) {
    std::uint64_t per_unit = 1;
    for (int i = 0; i < digits; ++i) per_unit *= 10;
    put_integer(steps / per_unit);
    std::uint64_t rest = steps % per_unit;
    if (rest == 0) return;
    put('.');
    while (rest > 0) {
      per_unit /= 10;
      put(static_cast<char>('0' + rest / per_unit));
      rest %= per_unit;
    }
  }
  void put_number(double value) {
    if (std::isnan(value)) return put(std::string_view("NaN"));
    if (std::isinf(value)) return put(std::string_view(value > 0 ? "+Inf" : "-Inf"));
    // Integers print five times faster than the shortest double, and most values are integers.
    if (value == std::floor(value) && std::abs(value) < 9.0e15) {
      if (value < 0) put('-');
      return put_integer(static_cast<std::uint64_t>(std::abs(value)));
    }
    at_ = std::to_chars(at_, at_ + 32, value).ptr;
  }

 private:
  void flush() {
    out_.append(block_, static_cast<std::size_t>(at_ - block_));
    at_ = block_;
  }

  std::string& out_;
  const int exceptions_ = std::uncaught_exceptions();
  char block_[2 * kMostRoom];
  char* at_ = block_;
};

}  // namespace discern::exporter
