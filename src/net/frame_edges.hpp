#pragma once

// Where the frames of a WebSocket server end, in the bytes of its connection: RFC 6455, 5.2. What
// comes first is its answer to the handshake; when that refuses, there are no frames.
//
// Pure. It checks nothing: that is the business of whoever reads the frames.

#include <cstdint>
#include <string_view>

namespace discern::net {

class FrameEdges {
 public:
  // How many of these bytes, which begin where the last ones taken ended, belong to what they begin
  // with. 0: more are needed to tell.
  std::size_t ready(std::string_view bytes) const;
  // They begin with a whole frame that is a message by itself.
  bool is_whole_message(std::string_view bytes) const;
  // The first `size` of them are gone. Precondition: not more than are ready.
  void take(std::string_view bytes, std::size_t size);

 private:
  enum class Phase { Answer, Frames, NoFrames };

  Phase phase_ = Phase::Answer;
  std::uint64_t left_ = 0;  // Of the frame, or of the answer, that was begun.
};

}  // namespace discern::net
