#pragma once

// The points of a chart in as few bytes as a simple scheme gives, to be read once, in order. Pure.
//
// Points of history repeat: gaps follow gaps, and gauges stay as they are. A run of equal points
// takes two bytes; any other point one byte and those bytes in which its double differs from the
// one before.

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace discern::web {

class PointPack {
 public:
  explicit PointPack(const std::vector<std::optional<double>>& points) : count_(points.size()) {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < points.size();) {
      std::size_t end = i + 1;
      while (end < points.size() && end - i < kLongestRun && same(points[end], points[i])) ++end;
      const std::size_t run = end - i;
      if (!points[i]) {
        put(kGap, run);
      } else {
        const auto bits = std::bit_cast<std::uint64_t>(*points[i]);
        put_value(bits ^ last);
        if (run > 1) put(kAgain, run - 1);
        last = bits;
      }
      i = end;
    }
    bytes_.shrink_to_fit();
  }

  std::size_t size() const { return count_; }
  std::size_t held_bytes() const { return bytes_.capacity(); }

  // Precondition: called at most size() times.
  std::optional<double> next() {
    if (run_ == 0) read_control();
    --run_;
    return value_;
  }

 private:
  static constexpr unsigned char kGap = 0;
  static constexpr unsigned char kAgain = 1;
  static constexpr unsigned char kValue = 0x80;  // + zero bytes at the top * 8 + at the bottom
  static constexpr std::size_t kLongestRun = 255;

  // Bit by bit, because a NaN equals nothing.
  static bool same(const std::optional<double>& a, const std::optional<double>& b) {
    if (!a || !b) return !a && !b;
    return std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b);
  }
  void put(unsigned char control, std::size_t run) {
    bytes_.push_back(static_cast<char>(control));
    bytes_.push_back(static_cast<char>(run));
  }
  void put_value(std::uint64_t changed) {
    unsigned top = static_cast<unsigned>(std::countl_zero(changed)) / 8;
    unsigned low = changed == 0 ? 0 : static_cast<unsigned>(std::countr_zero(changed)) / 8;
    if (changed == 0) top = 7;  // One byte, a zero.
    bytes_.push_back(static_cast<char>(kValue | top << 3 | low));
    for (unsigned i = low; i < 8 - top; ++i) bytes_.push_back(static_cast<char>(changed >> i * 8));
  }
  unsigned char take() { return static_cast<unsigned char>(bytes_[at_++]); }
  void read_control() {
    const unsigned char control = take();
    if (control == kGap || control == kAgain) {
      run_ = take();
      value_ = control == kGap ? std::nullopt : last_;
      return;
    }
    const unsigned top = control >> 3 & 7;
    const unsigned low = control & 7;
    std::uint64_t bits = last_ ? std::bit_cast<std::uint64_t>(*last_) : 0;
    for (unsigned i = low; i < 8 - top; ++i) bits ^= static_cast<std::uint64_t>(take()) << i * 8;
    value_ = last_ = std::bit_cast<double>(bits);
    run_ = 1;
  }

  std::string bytes_;
  std::size_t count_;
  std::size_t at_ = 0;
  std::size_t run_ = 0;
  std::optional<double> value_;
  std::optional<double> last_;  // The last value that was no gap.
};

}  // namespace discern::web
