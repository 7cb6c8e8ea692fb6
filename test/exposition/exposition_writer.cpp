// Writes what the encoders make of a registry full of hostile names, for parsers that we did not
// write (exposition_test.py).
//
// Usage: exposition_writer prometheus|openmetrics|json SEED

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "export/prometheus_text.hpp"
#include "export/seed_json.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace {

using namespace discern;
using namespace std::chrono_literals;
using metrics::Descriptor;
using metrics::Kind;
using metrics::Registry;

constexpr int kHostile = 300;

// Everything that means something to a parser, or nothing to UTF-8.
constexpr std::string_view kPieces[] = {"\n",
                                        "\r",
                                        "\t",
                                        "\"",
                                        "\\",
                                        "\\n",
                                        "{",
                                        "}",
                                        ",",
                                        "=",
                                        " ",
                                        "#",
                                        " # {a=\"b\"} 1",
                                        "# EOF\n",
                                        "le",
                                        "other",
                                        "</script>",
                                        "\x1f",
                                        "\x7f",
                                        std::string_view("\0", 1),
                                        "\x80",
                                        "\xff",
                                        "\xc0\xaf",
                                        "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xe2\x82",
                                        "\xe2\x80\xa8",
                                        "\xc2\x85",
                                        "\xf0\x9f\xa4\x96",
                                        "ping",
                                        "ä"};

class Names {
 public:
  explicit Names(std::uint64_t seed) : random_(seed) {}
  std::string next() {
    if (random_() % 50 == 0) return std::string(1 << 20, "x\xff\n\""[random_() % 4]);
    std::string name;
    for (std::uint64_t left = random_() % 12; left > 0; --left) {
      if (random_() % 4 == 0) {
        name.push_back(static_cast<char>(random_()));
      } else {
        name.append(kPieces[random_() % std::size(kPieces)]);
      }
    }
    return name;
  }
  std::uint64_t number() { return random_(); }

 private:
  std::mt19937_64 random_;
};

double hostile_number(std::uint64_t n) {
  constexpr double kNumbers[] = {0.0,
                                 -0.0,
                                 1e300,
                                 -1e300,
                                 5e-324,
                                 0.1,
                                 9.1e15,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};
  return kNumbers[n % std::size(kNumbers)];
}

// Two label sets of every built-in family.
void fill_catalogue(Registry& registry, Names& names) {
  for (const Descriptor* family : metrics::catalogue::kAll) {
    for (int i = 0; i < 2; ++i) {
      const std::string a = names.next();
      const std::string b = names.next();
      switch (family->kind) {
        case Kind::Counter:
          registry.counter(*family, a, b).add(names.number() % 1'000'000);
          break;
        case Kind::Gauge:
          registry.gauge(*family, a, b).set(hostile_number(names.number()));
          break;
        case Kind::Histogram:
          registry.histogram(*family, a, b).observe(std::abs(hostile_number(names.number())));
          break;
        case Kind::Distinct:
          registry.distincts(*family).with(a, b).add(names.number());
          break;
        case Kind::TopK:
          registry.topks(*family).with(a, b).add(names.next());
          break;
      }
    }
  }
}

// What a plugin could declare.
const Descriptor& adopt(Registry& registry, Descriptor descriptor) {
  const auto adopted = registry.adopt(descriptor);
  if (!adopted) {
    std::fprintf(stderr, "%s\n", adopted.error().text.c_str());
    std::exit(1);
  }
  return **adopted;
}

void fill_plugins(Registry& registry, Names& names) {
  using metrics::Unit;
  const std::string help = "Help of \"a\" \\ plugin\nwith \xff and \x01 in it.";
  const auto& uses = adopt(
      registry, {.name = "plugin_a_uses_total", .help = help, .labels = {"x", "y"}, .owner = "a"});
  const auto& wait = adopt(registry,
                           {.name = "plugin_a_wait_seconds",
                            .help = help,
                            .kind = Kind::Histogram,
                            .unit = Unit::Seconds,
                            .labels = {"x"}});
  const auto& size = adopt(
      registry,
      {.name = "plugin_a_size_bytes", .help = help, .kind = Kind::Histogram, .unit = Unit::Bytes});
  const auto& odd = adopt(registry,
                          {.name = "plugin_a_odd_seconds_total",
                           .help = help,
                           .unit = Unit::Seconds,
                           .labels = {"x"},
                           .step = 0.3});
  const auto& users = adopt(
      registry, {.name = "plugin_a_users", .help = help, .kind = Kind::Distinct, .labels = {"x"}});
  const auto& guilds = adopt(
      registry, {.name = "plugin_a_busy", .help = help, .kind = Kind::TopK, .labels = {"x", "y"}});
  // With a random key each format would see another estimate.
  registry.distincts(users).set_key({1, 2});
  for (int i = 0; i < kHostile; ++i) {
    registry.counter(uses, names.next(), names.next()).add();
    registry.counter(odd, names.next()).add(names.number() % 1000);
    const metrics::Histogram one = registry.histogram(wait, names.next());
    one.observe(std::exp2(static_cast<double>(names.number() % 70) - 33));
    const double example = std::exp2(i % 9 - 6);
    registry.observe(one, example, "trace_id", names.next(), SystemTime(1700000000s));
    registry.observe(one, example, "trace_id", std::to_string(names.number()), SystemTime{});
    registry.histogram(size).observe(static_cast<double>(names.number() >> (names.number() % 64)));
    registry.distincts(users).with(names.next()).add(names.number());
    registry.topks(guilds).with(names.next().substr(0, 1)).add(names.next());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view format = argc == 3 ? argv[1] : "";
  if (format != "prometheus" && format != "openmetrics" && format != "json") {
    std::fprintf(stderr, "usage: exposition_writer prometheus|openmetrics|json SEED\n");
    return 2;
  }
  Registry registry{SystemTime(1700000000s)};
  Names names(std::strtoull(argv[2], nullptr, 10));
  fill_catalogue(registry, names);
  fill_plugins(registry, names);
  // What the meter folds is known only after a family was over its limit.
  for (int i = 0; i < 1100; ++i) {
    registry.counter(metrics::catalogue::kPageViews, "/page/" + std::to_string(i)).add();
  }
  const metrics::SnapshotPtr now = registry.snapshot(SystemTime(1700000100s), SteadyTime(100s));
  std::string out;
  if (format == "json") {
    exporter::append_seed_json(out, *now, {std::nan(""), std::nan(""), {}, std::nan("")});
  } else {
    exporter::append_text(out,
                          *now,
                          format == "openmetrics" ? exporter::TextFormat::OpenMetrics
                                                  : exporter::TextFormat::Prometheus,
                          {.items = true, .least_count = 1});
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}
