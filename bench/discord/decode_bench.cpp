// The gateway's path without its socket: inflate, extract, count, route, beside the bare limits.

#include <benchmark/benchmark.h>

#include "bench/discord/rivals.hpp"
#include "bench/discord/stream.hpp"
#include "test/unit/discord/gateway/shard_harness.hpp"

namespace discern::bench {
namespace {

using namespace discord;

// One plugin that asked for messages.
class OnePlugin final : public DispatchSink {
 public:
  explicit OnePlugin(std::string_view wanted) : wanted_(wanted) {}
  bool wants(std::string_view type) const override { return type == wanted_; }
  void on_dispatch(const Dispatch& dispatch) override { bytes += dispatch.payload.size; }
  void on_ready(ApplicationId) override {}
  std::size_t bytes = 0;

 private:
  std::string_view wanted_;
};

Compression ours(sim::Compression compression) {
  if (compression == sim::Compression::ZlibStream) return Compression::Zlib;
  return compression == sim::Compression::ZstdStream ? Compression::Zstd : Compression::None;
}

void shard(benchmark::State& state, sim::Compression compression, std::string_view wanted) {
  const Stream& stream = Stream::of(compression);
  OnePlugin plugin(wanted);
  ShardHarness harness(ours(compression), &plugin);
  for (auto _ : state) {
    harness.connect();
    for (std::size_t i = 0; i < stream.size(); ++i) harness.receive(stream[i]);
  }
  benchmark::DoNotOptimize(plugin.bytes);
  if (harness.events() != static_cast<double>((kEvents + 1) * state.iterations())) {
    state.SkipWithError("not every event was counted");
  }
  state.counters["bytes"] = static_cast<double>(stream.bytes());
}

template <class Inflater, sim::Compression compression>
void inflate_only(benchmark::State& state) {
  const Stream& stream = Stream::of(compression);
  for (auto _ : state) {
    Inflater inflater;
    for (std::size_t i = 0; i < stream.size(); ++i) {
      benchmark::DoNotOptimize(inflater.read(stream[i]).data());
    }
  }
}

template <class Inflater, sim::Compression compression>
void inflate_and_parse(benchmark::State& state) {
  const Stream& stream = Stream::of(compression);
  BareSimdjson json;
  for (auto _ : state) {
    Inflater inflater;
    for (std::size_t i = 0; i < stream.size(); ++i) {
      benchmark::DoNotOptimize(json.read(inflater.read(stream[i])));
    }
  }
}

// A thousand different payloads, so that they come from the cache as they do after inflating.
void parse_only(benchmark::State& state) {
  const Stream& stream = Stream::of(sim::Compression::None);
  BareSimdjson json;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kEvents; ++i) {
      benchmark::DoNotOptimize(json.read(stream[2 + i % 1000]));
    }
  }
}

constexpr auto kMs = benchmark::kMillisecond;
constexpr auto kZlib = sim::Compression::ZlibStream;
constexpr auto kZstd = sim::Compression::ZstdStream;
constexpr auto kPlain = sim::Compression::None;
BENCHMARK_CAPTURE(shard, zlib, kZlib, "MESSAGE_CREATE")->Name("decode_zlib/ours")->Unit(kMs);
BENCHMARK_CAPTURE(shard, zstd, kZstd, "MESSAGE_CREATE")->Name("decode_zstd/ours")->Unit(kMs);
BENCHMARK_CAPTURE(shard, plain, kPlain, "MESSAGE_CREATE")->Name("decode_plain/ours")->Unit(kMs);
BENCHMARK_CAPTURE(shard, idle, kZstd, "")->Name("decode_unasked/ours")->Unit(kMs);
BENCHMARK_TEMPLATE(inflate_only, BareZlib, kZlib)->Name("decode_zlib/bare")->Unit(kMs);
BENCHMARK_TEMPLATE(inflate_only, BareZstd, kZstd)->Name("decode_zstd/bare")->Unit(kMs);
BENCHMARK_TEMPLATE(inflate_and_parse, BareZlib, kZlib)->Name("decode_zlib/parsed")->Unit(kMs);
BENCHMARK_TEMPLATE(inflate_and_parse, BareZstd, kZstd)->Name("decode_zstd/parsed")->Unit(kMs);
BENCHMARK(parse_only)->Name("decode_plain/bare")->Unit(kMs);

}  // namespace
}  // namespace discern::bench
