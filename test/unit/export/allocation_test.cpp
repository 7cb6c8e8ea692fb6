// Encoders write into a buffer that is used again and again; a scrape a second allocates nothing.

#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "export/prometheus_text.hpp"
#include "export/seed_json.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::exporter {
namespace {

namespace catalogue = metrics::catalogue;

TEST(Encoders, AllocateNothingInSteadyState) {
  metrics::Registry registry{SystemTime{}};
  constexpr metrics::Descriptor kBusy{.name = "test_busy",
                                      .help = "Busy.",
                                      .kind = metrics::Kind::TopK,
                                      .labels = {"type", "guild"}};
  const std::string long_name(100, '"');
  const auto count = [&] {
    registry.counter(catalogue::kCommands, "a plugin with a long name", long_name).add();
    registry.counter(catalogue::kPageViews, long_name).add();
    registry.counter(catalogue::kPluginSwitches, "a plugin", "enabled").add();
    registry.histogram(catalogue::kRestDuration, "GET", long_name).observe(0.1);
    registry.topks(kBusy).with("a type of event").add(long_name);
  };
  count();
  SeedJsonEncoder json;
  const SeedExtras extras{.api_response_ms = std::vector<double>(100, 1.5)};
  std::string out;
  const auto encode = [&](const metrics::Snapshot& snapshot) {
    out.clear();
    append_text(out, snapshot, TextFormat::Prometheus, {.items = true});
    append_text(out, snapshot, TextFormat::OpenMetrics);
    json.append(out, snapshot, extras);
  };
  encode(*registry.snapshot({}, {}));
  out.reserve(2 * out.size());
  for (int i = 0; i < 3; ++i) {
    count();
    const metrics::SnapshotPtr now = registry.snapshot({}, {});
    const std::uint64_t before = testing_support::allocations;
    encode(*now);
    // The writers' own scratch texts, a constant number whatever the size of the registry.
    EXPECT_LE(testing_support::allocations - before, 8u);
  }
}

// An exception that leaves a destructor would end the program.
TEST(Encoders, SayItWhenThereIsNoMemoryAndAreWholeTheNextTime) {
  metrics::Registry registry{SystemTime{}};
  for (int i = 0; i < 2000; ++i) registry.counter(catalogue::kPageViews, std::to_string(i)).add();
  registry.histogram(catalogue::kRestDuration, "GET", "/").observe(0.1);
  const metrics::SnapshotPtr snapshot = registry.snapshot({}, {});
  for (const TextFormat format : {TextFormat::Prometheus, TextFormat::OpenMetrics}) {
    std::string whole;
    append_text(whole, *snapshot, format);
    std::int64_t refused = 0;
    for (;; ++refused) {
      testing_support::until_refusal = refused;
      std::string out;
      try {
        append_text(out, *snapshot, format);
      } catch (const std::bad_alloc&) {
        EXPECT_LT(testing_support::until_refusal, 0);
        continue;
      }
      testing_support::until_refusal = -1;
      EXPECT_EQ(out, whole);
      break;
    }
    EXPECT_GT(refused, 2);
  }
}

}  // namespace
}  // namespace discern::exporter
