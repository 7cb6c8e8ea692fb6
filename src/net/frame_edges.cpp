#include "net/frame_edges.hpp"

#include <algorithm>

namespace discern::net {
namespace {

constexpr std::string_view kAnswerEnd = "\r\n\r\n";
// An answer whose end is not in so many bytes is given out as it comes.
constexpr std::size_t kMostAnswer = 8 * 1024;

// Of the frame that begins here, head included; 0 when more bytes are needed to tell.
std::uint64_t frame_size(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return 0;
  const std::size_t mask = (byte(1) & 0x80) != 0 ? 4 : 0;
  const unsigned length = byte(1) & 0x7F;
  if (length < 126) return 2 + mask + length;
  const std::size_t digits = length == 126 ? 2 : 8;
  if (bytes.size() < 2 + digits) return 0;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < digits; ++i) size = size << 8 | byte(2 + i);
  return 2 + digits + mask + (size & ~(std::uint64_t{1} << 63));
}

// "HTTP/1.1 101 Switching Protocols"
bool accepts(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 101");
}

}  // namespace

std::size_t FrameEdges::ready(std::string_view bytes) const {
  std::uint64_t size = left_;
  if (size == 0) {
    switch (phase_) {
      case Phase::NoFrames:
        return bytes.size();
      case Phase::Frames:
        size = frame_size(bytes);
        break;
      case Phase::Answer: {
        const std::size_t end = bytes.find(kAnswerEnd);
        if (end != std::string_view::npos) {
          size = end + kAnswerEnd.size();
        } else if (bytes.size() >= kMostAnswer) {
          size = bytes.size();
        }
      }
    }
  }
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes.size()));
}

bool FrameEdges::is_whole_message(std::string_view bytes) const {
  if (phase_ != Phase::Frames || left_ != 0) return false;
  const std::uint64_t size = frame_size(bytes);
  // FIN, no reserved bit, text or binary.
  return size != 0 && size <= bytes.size() && (bytes[0] == '\x81' || bytes[0] == '\x82');
}

void FrameEdges::take(std::string_view bytes, std::size_t size) {
  if (phase_ == Phase::NoFrames || size == 0) return;
  if (left_ == 0) {
    if (phase_ == Phase::Answer) {
      const std::size_t end = bytes.find(kAnswerEnd);
      if (!accepts(bytes) || end == std::string_view::npos) {
        phase_ = Phase::NoFrames;
        return;
      }
      left_ = end + kAnswerEnd.size();
    } else {
      left_ = frame_size(bytes);
    }
  }
  left_ -= size;
  if (left_ == 0) phase_ = Phase::Frames;
}

}  // namespace discern::net
