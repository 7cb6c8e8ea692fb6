// Peak memory of a process that holds N counters with one label and renders them once.
//
// Usage: metrics_memory ours|bare|prometheus_cpp N
// Prints the growth of the peak resident set per series, in bytes.

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "export/prometheus_text.hpp"
#include "metrics/registry.hpp"

namespace {

using namespace discern;

constexpr metrics::Descriptor kUses{.name = "bench_command_uses_total",
                                    .help = "Uses of a command.",
                                    .labels = {"command"},
                                    .max_series = 2'000'000};

std::string name_of(long i) {
  return "command_" + std::to_string(i);
}

long peak_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

std::size_t render_ours(long series) {
  static metrics::Registry registry{SystemTime{}};
  auto& uses = registry.counters(kUses);
  for (long i = 0; i < series; ++i) uses.with(name_of(i)).add(static_cast<std::uint64_t>(i));
  static std::string out;
  exporter::append_text(out, *registry.snapshot({}, {}), exporter::TextFormat::Prometheus);
  return out.size();
}

// A name, a number, and room for the text: nothing can hold the same with much less.
std::size_t render_bare(long series) {
  static std::vector<std::pair<std::string, std::uint64_t>> lines;
  lines.reserve(static_cast<std::size_t>(series));
  std::size_t size = 0;
  for (long i = 0; i < series; ++i) {
    lines.emplace_back("bench_command_uses_total{command=\"" + name_of(i) + "\"} ", i);
    size += lines.back().first.size() + 8;
  }
  static std::string out;
  out.reserve(size);
  for (const auto& [prefix, value] : lines) {
    char number[24];
    out.append(prefix).append(number, std::to_chars(number, number + sizeof number, value).ptr);
    out.push_back('\n');
  }
  return out.size();
}

std::size_t render_prometheus_cpp(long series) {
  static prometheus::Registry registry;
  auto& uses = prometheus::BuildCounter()
                   .Name("bench_command_uses_total")
                   .Help("Uses of a command.")
                   .Register(registry);
  for (long i = 0; i < series; ++i) {
    uses.Add({{"command", name_of(i)}}).Increment(static_cast<double>(i));
  }
  return prometheus::TextSerializer().Serialize(registry.Collect()).size();
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<std::size_t(long)>> kRivals = {
      {"ours", render_ours}, {"bare", render_bare}, {"prometheus_cpp", render_prometheus_cpp}};
  const auto rival = argc == 3 ? kRivals.find(argv[1]) : kRivals.end();
  const long series = argc == 3 ? std::atol(argv[2]) : 0;
  if (rival == kRivals.end() || series <= 0) {
    std::fprintf(stderr, "usage: metrics_memory ours|bare|prometheus_cpp SERIES\n");
    return 2;
  }
  const long before = peak_kib();
  if (rival->second(series) == 0) return 1;
  std::printf("%.1f\n",
              static_cast<double>(peak_kib() - before) * 1024 / static_cast<double>(series));
}
