#include "web/plugin_compare.hpp"

#include <gtest/gtest.h>

namespace discern::web {
namespace {

using namespace std::chrono_literals;

// As the real one: a step below a millisecond, or an empty range, is an error.
class Reader final : public history::Reader {
 public:
  Result<history::QueryResult> run(const history::Query& query) override {
    if (query.step < 1ms) return Error(Errc::Invalid, "the step must be at least a millisecond");
    if (query.to <= query.from) return Error(Errc::Invalid, "the range must end after it begins");
    ++asked;
    return history::QueryResult{query.from, query.step, {}, {}};
  }
  Result<std::vector<history::SeriesInfo>> series() override {
    return std::vector<history::SeriesInfo>{};
  }
  void interrupt() override {}
  int asked = 0;
};

TEST(PluginCompare, HasAnEmptyWindowRightAfterAChange) {
  const SystemTime at{std::chrono::hours(500000) + 123456789ns};
  for (const auto after : {0ns, 1ns, 999999ns, -5000000ns}) {
    Reader reader;
    const auto text = compare(reader, {.plugin = "ping", .at = at, .now = at + after});
    ASSERT_TRUE(text.ok()) << after.count() << ": " << text.error().text;
    EXPECT_NE(text->find("\"after\":{"), std::string::npos);
    EXPECT_EQ(reader.asked, 10) << "the window before it is there";
  }
  Reader reader;
  ASSERT_TRUE(compare(reader, {.plugin = "ping", .at = at, .now = at + 1ms}));
  EXPECT_EQ(reader.asked, 20);
}

}  // namespace
}  // namespace discern::web
