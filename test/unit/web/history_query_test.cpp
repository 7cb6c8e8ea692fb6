#include "web/history_query.hpp"

#include <gtest/gtest.h>

namespace discern::web {
namespace {

using namespace std::chrono_literals;
using history::Reduction;

const SystemTime kNow{100'000s};

Result<history::Query> parse(std::string_view text) {
  return parse_query(*QueryParameters::parse(text), kNow);
}

TEST(ParseQuery, ReadsEveryPart) {
  const auto query = parse("name=a_total&label.command=music+play&from=10.5&to=20&step=0.5&fn=p95");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->family, "a_total");
  EXPECT_EQ(query->labels, (history::Labels{{"command", "music play"}}));
  EXPECT_EQ(query->from, SystemTime(10500ms));
  EXPECT_EQ(query->to, SystemTime(20s));
  EXPECT_EQ(query->step, 500ms);
  EXPECT_EQ(query->reduction, Reduction::P95);
}

TEST(ParseQuery, ShowsTheLastHourByDefault) {
  const auto query = parse("name=a");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->to, kNow);
  EXPECT_EQ(query->from, kNow - 1h);
  EXPECT_EQ(query->step, 12s);
  EXPECT_EQ(query->reduction, Reduction::Last);
}

TEST(ParseQuery, TakesNoTimeThatTheClockCannotHold) {
  for (const char* text : {"name=a&from=0&to=1e10",
                           "name=a&from=-1e10&to=0",
                           "name=a&from=0&to=99999999999",
                           "name=a&step=1e10",
                           "name=a&step=99999999999"}) {
    EXPECT_FALSE(parse(text).ok()) << text;
  }
  const auto widest = parse("name=a&from=-4e9&to=4e9&step=4e9");
  ASSERT_TRUE(widest.ok());
  EXPECT_EQ(epoch_seconds(widest->to + widest->step), 8e9);
  EXPECT_EQ(seconds(widest->to - widest->from), 8e9);
}

TEST(ParseQuery, SaysWhatToWriteInstead) {
  for (const char* text : {"",
                           "name=",
                           "name=a&from=x",
                           "name=a&from=1e300",
                           "name=a&from=5&to=5",
                           "name=a&step=0",
                           "name=a&step=-1",
                           "name=a&step=nan",
                           "name=a&fn=sum"}) {
    const auto query = parse(text);
    ASSERT_FALSE(query.ok()) << text;
    EXPECT_EQ(query.error().kind, Errc::Invalid);
    EXPECT_TRUE(query.error().text.starts_with("Give ")) << query.error().text;
  }
}

TEST(QueryJson, GapsAreNull) {
  history::Query query;
  query.from = SystemTime(10s);
  query.to = SystemTime(10s + 300ms);
  history::QueryResult result;
  result.from = SystemTime(10s);
  result.step = 100ms;
  result.series.push_back({{{"command", "a\"b"}}, {1.5, std::nullopt, 3}});
  result.annotations.push_back({SystemTime(10s), "start", "Started."});
  EXPECT_EQ(query_json(query, result),
            R"({"from":10,"to":10.3,"step":0.1,)"
            R"("series":[{"labels":{"command":"a\"b"},"points":[[10,1.5],[10.1,null],[10.2,3]]}],)"
            R"("annotations":[{"t":10,"kind":"start","text":"Started."}]})");
}

TEST(SeriesJson, ListsWhatIsHeld) {
  EXPECT_EQ(series_json({{12, "a_seconds", {{"x", "y"}}, "histogram", "seconds"}}),
            R"({"series":[{"id":12,"name":"a_seconds","labels":{"x":"y"},)"
            R"("kind":"histogram","unit":"seconds"}]})");
}

}  // namespace
}  // namespace discern::web
