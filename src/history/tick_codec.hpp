#pragma once

// How all values of one instant become a few hundred bytes, and back. Pure.
//
// Ticks form chains. The first of a chain, a key tick, stands alone; each further one holds what
// changed since the tick before it. Within a chain series are only added, at the end. Every number
// survives exactly, NaN and infinities included.
//
// Bytes of a tick: one byte of flags (key, compressed), then, possibly as a zstd frame: the added
// series; the steps of each counter as a difference; each gauge as a difference where both values
// are whole numbers, or else as the bits that changed; each histogram's difference.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "metrics/series.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace discern::history {

// What is stored of a kind: steps, a double, or buckets.
enum class Shape : std::uint8_t { Steps, Number, Buckets };

struct TickSeries {
  std::uint32_t id = 0;  // Of the database.
  Shape shape = Shape::Steps;
  bool operator==(const TickSeries&) const = default;
};

// All values of one instant.
struct Tick {
  std::vector<TickSeries> series;
  // By position in `series`: steps, the bits of a double, or the index into `histograms`.
  std::vector<std::uint64_t> values;
  // In the order of their series. Buckets ascend and none is 0.
  std::vector<metrics::HistogramTotal> histograms;
  bool operator==(const Tick&) const = default;

  void add(std::uint32_t id, Shape shape);
  void clear();
};

// One for each chain of ticks that is written. One thread at a time.
class TickEncoder {
 public:
  TickEncoder();
  ~TickEncoder();

  // The bytes of `tick`, valid until the next call. It is a key tick when nothing was accepted
  // since the last `restart`, or when its series are no continuation of the accepted tick's.
  std::string_view encode(const Tick& tick);
  // Whether what `encode` last returned was a key tick.
  bool is_key() const { return key_; }
  // Says that `tick`, just encoded, is stored: the next one builds on it.
  void accept(const Tick& tick);
  // The next tick will be a key tick.
  void restart();

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  Tick previous_;
  bool has_previous_ = false;
  bool key_ = false;
  std::string plain_;
  std::string packed_;
};

// Follows one chain of ticks. One thread at a time.
class TickDecoder {
 public:
  TickDecoder();
  ~TickDecoder();

  // Reads the next tick of a chain, or a key tick, into `tick()`. Errors: Corrupt, after which only
  // a key tick may follow; so it is also when a chain does not begin with its key tick.
  Result<void> decode(std::string_view bytes);
  const Tick& tick() const { return tick_; }
  // Whether the tick that was read last begins a chain.
  bool is_key() const { return key_; }
  // A tick of the chain is missing: only a key tick may follow.
  void break_chain() { follows_ = false; }

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  Result<std::string_view> unpack(std::string_view bytes);

  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;
  Tick tick_;
  bool follows_ = false;
  bool key_ = false;
  std::string plain_;
};

}  // namespace discern::history
