#include "export/metrics_reference.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "base/files.hpp"
#include "metrics/catalogue.hpp"

namespace discern::exporter {
namespace {

TEST(MetricsReference, IsWhatIsInTheDocs) {
  const auto committed = read_file("docs/metrics.md");
  ASSERT_TRUE(committed) << committed.error().text;
  // EXPECT_EQ would print both documents.
  EXPECT_TRUE(*committed == metrics_reference())
      << "docs/metrics.md and the catalogue differ: run ./dev docs and commit what it writes";
}

TEST(MetricsReference, HoldsEveryFamilyWithItsHelp) {
  const std::string text = metrics_reference();
  for (const metrics::Descriptor* family : metrics::catalogue::kAll) {
    EXPECT_NE(text.find("| `" + std::string(family->name) + "` |"), text.npos) << family->name;
    EXPECT_NE(text.find(family->help), text.npos) << family->name;
  }
}

TEST(MetricsReference, TheDashboardAsksForFamiliesThatExist) {
  const auto source = read_file("dashboard/src/lib/families.ts");
  ASSERT_TRUE(source) << source.error().text;
  std::set<std::string, std::less<>> known;
  for (const metrics::Descriptor* family : metrics::catalogue::kAll) known.emplace(family->name);
  const std::regex name("'(discern_[a-z0-9_]+)'");
  const std::sregex_iterator end;
  std::sregex_iterator found(source->begin(), source->end(), name);
  ASSERT_NE(found, end);
  for (; found != end; ++found) EXPECT_TRUE(known.contains((*found)[1].str())) << (*found)[1];
}

}  // namespace
}  // namespace discern::exporter
