#pragma once

// Transport compression: a new context for each connection. See Discord Docs/Gateway,
// Encoding and Compression.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace discern::discord {

enum class Compression : std::uint8_t { None, Zlib, Zstd };
// "none", "zlib", "zstd".
std::string_view to_string(Compression compression);
std::optional<Compression> find_compression(std::string_view name);

// Text of one payload; grows, is reused for the next, and is followed by kTextPadding readable
// bytes. Gateway thread only.
class TextBuffer {
 public:
  static constexpr std::size_t kTextPadding = 64;

  std::string_view text() const { return {bytes_.get(), size_}; }
  // Forgets the text. Gives memory back when one huge payload made the buffer large.
  void clear();
  // Room for more at the end; at least one byte. The first `used` bytes of it are kept by add().
  struct Room {
    char* begin;
    std::size_t size;
  };
  Room room();
  void add(std::size_t used);

 private:
  void grow();
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Against a bomb: no payload of Discord's comes near it.
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{64} * 1024 * 1024;

class Decompressor {
 public:
  enum class Status : std::uint8_t {
    Payload,   // `out` holds one payload.
    More,      // The payload goes on in the next message.
    Corrupt,   // The stream is broken: nothing after it can be read.
    TooLarge,  // Over the limit; the stream is of no use any more.
  };
  virtual ~Decompressor() = default;
  // Takes one WebSocket message. `out` is cleared first.
  virtual Status feed(std::string_view message, TextBuffer& out) = 0;
  // Forgets everything, for a new connection. What it allocated stays: a shard that reconnects
  // often would otherwise leave half a megabyte to the heap each time.
  virtual void restart() = 0;
};

// Precondition: not None. `max_payload` caps what one payload may become.
std::unique_ptr<Decompressor> make_decompressor(Compression compression,
                                                std::size_t max_payload = kMaxPayloadBytes);

}  // namespace discern::discord
