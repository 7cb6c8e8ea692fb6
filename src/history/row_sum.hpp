#pragma once

// Check sums of stored rows (CRC-32C). SQLite stores what it is given and returns what the disk
// returns: without a sum a flipped bit is just another number. Pure.

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace discern::history {

// Adds up the fields of one row, in the order of its columns.
class RowSum {
 public:
  RowSum& number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (unsigned i = 0; i < 8; ++i) byte(static_cast<std::uint8_t>(bits >> (i * 8)));
    return *this;
  }
  RowSum& real(double value) { return number(std::bit_cast<std::int64_t>(value)); }
  // The length is part of the sum, so that two fields cannot trade bytes.
  RowSum& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    for (const char c : value) byte(static_cast<std::uint8_t>(c));
    return *this;
  }
  std::int64_t value() const { return static_cast<std::int64_t>(crc_ ^ 0xffffffffu); }

 private:
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
      table[i] = crc;
    }
    return table;
  }();
  void byte(std::uint8_t next) { crc_ = (crc_ >> 8) ^ kTable[(crc_ ^ next) & 0xff]; }

  std::uint32_t crc_ = 0xffffffffu;
};

}  // namespace discern::history
