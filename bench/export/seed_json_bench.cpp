// The seed's JSON of 10,000 counters, beside the bare limit.

#include <benchmark/benchmark.h>

#include <charconv>
#include <string>
#include <vector>

#include "export/seed_json.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {
namespace {

// Page views appear once in the seed's JSON; 10,000 of them are 10,000 counters.
constexpr metrics::Descriptor kPages{.name = metrics::catalogue::kPageViews.name,
                                     .help = metrics::catalogue::kPageViews.help,
                                     .labels = metrics::catalogue::kPageViews.labels,
                                     .max_series = 20'000};

std::string name_of(std::int64_t i) {
  return "/page/" + std::to_string(i);
}

void ours(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  auto& views = registry.counters(kPages);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    views.with(name_of(i)).add(static_cast<std::uint64_t>(i * 7919 % 100'000));
  }
  const metrics::SnapshotPtr snapshot = registry.snapshot({}, {});
  exporter::SeedJsonEncoder encoder;
  std::string out;
  for (auto _ : state) {
    out.clear();
    encoder.append(out, *snapshot, {});
    benchmark::DoNotOptimize(out.data());
  }
}

void bare(benchmark::State& state) {
  std::vector<std::pair<std::string, std::uint64_t>> entries;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    entries.emplace_back("\"" + name_of(i) + "\":", static_cast<std::uint64_t>(i * 7919 % 100'000));
  }
  std::string out;
  for (auto _ : state) {
    out.assign("{");
    for (const auto& [prefix, value] : entries) {
      char number[24];
      out.append(prefix);
      out.append(number, std::to_chars(number, number + sizeof number, value).ptr);
      out.push_back(',');
    }
    out.back() = '}';
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK(ours)->Name("json/ours")->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(bare)->Name("json/bare")->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace discern::bench
