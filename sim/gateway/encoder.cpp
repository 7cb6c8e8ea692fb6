#include "sim/gateway/encoder.hpp"

#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace discern::sim {
namespace {

class PlainEncoder final : public Encoder {
 public:
  std::string_view encode(std::string_view payload) override { return payload; }
  using Encoder::encode;
  bool binary() const override { return false; }
};

class ZlibEncoder final : public Encoder {
 public:
  ZlibEncoder() {
    if (deflateInit(&stream_, Z_BEST_SPEED) != Z_OK) throw std::runtime_error("deflateInit failed");
  }
  ~ZlibEncoder() override { deflateEnd(&stream_); }
  ZlibEncoder(const ZlibEncoder&) = delete;
  ZlibEncoder& operator=(const ZlibEncoder&) = delete;

  std::string_view encode(std::string_view payload) override {
    out_.clear();
    deflate_into_out(payload, Z_SYNC_FLUSH);
    spliced_ = false;
    return out_;
  }

  // A stored block for the head, then the finished blocks. The full flush before a run makes our
  // own context forget what came earlier, because it does not see the spliced bytes.
  std::string_view encode(const PrebuiltPayload& payload) override {
    out_.clear();
    if (!spliced_) deflate_into_out({}, Z_FULL_FLUSH);
    spliced_ = true;
    const auto length = static_cast<std::uint16_t>(payload.head.size());
    const auto complement = static_cast<std::uint16_t>(~length);
    const char block[] = {0,
                          static_cast<char>(length & 0xFF),
                          static_cast<char>(length >> 8),
                          static_cast<char>(complement & 0xFF),
                          static_cast<char>(complement >> 8)};
    out_.append(block, sizeof block);
    out_ += payload.head;
    out_ += payload.deflated;
    return out_;
  }
  bool binary() const override { return true; }

 private:
  void deflate_into_out(std::string_view in, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    do {
      const std::size_t used = out_.size();
      out_.resize(used + in.size() / 2 + 256);
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data() + used);
      stream_.avail_out = static_cast<uInt>(out_.size() - used);
      deflate(&stream_, flush);
      out_.resize(out_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::string out_;
  bool spliced_ = false;
};

// Ends a frame: an empty raw block that is the last one (RFC 8878, 3.1.1.2).
constexpr std::string_view kZstdFrameEnd("\x01\0\0", 3);
// Magic number, a descriptor that promises nothing, the window (RFC 8878, 3.1.1).
constexpr char kZstdFrameBegin[] = {
    '\x28', '\xb5', '\x2f', '\xfd', 0, static_cast<char>((kZstdWindowLog - 10) << 3)};

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kZstdWindowLog);
  }

  std::string_view encode(std::string_view payload) override {
    out_.clear();
    if (spliced_) {
      // Our own context knows nothing of the spliced frame: it begins one anew.
      out_ = kZstdFrameEnd;
      ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only);
      spliced_ = false;
    }
    began_ = true;
    compress_into_out(payload);
    return out_;
  }

  // A raw block for the head, then the finished blocks. Those refer to what came before them in
  // their own frame and to nothing else, so each round through the deck is a frame.
  std::string_view encode(const PrebuiltPayload& payload) override {
    out_.clear();
    if (payload.first) {
      if (began_) out_ = kZstdFrameEnd;
      out_.append(kZstdFrameBegin, sizeof kZstdFrameBegin);
    }
    began_ = spliced_ = true;
    const std::size_t block = payload.head.size() << 3;
    for (const int shift : {0, 8, 16}) out_.push_back(static_cast<char>(block >> shift & 0xFF));
    out_ += payload.head;
    out_ += payload.zstd;
    return out_;
  }
  bool binary() const override { return true; }

 private:
  void compress_into_out(std::string_view payload) {
    const std::size_t used = out_.size();
    out_.resize(used + ZSTD_compressBound(payload.size()) + 64);
    ZSTD_inBuffer in{payload.data(), payload.size(), 0};
    ZSTD_outBuffer out{out_.data(), out_.size(), used};
    // The frame does not end with the message: flush, never end.
    while (ZSTD_compressStream2(context_.get(), &out, &in, ZSTD_e_flush) != 0) {
      out_.resize(out_.size() * 2);
      out.dst = out_.data();
      out.size = out_.size();
    }
    out_.resize(out.pos);
  }

  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
  std::string out_;
  bool began_ = false;  // A frame is open.
  bool spliced_ = false;
};

}  // namespace

std::string_view Encoder::encode(const PrebuiltPayload& payload) {
  joined_.assign(payload.head);
  joined_ += payload.rest;
  return encode(std::string_view(joined_));
}

std::optional<Compression> parse_compression(std::string_view name) {
  if (name.empty()) return Compression::None;
  if (name == "zlib-stream") return Compression::ZlibStream;
  if (name == "zstd-stream") return Compression::ZstdStream;
  return std::nullopt;
}

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::None:
      return "none";
    case Compression::ZlibStream:
      return "zlib-stream";
    case Compression::ZstdStream:
      return "zstd-stream";
  }
  return "none";
}

std::unique_ptr<Encoder> make_encoder(Compression compression) {
  switch (compression) {
    case Compression::ZlibStream:
      return std::make_unique<ZlibEncoder>();
    case Compression::ZstdStream:
      return std::make_unique<ZstdEncoder>();
    case Compression::None:
      break;
  }
  return std::make_unique<PlainEncoder>();
}

}  // namespace discern::sim
