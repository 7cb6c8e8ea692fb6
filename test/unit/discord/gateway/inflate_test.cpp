#include "discord/gateway/inflate.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace discern::discord {
namespace {

using Status = Decompressor::Status;

// The sending side: one context for the whole connection, flushed after each payload.
class ZlibSender {
 public:
  explicit ZlibSender(int level = Z_DEFAULT_COMPRESSION) { deflateInit(&stream_, level); }
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

// Of a connection that ended in the middle of a payload, or with garbage, nothing is left.
template <class Sender>
void begins_anew(Compression compression) {
  auto decompressor = make_decompressor(compression);
  TextBuffer out;
  for (int connection = 0; connection < 4; ++connection) {
    Sender sender;
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(decompressor->feed(sender.send(payload(i)), out), Status::Payload) << connection;
      ASSERT_EQ(out.text(), payload(i));
    }
    const std::string last = sender.send(payload(20));
    (void)decompressor->feed(connection % 2 == 0 ? last.substr(0, last.size() / 2) : "garbage",
                             out);
    decompressor->restart();
  }
}

TEST(ZlibStream, BeginsAnewWithEachConnection) {
  begins_anew<ZlibSender>(Compression::Zlib);
}

TEST(ZstdStream, BeginsAnewWithEachConnection) {
  begins_anew<ZstdSender>(Compression::Zstd);
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

// Payloads of every size that repeat what lies up to a whole window behind them.
std::vector<std::string> far_repetitions() {
  std::mt19937 random(1);
  std::string past;
  std::vector<std::string> payloads;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    while (text.size() < random() % 4000) {
      if (past.size() > 100 && random() % 3 > 0) {
        const std::size_t reach = std::min<std::size_t>(past.size(), 32768);
        text += past.substr(past.size() - 1 - random() % (reach - 1), random() % 300);
      } else {
        text += static_cast<char>(random() % 256);
      }
    }
    text += static_cast<char>(random() % 256);
    past += text;
    payloads.push_back(std::move(text));
  }
  return payloads;
}

TEST(ZlibStream, ReadsEveryLevelAndReachesBackAWholeWindow) {
  for (const int level : {0, 1, 6, 9}) {
    ZlibSender sender(level);
    auto decompressor = make_decompressor(Compression::Zlib);
    TextBuffer out;
    for (const std::string& text : far_repetitions()) {
      ASSERT_EQ(decompressor->feed(sender.send(text), out), Status::Payload) << level;
      ASSERT_EQ(out.text(), text) << level;
    }
  }
}

template <class Sender>
void survives_any_damage(Compression compression) {
  std::mt19937 random(2);
  const std::vector<std::string> payloads = far_repetitions();
  for (int round = 0; round < 300; ++round) {
    Sender sender;
    auto decompressor = make_decompressor(compression, 1'000'000);
    TextBuffer out;
    for (std::size_t i = 0; i < 8; ++i) {
      std::string bytes = sender.send(payloads[(static_cast<std::size_t>(round) + i) % 300]);
      if (i > 0) bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
      if (i > 4) bytes.resize(random() % bytes.size());
      const Status status = decompressor->feed(bytes, out);
      if (status == Status::Corrupt || status == Status::TooLarge) break;
    }
  }
}

TEST(ZlibStream, SurvivesAnyDamage) {
  survives_any_damage<ZlibSender>(Compression::Zlib);
}

TEST(ZstdStream, SurvivesAnyDamage) {
  survives_any_damage<ZstdSender>(Compression::Zstd);
}

TEST(Compression, IsNamedInTheConfiguration) {
  EXPECT_EQ(find_compression("zstd"), Compression::Zstd);
  EXPECT_EQ(find_compression("none"), Compression::None);
  EXPECT_EQ(find_compression("gzip"), std::nullopt);
}

}  // namespace
}  // namespace discern::discord
