#include "sim/gateway/encoder.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <string>

#include "sim/gateway/deck.hpp"

namespace discern::sim {
namespace {

// One inflate context for the life of a connection, as a client has.
class Inflater {
 public:
  Inflater() { inflateInit(&stream_); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string read(std::string_view message) {
    EXPECT_TRUE(message.ends_with(std::string_view("\0\0\xff\xff", 4)));
    std::string out(1 << 20, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream_, Z_SYNC_FLUSH), Z_OK);
    EXPECT_EQ(stream_.avail_in, 0U);
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

class Unzstd {
 public:
  std::string read(std::string_view message) {
    std::string out(1 << 20, '\0');
    ZSTD_inBuffer in{message.data(), message.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (in.pos < in.size) {
      const std::size_t result = ZSTD_decompressStream(context_.get(), &to, &in);
      EXPECT_FALSE(ZSTD_isError(result));
      if (ZSTD_isError(result)) break;
    }
    out.resize(to.pos);
    return out;
  }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_{ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx};
};

Deck make_deck() {
  std::vector<Deck::Card> cards;
  for (int i = 0; i < 100; ++i) {
    cards.push_back({i % 2 == 0 ? "MESSAGE_CREATE" : "TYPING_START",
                     make_text(R"({"content":"a rather repetitive text )" + std::to_string(i) +
                               R"(","member":{"roles":[]}})")});
  }
  return Deck(std::move(cards));
}

std::string expected(const Deck& deck, std::size_t index, std::uint64_t sequence) {
  std::string text;
  write_dispatch_head(text, deck.card(index).type, sequence);
  return text + *deck.card(index).d + "}";
}

TEST(ZlibEncoder, KeepsOneContextOverAllMessages) {
  const auto encoder = make_encoder(Compression::ZlibStream);
  Inflater inflater;
  for (int i = 0; i < 50; ++i) {
    const std::string text(static_cast<std::size_t>(i * 997), static_cast<char>('a' + i % 26));
    if (text.empty()) continue;
    EXPECT_EQ(inflater.read(encoder->encode(text)), text);
  }
  EXPECT_TRUE(encoder->binary());
}

TEST(ZlibEncoder, SplicesPreparedPayloadsBetweenOrdinaryOnes) {
  const auto encoder = make_encoder(Compression::ZlibStream);
  Deck deck = make_deck();
  Inflater inflater;
  std::uint64_t sequence = 0;
  EXPECT_EQ(inflater.read(encoder->encode("hello")), "hello");
  for (int run = 0; run < 3; ++run) {
    for (std::size_t i = 0; i < deck.size() + 40; ++i) {
      const std::size_t index = i % deck.size();
      ++sequence;
      ASSERT_EQ(inflater.read(encoder->encode(deck.payload(index, sequence))),
                expected(deck, index, sequence));
    }
    EXPECT_EQ(inflater.read(encoder->encode("hello in between")), "hello in between");
    EXPECT_EQ(inflater.read(encoder->encode("hello in between")), "hello in between");
  }
}

TEST(ZstdEncoder, KeepsOneFrameOverAllMessages) {
  const auto encoder = make_encoder(Compression::ZstdStream);
  Unzstd decoder;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::string text(i * 331 + 1, static_cast<char>('a' + i % 26));
    EXPECT_EQ(decoder.read(encoder->encode(text)), text);
  }
}

TEST(ZstdEncoder, SplicesPreparedPayloadsBetweenOrdinaryOnes) {
  const auto encoder = make_encoder(Compression::ZstdStream);
  Deck deck = make_deck();
  Unzstd decoder;
  std::uint64_t sequence = 0;
  for (int run = 0; run < 3; ++run) {
    for (std::size_t i = 0; i < 2 * deck.size() + 40; ++i) {
      const std::size_t index = i % deck.size();
      ++sequence;
      ASSERT_EQ(decoder.read(encoder->encode(deck.payload(index, sequence))),
                expected(deck, index, sequence));
    }
    EXPECT_EQ(decoder.read(encoder->encode("hello in between")), "hello in between");
    EXPECT_EQ(decoder.read(encoder->encode("hello in between")), "hello in between");
  }
}

TEST(PlainEncoder, ChangesNothing) {
  const auto encoder = make_encoder(Compression::None);
  EXPECT_EQ(encoder->encode("text"), "text");
  EXPECT_FALSE(encoder->binary());
}

TEST(ParseCompression, KnowsDiscordsNames) {
  EXPECT_EQ(parse_compression(""), Compression::None);
  EXPECT_EQ(parse_compression("zlib-stream"), Compression::ZlibStream);
  EXPECT_EQ(parse_compression("zstd-stream"), Compression::ZstdStream);
  EXPECT_FALSE(parse_compression("brotli"));
}

}  // namespace
}  // namespace discern::sim
