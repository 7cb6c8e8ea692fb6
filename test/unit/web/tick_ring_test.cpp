#include "web/tick_ring.hpp"

#include <gtest/gtest.h>

namespace discern::web {
namespace {

LiveValues values(double first) {
  LiveValues all;
  all.fill(kUnknown);
  all[0] = first;
  return all;
}

std::string columns(const TickRing& ring, std::int64_t since) {
  std::string out;
  ring.append_columns(out, since);
  return out;
}

std::string nulls(std::size_t series, std::size_t ticks) {
  std::string out;
  for (std::size_t i = 0; i < series; ++i) {
    out += ",[";
    for (std::size_t k = 0; k < ticks; ++k) out += k == 0 ? "null" : ",null";
    out += "]";
  }
  return out;
}

TEST(TickRing, WritesColumnsOfWhatIsNewer) {
  TickRing ring(3);
  EXPECT_EQ(columns(ring, 0), "\"t\":[],\"v\":[[]" + nulls(kLiveSeries.size() - 1, 0) + "]");
  ring.push(1000, values(1));
  ring.push(2500, values(0.123456789));
  EXPECT_EQ(columns(ring, 0),
            "\"t\":[1,2.5],\"v\":[[1,0.12346]" + nulls(kLiveSeries.size() - 1, 2) + "]");
  EXPECT_EQ(columns(ring, 1000),
            "\"t\":[2.5],\"v\":[[0.12346]" + nulls(kLiveSeries.size() - 1, 1) + "]");
  EXPECT_EQ(columns(ring, 2500), columns(ring, 7500));
}

TEST(TickRing, KeepsTheNewest) {
  TickRing ring(3);
  for (int i = 1; i <= 7; ++i) ring.push(i * 1000, values(i));
  EXPECT_EQ(columns(ring, 0).substr(0, 27), "\"t\":[5,6,7],\"v\":[[5,6,7],[n");
  EXPECT_EQ(columns(ring, 6000).substr(0, 15), "\"t\":[7],\"v\":[[7");
  EXPECT_EQ(ring.newest_ms(), 7000);
}

TEST(TickRing, GivesEverythingToAClientFromTheFuture) {
  TickRing ring(3);
  ring.push(1'000'000, values(1));
  EXPECT_EQ(columns(ring, 9'000'000), columns(ring, 0));
  EXPECT_NE(columns(ring, 1'001'000), columns(ring, 0)) << "a little ahead is up to date";
}

TEST(TickRing, ReplaysAsEvents) {
  TickRing ring(3);
  ring.push(1000, values(1));
  ring.push(2000, values(2));
  std::string out;
  ring.append_events(out, 1000);
  EXPECT_EQ(out.substr(0, 44), "id: 2000\nevent: tick\ndata: {\"t\":2,\"v\":[2,nul");
  EXPECT_TRUE(out.ends_with(",null]}\n\n"));
}

TEST(AppendEvent, HoldsTheChangedRows) {
  LiveTick tick{.time_ms = 1764000001000, .values = values(3), .commands = {}, .plugins = {}};
  tick.commands.push_back({.name = "music play", .plugin = "music", .uses = 3});
  std::string out;
  append_event(out, tick);
  EXPECT_TRUE(
      out.starts_with("id: 1764000001000\nevent: tick\ndata: {\"t\":1764000001,\"v\":[3,null"))
      << out;
  EXPECT_TRUE(
      out.ends_with(R"(],"commands":[{"name":"music play","plugin":"music","uses":3,"errors":0,)"
                    R"("p50_ms":null,"p95_ms":null,"p99_ms":null,"last_used":null}]})"
                    "\n\n"))
      << out;
}

TEST(AppendEvent, NoTextCanEndTheEvent) {
  LiveTick tick{.time_ms = 1, .values = values(3), .commands = {}, .plugins = {}};
  tick.plugins.resize(1);
  tick.plugins[0].status.id = "a\n\nevent: tick\ndata: {}";
  std::string out;
  append_event(out, tick);
  EXPECT_EQ(out.find("\n\n"), out.size() - 2);
}

}  // namespace
}  // namespace discern::web
