// Events that no plugin asked for are counted and routed without touching the heap.

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "counting_new.hpp"
#include "unit/discord/gateway/shard_harness.hpp"

namespace discern::discord {
namespace {

class OnlyVoice final : public DispatchSink {
 public:
  bool wants(std::string_view type) const override { return type == "VOICE_STATE_UPDATE"; }
  void on_dispatch(const Dispatch&) override { ++taken; }
  void on_ready(ApplicationId) override {}
  int taken = 0;
};

class Compressor {
 public:
  explicit Compressor(Compression compression) : compression_(compression) {
    deflateInit(&zlib_, Z_DEFAULT_COMPRESSION);
  }
  ~Compressor() { deflateEnd(&zlib_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  std::string encode(std::string_view text) {
    if (compression_ == Compression::None) {
      std::string padded(text);
      padded.reserve(text.size() + net::kMessagePadding);
      return padded;
    }
    std::string out(text.size() + 512, '\0');
    if (compression_ == Compression::Zlib) {
      zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
      zlib_.avail_in = static_cast<uInt>(text.size());
      zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
      zlib_.avail_out = static_cast<uInt>(out.size());
      deflate(&zlib_, Z_SYNC_FLUSH);
      out.resize(out.size() - zlib_.avail_out);
    } else {
      ZSTD_inBuffer in{text.data(), text.size(), 0};
      ZSTD_outBuffer to{out.data(), out.size(), 0};
      ZSTD_compressStream2(zstd_.get(), &to, &in, ZSTD_e_flush);
      out.resize(to.pos);
    }
    return out;
  }

 private:
  Compression compression_;
  z_stream zlib_{};
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> zstd_{ZSTD_createCCtx(), ZSTD_freeCCtx};
};

std::string dispatch(std::string_view type, int sequence, std::string_view d) {
  return R"({"t":")" + std::string(type) + R"(","s":)" + std::to_string(sequence) +
         R"(,"op":0,"d":)" + std::string(d) + "}";
}

class Allocation : public testing::TestWithParam<Compression> {};

TEST_P(Allocation, CountingAndRoutingWhatNobodyAskedForNeedsNone) {
  OnlyVoice sink;
  ShardHarness harness(GetParam(), &sink);
  Compressor compressor(GetParam());
  harness.connect();
  harness.receive(compressor.encode(R"({"op":10,"d":{"heartbeat_interval":41250}})"));
  harness.receive(compressor.encode(dispatch(
      "READY", 1, R"({"session_id":"a","resume_gateway_url":"ws://b","guilds":[{"id":"7"}]})")));
  std::vector<std::string> messages;
  for (int round = 0; round < 50; ++round) {
    const std::string_view bodies[][2] = {
        {"MESSAGE_CREATE",
         R"({"id":"1","guild_id":"7","content":"a \"text\"","author":{"id":"2","bot":false}})"},
        {"PRESENCE_UPDATE", R"({"guild_id":"7","user":{"id":"2"},"status":"online"})"},
        {"TYPING_START", R"({"guild_id":"7","channel_id":"8","user_id":"2","timestamp":1})"},
        {"GUILD_MEMBER_UPDATE", R"({"guild_id":"7","user":{"id":"2"},"roles":[]})"},
        {"GUILD_MEMBER_ADD", R"({"guild_id":"7","user":{"id":"2"},"roles":[]})"}};
    for (const auto& [type, d] : bodies) {
      const int sequence = static_cast<int>(messages.size()) + 2;
      messages.push_back(compressor.encode(dispatch(type, sequence, d)));
    }
  }
  // The first of a type makes its series, and buffers find their size.
  constexpr std::size_t kWarm = 10;
  for (std::size_t i = 0; i < kWarm; ++i) harness.receive(messages[i]);
  const std::size_t before = testing_support::allocations;
  for (std::size_t i = kWarm; i < messages.size(); ++i) harness.receive(messages[i]);
  EXPECT_EQ(testing_support::allocations - before, 0u);
  EXPECT_EQ(sink.taken, 0);
  EXPECT_EQ(harness.events(), 251);
}

INSTANTIATE_TEST_SUITE_P(,
                         Allocation,
                         testing::Values(Compression::None, Compression::Zlib, Compression::Zstd),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

}  // namespace
}  // namespace discern::discord
