#include "history/total_book.hpp"

#include <gtest/gtest.h>

#include <random>

#include "metrics/hyperloglog.hpp"

namespace discern::history {
namespace {

metrics::HistogramTotal some_histogram(std::uint64_t zero) {
  return {zero, 1.25, {{-240, 3}, {-7, 1}, {0, 1ull << 60}, {271, 2}}};
}

TEST(TotalBook, ReadsBackWhatItWrote) {
  TotalBook book;
  std::mt19937_64 random(1);
  for (std::uint32_t series = 1; series < 200; ++series) {
    if (series % 3 == 0) book.set_steps(series, random() >> (random() % 64));
    if (series % 3 == 1) book.set_histogram(series, some_histogram(series));
  }
  TotalBook copy;
  for (const std::uint32_t block : book.changed_blocks()) {
    std::string bytes;
    book.append_block(bytes, block);
    ASSERT_TRUE(copy.load_block(block, bytes).ok());
  }
  EXPECT_TRUE(copy.changed_blocks().empty());
  for (std::uint32_t series = 0; series < 220; ++series) {
    EXPECT_EQ(copy.find(series), book.find(series));
  }
}

TEST(TotalBook, ReadsBackSketches) {
  metrics::Total distinct;
  distinct.key_tag = 123456789;
  distinct.distinct = {std::string(metrics::kRegisters, '\5')};
  metrics::Total topk;
  topk.topk = {99, {{"", 5, 1}, {"two words", 50, 0}}};
  TotalBook book;
  book.set_sketch(3, distinct);
  book.set_sketch(70, topk);
  TotalBook copy;
  for (const std::uint32_t series : book.changed_sketches()) {
    ASSERT_TRUE(copy.load_sketch(series, book.sketch_bytes(series)).ok());
  }
  EXPECT_EQ(copy.find(3), distinct);
  EXPECT_EQ(copy.find(70), topk);
}

TEST(TotalBook, KnowsWhichBlocksChanged) {
  TotalBook book;
  book.set_steps(1, 5);
  book.set_steps(63, 5);
  book.set_steps(64, 5);
  book.set_histogram(300, {});
  EXPECT_EQ(book.changed_blocks(), (std::set<std::uint32_t>{0, 1}));
  book.mark_saved();
  book.set_steps(1, 5);
  EXPECT_TRUE(book.changed_blocks().empty());
  book.set_steps(64, 6);
  EXPECT_EQ(book.changed_blocks(), (std::set<std::uint32_t>{1}));
}

TEST(TotalBook, WhatWasNeverCountedHasNoTotal) {
  TotalBook book;
  book.set_steps(5, 0);
  book.set_histogram(6, {});
  EXPECT_FALSE(book.find(5));
  EXPECT_FALSE(book.find(6));
  EXPECT_FALSE(book.find(1000));
}

TEST(TotalBook, DamagedBytesAreAnErrorOrOtherTotalsButNeverACrash) {
  TotalBook book;
  for (std::uint32_t series = 0; series < 64; ++series) {
    book.set_histogram(series, some_histogram(series));
  }
  metrics::Total sketch;
  sketch.topk = {9, {{"a", 5, 1}, {"b", 4, 0}}};
  book.set_sketch(1, sketch);
  std::string good;
  book.append_block(good, 0);
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = i % 2 == 0 ? good : book.sketch_bytes(1);
    bad.resize(1 + random() % bad.size());
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random());
    TotalBook copy;
    const auto loaded = i % 2 == 0 ? copy.load_block(0, bad) : copy.load_sketch(1, bad);
    EXPECT_TRUE(loaded.ok() || loaded.error().kind == Errc::Corrupt);
  }
}

}  // namespace
}  // namespace discern::history
