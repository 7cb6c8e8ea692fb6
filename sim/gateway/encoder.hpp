#pragma once

// Transport compression: payload text to WebSocket message, one context per connection.
// See Discord Docs/Gateway, Transport Compression.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace discern::sim {

enum class Compression { None, ZlibStream, ZstdStream };

// The value of the `compress` query parameter; empty when Discord has no such value.
std::optional<Compression> parse_compression(std::string_view name);
std::string_view to_string(Compression compression);

// A payload that was compressed beforehand, see deck.hpp.
struct PrebuiltPayload {
  std::string_view head;      // What comes first, uncompressed, always as long as when built.
  std::string_view deflated;  // The rest as raw deflate blocks, ending in an empty stored block.
  std::string_view zstd;      // The rest as blocks of a zstd frame.
  std::string_view rest;      // The rest as text, for encoders that cannot splice.
  // Begins the zstd frame that its successors go on with, of this window.
  bool first = false;
};

// 2^17 bytes, as a zstd window and in the window byte of a frame header (RFC 8878, 3.1.1.1.2).
inline constexpr int kZstdWindowLog = 17;

class Encoder {
 public:
  virtual ~Encoder() = default;

  // One message; valid until the next call.
  virtual std::string_view encode(std::string_view payload) = 0;
  // The same for a prebuilt payload, cheaper where the format allows.
  virtual std::string_view encode(const PrebuiltPayload& payload);
  virtual bool binary() const = 0;

 private:
  std::string joined_;
};

std::unique_ptr<Encoder> make_encoder(Compression compression);

}  // namespace discern::sim
