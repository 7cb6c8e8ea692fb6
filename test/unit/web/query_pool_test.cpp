#include "web/query_pool.hpp"

#include <gtest/gtest.h>

#include <future>

namespace discern::web {
namespace {

struct EmptyReader : history::Reader {
  Result<history::QueryResult> run(const history::Query&) override {
    return history::QueryResult();
  }
  Result<std::vector<history::SeriesInfo>> series() override {
    return std::vector<history::SeriesInfo>();
  }
  void interrupt() override {}
};

// Its queries take until they are interrupted.
struct EndlessReader : EmptyReader {
  Result<history::QueryResult> run(const history::Query&) override {
    begun.set_value();
    interrupted.get_future().wait();
    return Error(Errc::Timeout, "interrupted");
  }
  void interrupt() override { interrupted.set_value(); }
  std::promise<void> begun;
  std::promise<void> interrupted;
};

// Submits a job and waits for what it was called with.
Result<history::Reader*> ask(QueryPool& pool) {
  std::promise<Result<history::Reader*>> said;
  EXPECT_TRUE(pool.submit([&](Result<history::Reader*> reader) { said.set_value(reader); }).ok());
  return said.get_future().get();
}

TEST(QueryPool, MakesOneReaderForEachThread) {
  int made = 0;
  QueryPool pool(1, [&]() -> Result<std::unique_ptr<history::Reader>> {
    ++made;
    return std::unique_ptr<history::Reader>(new EmptyReader);
  });
  const auto first = ask(pool);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, *ask(pool));
  EXPECT_EQ(made, 1);
}

TEST(QueryPool, SaysWhyThereIsNoReader) {
  QueryPool none(1, nullptr);
  EXPECT_EQ(ask(none).error().kind, Errc::Unavailable);
  QueryPool failing(1, []() -> Result<std::unique_ptr<history::Reader>> {
    return Error(Errc::Corrupt, "broken");
  });
  EXPECT_EQ(ask(failing).error().kind, Errc::Corrupt);
}

TEST(QueryPool, RefusesWhatItCannotQueueAndDropsTheRestWhenItStops) {
  std::promise<void> begun;
  std::promise<void> release;
  std::atomic<int> closed{0};
  QueryPool pool(1, nullptr);
  ASSERT_TRUE(pool.submit([&](const Result<history::Reader*>&) {
                    begun.set_value();
                    release.get_future().wait();
                  })
                  .ok());
  begun.get_future().wait();
  const auto count = [&](const Result<history::Reader*>& reader) {
    if (reader.error().kind == Errc::Closed) ++closed;
  };
  for (std::size_t i = 0; i < QueryPool::kMostWaiting; ++i) ASSERT_TRUE(pool.submit(count).ok());
  EXPECT_EQ(pool.submit(count).error().kind, Errc::Limit);
  std::thread stopper([&] { pool.stop(); });
  while (closed < static_cast<int>(QueryPool::kMostWaiting)) std::this_thread::yield();
  release.set_value();
  stopper.join();
  EXPECT_TRUE(pool.submit(count).ok());
  EXPECT_EQ(closed, static_cast<int>(QueryPool::kMostWaiting) + 1);
}

TEST(QueryPool, StoppingInterruptsTheQueryUnderWay) {
  auto endless = std::make_unique<EndlessReader>();
  std::future<void> begun = endless->begun.get_future();
  std::unique_ptr<history::Reader> made = std::move(endless);
  QueryPool pool(1, [&]() -> Result<std::unique_ptr<history::Reader>> { return std::move(made); });
  Errc answer{};
  ASSERT_TRUE(pool.submit([&](Result<history::Reader*> reader) {
                    answer = (*reader)->run({}).error().kind;
                  })
                  .ok());
  begun.wait();
  pool.stop();
  EXPECT_EQ(answer, Errc::Timeout);
}

TEST(QueryPool, AJobThatThrowsHarmsNoOther) {
  QueryPool pool(1, nullptr);
  ASSERT_TRUE(
      pool.submit([](const Result<history::Reader*>&) { throw std::runtime_error("x"); }).ok());
  EXPECT_EQ(ask(pool).error().kind, Errc::Unavailable);
}

}  // namespace
}  // namespace discern::web
