#include "discord/gateway/inflate.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace discern::discord {
namespace {

constexpr std::size_t kFirstCapacity = std::size_t{64} * 1024;
// A buffer that grew beyond this is given back after the payload.
constexpr std::size_t kKeptCapacity = std::size_t{8} * 1024 * 1024;
// Discord compresses with a window of 2^18; more than 2^24 is somebody else.
constexpr int kMaxZstdWindowLog = 24;

class ZlibStream final : public Decompressor {
 public:
  explicit ZlibStream(std::size_t max_payload) : max_payload_(max_payload) {
    if (inflateInit(&stream_) != Z_OK) throw std::runtime_error("zlib could not start");
    // The checksum stands at the end of the stream, and a connection never comes to it.
    inflateValidate(&stream_, 0);
  }
  ~ZlibStream() override { inflateEnd(&stream_); }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  Status feed(std::string_view message, TextBuffer& out) override {
    out.clear();
    // A payload ends with an empty stored block: 00 00 ff ff. Until then messages are collected.
    const bool whole = message.ends_with(std::string_view("\x00\x00\xff\xff", 4));
    if (!whole || !collected_.empty()) {
      if (collected_.size() + message.size() > max_payload_) return Status::TooLarge;
      collected_.append(message);
      if (!whole && !collected_.ends_with(std::string_view("\x00\x00\xff\xff", 4))) {
        return Status::More;
      }
      const Status status = inflate_all(collected_, out);
      collected_.clear();
      return status;
    }
    return inflate_all(message, out);
  }

  void restart() override {
    inflateReset(&stream_);
    inflateValidate(&stream_, 0);
    collected_.clear();
  }

 private:
  Status inflate_all(std::string_view input, TextBuffer& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    while (true) {
      const TextBuffer::Room room = out.room();
      stream_.next_out = reinterpret_cast<Bytef*>(room.begin);
      stream_.avail_out = static_cast<uInt>(room.size);
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      out.add(room.size - stream_.avail_out);
      if (out.text().size() > max_payload_) return Status::TooLarge;
      if (result == Z_BUF_ERROR) break;  // Nothing left to do.
      if (result != Z_OK) return Status::Corrupt;
      if (stream_.avail_in == 0 && stream_.avail_out != 0) break;
    }
    return out.text().empty() ? Status::Corrupt : Status::Payload;
  }

  const std::size_t max_payload_;
  z_stream stream_{};
  std::string collected_;
};

struct ZstdDeleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdStream final : public Decompressor {
 public:
  explicit ZstdStream(std::size_t max_payload)
      : max_payload_(max_payload), context_(ZSTD_createDCtx()) {
    if (!context_) throw std::runtime_error("zstd could not start");
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  }

  Status feed(std::string_view message, TextBuffer& out) override {
    out.clear();
    ZSTD_inBuffer input{message.data(), message.size(), 0};
    while (true) {
      const TextBuffer::Room room = out.room();
      ZSTD_outBuffer output{room.begin, room.size, 0};
      // The frame goes on after the payload: what matters is that the input is used up and that
      // room was left, not that the call says 0.
      const std::size_t result = ZSTD_decompressStream(context_.get(), &output, &input);
      out.add(output.pos);
      if (ZSTD_isError(result) != 0) return Status::Corrupt;
      if (out.text().size() > max_payload_) return Status::TooLarge;
      if (input.pos == input.size && output.pos < output.size) break;
    }
    return out.text().empty() ? Status::More : Status::Payload;
  }

  void restart() override { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }

 private:
  const std::size_t max_payload_;
  std::unique_ptr<ZSTD_DCtx, ZstdDeleter> context_;
};

}  // namespace

void TextBuffer::clear() {
  size_ = 0;
  if (capacity_ <= kKeptCapacity) return;
  bytes_.reset();
  capacity_ = 0;
}

void TextBuffer::grow() {
  const std::size_t more = std::max(kFirstCapacity, capacity_ * 2);
  std::unique_ptr<char[]> larger(new char[more + kTextPadding]);
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = more;
}

TextBuffer::Room TextBuffer::room() {
  if (size_ == capacity_) grow();
  return {bytes_.get() + size_, capacity_ - size_};
}

void TextBuffer::add(std::size_t used) {
  size_ += used;
  // Parsers read past the end, and what they find there must be defined.
  std::memset(bytes_.get() + size_, 0, kTextPadding);
}

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::None:
      return "none";
    case Compression::Zlib:
      return "zlib";
    case Compression::Zstd:
      return "zstd";
  }
  return "none";
}

std::optional<Compression> find_compression(std::string_view name) {
  for (const Compression c : {Compression::None, Compression::Zlib, Compression::Zstd}) {
    if (to_string(c) == name) return c;
  }
  return std::nullopt;
}

std::unique_ptr<Decompressor> make_decompressor(Compression compression, std::size_t max_payload) {
  if (compression == Compression::Zlib) return std::make_unique<ZlibStream>(max_payload);
  return std::make_unique<ZstdStream>(max_payload);
}

}  // namespace discern::discord
