#include "history/tick_codec.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "history/varint.hpp"

namespace discern::history {
namespace {

TEST(Varint, ReadsBackEveryLength) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value : {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1}) {
      std::string bytes;
      append_varint(bytes, value);
      ByteReader in(bytes);
      EXPECT_EQ(in.varint(), value);
      EXPECT_TRUE(in.ok());
      EXPECT_EQ(in.left(), 0u);
    }
  }
}

TEST(Varint, RefusesWhatEndsTooEarlyOrIsTooLong) {
  ByteReader cut("\x80");
  cut.varint();
  EXPECT_FALSE(cut.ok());
  ByteReader wide("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  wide.varint();
  EXPECT_FALSE(wide.ok());
}

TEST(Varint, KeepsTheBitsOfDoubles) {
  for (const double value : {0.0, -0.0, 1.5, 1e-300, std::nan(""), HUGE_VAL}) {
    std::string bytes;
    append_xor(bytes, std::bit_cast<std::uint64_t>(value));
    ByteReader in(bytes);
    EXPECT_EQ(in.xor_bits(), std::bit_cast<std::uint64_t>(value));
    EXPECT_EQ(in.left(), 0u);
  }
}

TEST(Varint, ZigzagIsItsOwnWayBack) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  }
}

// A bot in small: values that rest, creep, jump and fall, and series that come along.
class Life {
 public:
  explicit Life(std::uint32_t seed) : random_(seed) {}

  void step(Tick& tick) {
    if (chance(0.1)) grow(tick);
    for (std::size_t i = 0; i < tick.series.size(); ++i) {
      if (!chance(0.4)) continue;
      switch (tick.series[i].shape) {
        case Shape::Steps:
          tick.values[i] = chance(0.02) ? random_() : tick.values[i] + random_() % 300;
          break;
        case Shape::Number:
          tick.values[i] = std::bit_cast<std::uint64_t>(any_number());
          break;
        case Shape::Buckets:
          observe(tick.histograms[tick.values[i]]);
          break;
      }
    }
  }

 private:
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }
  void grow(Tick& tick) {
    for (auto n = random_() % 20; n > 0; --n) {
      tick.add(static_cast<std::uint32_t>(random_()), static_cast<Shape>(random_() % 3));
    }
  }
  double any_number() {
    static constexpr double kOdd[] = {0.0,
                                      -0.0,
                                      HUGE_VAL,
                                      -HUGE_VAL,
                                      std::numeric_limits<double>::quiet_NaN(),
                                      0x1p52,
                                      -0x1p53,
                                      std::numeric_limits<double>::denorm_min()};
    if (chance(0.2)) return kOdd[random_() % std::size(kOdd)];
    if (chance(0.5)) return static_cast<double>(static_cast<int>(random_() % 2000) - 1000);
    return std::normal_distribution<double>(0, 1e3)(random_);
  }
  void observe(metrics::HistogramTotal& total) {
    if (chance(0.05)) total = {};
    if (chance(0.3)) ++total.zero;
    const auto index = static_cast<std::int16_t>(static_cast<int>(random_() % 512) - 240);
    const metrics::Bucket more[] = {{index, 1 + random_() % 9}};
    metrics::merge_buckets(total.buckets, more);
    total.sum += any_number();
  }

  std::mt19937 random_;
};

// NaN does not equal itself, so bits are compared.
void expect_same(const Tick& a, const Tick& b) {
  ASSERT_EQ(a.series, b.series);
  ASSERT_EQ(a.values, b.values);
  ASSERT_EQ(a.histograms.size(), b.histograms.size());
  for (std::size_t i = 0; i < a.histograms.size(); ++i) {
    EXPECT_EQ(a.histograms[i].zero, b.histograms[i].zero);
    EXPECT_EQ(a.histograms[i].buckets, b.histograms[i].buckets);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a.histograms[i].sum),
              std::bit_cast<std::uint64_t>(b.histograms[i].sum));
  }
}

TEST(TickCodec, ReadsBackEveryChainBitForBit) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Life life(seed);
    TickEncoder encoder;
    TickDecoder decoder;
    Tick tick;
    for (int i = 0; i < 100; ++i) {
      life.step(tick);
      if (i % 17 == 0) encoder.restart();
      const std::string bytes(encoder.encode(tick));
      EXPECT_EQ(encoder.is_key(), i % 17 == 0);
      ASSERT_TRUE(decoder.decode(bytes).ok());
      expect_same(decoder.tick(), tick);
      encoder.accept(tick);
    }
  }
}

TEST(TickCodec, ATickThatWasNotAcceptedLeavesNoTrace) {
  TickEncoder encoder;
  TickDecoder decoder;
  Tick tick;
  tick.add(7, Shape::Steps);
  tick.values[0] = 10;
  ASSERT_TRUE(decoder.decode(encoder.encode(tick)).ok());
  encoder.accept(tick);
  tick.values[0] = 20;
  encoder.encode(tick);  // Lost.
  tick.values[0] = 30;
  ASSERT_TRUE(decoder.decode(encoder.encode(tick)).ok());
  EXPECT_FALSE(encoder.is_key());
  EXPECT_EQ(decoder.tick().values[0], 30u);
}

TEST(TickCodec, OtherSeriesBeginANewChain) {
  TickEncoder encoder;
  Tick tick;
  tick.add(1, Shape::Steps);
  encoder.encode(tick);
  encoder.accept(tick);
  Tick other;
  other.add(2, Shape::Steps);
  encoder.encode(other);
  EXPECT_TRUE(encoder.is_key());
}

TEST(TickCodec, AnEmptyTickIsATick) {
  TickEncoder encoder;
  TickDecoder decoder;
  ASSERT_TRUE(decoder.decode(encoder.encode(Tick())).ok());
  EXPECT_TRUE(decoder.tick().series.empty());
}

TEST(TickCodec, AChainWithoutItsKeyTickIsCorrupt) {
  TickEncoder encoder;
  Tick tick;
  tick.add(1, Shape::Steps);
  encoder.encode(tick);
  encoder.accept(tick);
  TickDecoder decoder;
  const auto decoded = decoder.decode(encoder.encode(tick));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().kind, Errc::Corrupt);
}

TEST(TickCodec, DamagedBytesAreAnErrorOrAnotherTickButNeverACrash) {
  std::mt19937 random(1);
  Life life(1);
  TickEncoder encoder;
  Tick tick;
  for (int i = 0; i < 30; ++i) life.step(tick);
  const std::string good(encoder.encode(tick));
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good.substr(0, 1 + random() % good.size());
    // Half of them unpacked, so that the damage reaches the fields.
    if (i % 2 == 0) bad[0] = 1;
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random());
    TickDecoder decoder;
    const auto decoded = decoder.decode(bad);
    EXPECT_TRUE(decoded.ok() || decoded.error().kind == Errc::Corrupt);
  }
}

TEST(TickCodec, AfterAnErrorOnlyAKeyTickFollows) {
  TickEncoder encoder;
  TickDecoder decoder;
  Tick tick;
  tick.add(1, Shape::Number);
  const std::string key(encoder.encode(tick));
  encoder.accept(tick);
  const std::string next(encoder.encode(tick));
  ASSERT_TRUE(decoder.decode(key).ok());
  EXPECT_FALSE(decoder.decode("").ok());
  EXPECT_FALSE(decoder.decode(next).ok());
  EXPECT_TRUE(decoder.decode(key).ok());
  EXPECT_TRUE(decoder.decode(next).ok());
}

}  // namespace
}  // namespace discern::history
