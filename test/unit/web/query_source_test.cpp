#include "web/query_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <random>

#include "web/history_query.hpp"

namespace discern::web {
namespace {

using Points = std::vector<std::optional<double>>;

Points unpacked(PointPack pack) {
  Points points;
  for (std::size_t i = 0; i < pack.size(); ++i) points.push_back(pack.next());
  return points;
}

TEST(PointPack, GivesBackWhatWasPutIn) {
  std::mt19937_64 random(20261201);
  const double kinds[] = {
      0, -0.0, 1, 1, 1.5, 1e300, -1e-300, 0.1, std::numeric_limits<double>::infinity()};
  for (int round = 0; round < 200; ++round) {
    Points points;
    while (points.size() < 700) {
      const std::optional<double> value =
          random() % 3 == 0 ? std::nullopt
          : random() % 2 == 0
              ? std::optional<double>(kinds[random() % std::size(kinds)])
              : std::optional<double>(std::ldexp(static_cast<double>(random()), -20));
      points.insert(points.end(), random() % 400 == 0 ? 300 : 1 + random() % 3, value);
    }
    ASSERT_EQ(unpacked(PointPack(points)), points);
  }
  EXPECT_TRUE(unpacked(PointPack(Points())).empty());
}

TEST(PointPack, GapsAndWhatStaysTheSameTakeNoRoom) {
  Points points(100'000);
  for (std::size_t i = 0; i < points.size(); i += 500) points[i] = 1e6 + static_cast<double>(i % 7);
  EXPECT_LT(PointPack(points).held_bytes(), 5'000u);
  EXPECT_LT(PointPack(Points(100'000, 3.25)).held_bytes(), 2'000u);
}

TEST(PointPack, TheWorstCaseIsNineBytesAPoint) {
  std::mt19937_64 random(7);
  Points points;
  while (points.size() < 10'000) points.emplace_back(std::bit_cast<double>((random() >> 2) | 1));
  EXPECT_LE(PointPack(points).held_bytes(), 9u * 10'000 + 16);
}

history::QueryResult long_result(std::size_t series, std::size_t points) {
  history::QueryResult result;
  result.from = SystemTime(std::chrono::seconds(1'000'000));
  result.step = std::chrono::milliseconds(10);
  for (std::size_t i = 0; i < series; ++i) {
    history::QuerySeries one{{{"n", std::to_string(i)}}, Points(points)};
    for (std::size_t p = i; p < points; p += 3) one.points[p] = static_cast<double>(p) / 8;
    result.series.push_back(std::move(one));
  }
  result.annotations.push_back({result.from, "start", "Started."});
  return result;
}

TEST(QuerySource, APieceIsSmallAndTheWholeIsTheSameText) {
  const std::pair<std::size_t, std::size_t> sizes[] = {
      {1, 100'000}, {100, 1'000}, {3, 0}, {0, 0}, {2, 1}};
  for (const auto& [series, points] : sizes) {
    const history::Query query;
    QuerySource source(query, long_result(series, points));
    std::string whole;
    for (bool more = true; more;) {
      std::string piece;
      more = source.append_piece(piece);
      EXPECT_LT(piece.size(), 40u * 1024);
      whole += piece;
    }
    EXPECT_EQ(whole, query_json(query, long_result(series, points)));
    const auto brackets = static_cast<std::ptrdiff_t>(2 + series * (points + 1));
    EXPECT_EQ(std::count(whole.begin(), whole.end(), '['), brackets);
    EXPECT_EQ(std::count(whole.begin(), whole.end(), ']'), brackets);
  }
}

TEST(QuerySource, HoldsLessThanHalfOfItsText) {
  const history::Query query;
  QuerySource source(query, long_result(1, 100'000));
  EXPECT_LT(source.held_bytes() * 2, query_json(query, long_result(1, 100'000)).size());
}

}  // namespace
}  // namespace discern::web
