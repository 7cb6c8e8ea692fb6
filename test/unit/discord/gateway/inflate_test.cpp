#include "discord/gateway/inflate.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace discern::discord {
namespace {

using Status = Decompressor::Status;

// The sending side: one context for the whole connection, flushed after each payload.
class ZlibSender {
 public:
  ZlibSender() { deflateInit(&stream_, Z_DEFAULT_COMPRESSION); }
  ~ZlibSender() { deflateEnd(&stream_); }
  std::string send(std::string_view text) {
    std::string out(text.size() + 1024, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

class ZstdSender {
 public:
  ~ZstdSender() { ZSTD_freeCStream(stream_); }
  std::string send(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()) + 1024, '\0');
    ZSTD_inBuffer input{text.data(), text.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    ZSTD_compressStream2(stream_, &output, &input, ZSTD_e_flush);
    out.resize(output.pos);
    return out;
  }

 private:
  ZSTD_CStream* stream_ = ZSTD_createCStream();
};

std::string payload(int number) {
  return R"({"t":"MESSAGE_CREATE","s":)" + std::to_string(number) + R"(,"op":0,"d":{"content":")" +
         std::string(static_cast<std::size_t>(number) * 137 % 5000, 'a') + "\"}}";
}

template <class Sender>
void goes_through(Compression compression) {
  Sender sender;
  auto decompressor = make_decompressor(compression);
  TextBuffer out;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(decompressor->feed(sender.send(payload(i)), out), Status::Payload);
    ASSERT_EQ(out.text(), payload(i));
    ASSERT_EQ(out.text().data()[out.text().size()], '\0') << "padding is defined";
  }
}

TEST(ZlibStream, KeepsOneContextOverAllPayloads) {
  goes_through<ZlibSender>(Compression::Zlib);
}

TEST(ZstdStream, KeepsOneContextOverAllPayloads) {
  goes_through<ZstdSender>(Compression::Zstd);
}

TEST(ZlibStream, WaitsForThePayloadsEndOverSeveralMessages) {
  ZlibSender sender;
  auto decompressor = make_decompressor(Compression::Zlib);
  TextBuffer out;
  for (int i = 20; i < 25; ++i) {
    const std::string bytes = sender.send(payload(i));
    const std::size_t cut = bytes.size() / 2;
    EXPECT_EQ(decompressor->feed(bytes.substr(0, cut), out), Status::More);
    ASSERT_EQ(decompressor->feed(bytes.substr(cut), out), Status::Payload);
    EXPECT_EQ(out.text(), payload(i));
  }
}

template <class Sender>
void refuses_a_bomb(Compression compression) {
  Sender sender;
  const std::string bomb = sender.send(std::string(20'000'000, '0'));
  EXPECT_LT(bomb.size(), 200'000u);
  TextBuffer out;
  EXPECT_EQ(make_decompressor(compression, 10'000'000)->feed(bomb, out), Status::TooLarge);
  EXPECT_EQ(make_decompressor(compression)->feed(bomb, out), Status::Payload);
  EXPECT_EQ(out.text().size(), 20'000'000u);
}

TEST(ZlibStream, CapsWhatAPayloadMayBecome) {
  refuses_a_bomb<ZlibSender>(Compression::Zlib);
}

TEST(ZstdStream, CapsWhatAPayloadMayBecome) {
  refuses_a_bomb<ZstdSender>(Compression::Zstd);
}

template <class Sender>
void notices_garbage(Compression compression) {
  TextBuffer out;
  EXPECT_EQ(make_decompressor(compression)->feed(std::string("garbage\x00\x00\xff\xff", 11), out),
            Status::Corrupt);
  // A flipped bit in the middle of a good stream: noticed, or text that the parser will refuse.
  Sender sender;
  auto decompressor = make_decompressor(compression);
  ASSERT_EQ(decompressor->feed(sender.send(payload(1)), out), Status::Payload);
  std::string bytes = sender.send(payload(30));
  bytes[2] = static_cast<char>(bytes[2] ^ 0x55);
  bytes[4] = static_cast<char>(bytes[4] ^ 0x55);
  const Status status = decompressor->feed(bytes, out);
  EXPECT_TRUE(status != Status::Payload || out.text() != payload(30));
}

TEST(ZlibStream, NoticesGarbage) {
  notices_garbage<ZlibSender>(Compression::Zlib);
}

TEST(ZstdStream, NoticesGarbage) {
  notices_garbage<ZstdSender>(Compression::Zstd);
}

TEST(Compression, IsNamedInTheConfiguration) {
  EXPECT_EQ(find_compression("zstd"), Compression::Zstd);
  EXPECT_EQ(find_compression("none"), Compression::None);
  EXPECT_EQ(find_compression("gzip"), std::nullopt);
}

}  // namespace
}  // namespace discern::discord
