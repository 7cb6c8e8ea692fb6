#include "net/frame_edges.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern::net {
namespace {

const std::string kAccepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string frame(char first, std::size_t size) {
  std::string out(1, first);
  if (size < 126) {
    out.push_back(static_cast<char>(size));
  } else if (size < 65536) {
    out += {'\x7e', static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    out.push_back('\x7f');
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  }
  return out + std::string(size, 'x');
}

FrameEdges after_handshake() {
  FrameEdges edges;
  edges.take(kAccepted, edges.ready(kAccepted));
  return edges;
}

TEST(FrameEdges, GiveTheAnswerWithoutTheFramesBehindIt) {
  FrameEdges edges;
  EXPECT_EQ(edges.ready(kAccepted.substr(0, 20)), 0u);
  const std::string bytes = kAccepted + frame('\x82', 5);
  EXPECT_EQ(edges.ready(bytes), kAccepted.size());
  // Taken in two pieces.
  edges.take(bytes, 10);
  EXPECT_EQ(edges.ready(bytes.substr(10)), kAccepted.size() - 10);
  EXPECT_FALSE(edges.is_whole_message(bytes.substr(10)));
  edges.take(bytes.substr(10), kAccepted.size() - 10);
  EXPECT_TRUE(edges.is_whole_message(frame('\x82', 5)));
}

TEST(FrameEdges, GiveOneFrameAtATimeWhateverItsSize) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u}) {
    FrameEdges edges = after_handshake();
    const std::string one = frame('\x81', size);
    const std::string both = one + frame('\x82', 3);
    EXPECT_EQ(edges.ready(both), one.size()) << size;
    EXPECT_TRUE(edges.is_whole_message(both)) << size;
    edges.take(both, one.size());
    EXPECT_EQ(edges.ready(both.substr(one.size())), 5u) << size;
  }
}

TEST(FrameEdges, WaitForTheWholeHeadOfAFrame) {
  FrameEdges edges = after_handshake();
  const std::string large = frame('\x82', 70000);
  for (std::size_t known = 0; known < 10; ++known) {
    EXPECT_EQ(edges.ready(large.substr(0, known)), 0u) << known;
  }
  EXPECT_EQ(edges.ready(large.substr(0, 10)), 10u);
  EXPECT_FALSE(edges.is_whole_message(large.substr(0, 100)));
  edges.take(large.substr(0, 100), 100);
  EXPECT_EQ(edges.ready(large.substr(100) + "next"), large.size() - 100);
}

TEST(FrameEdges, TakeOnlyWholeUnfragmentedDataForAMessage) {
  const FrameEdges edges = after_handshake();
  EXPECT_TRUE(edges.is_whole_message(frame('\x81', 4)));
  EXPECT_TRUE(edges.is_whole_message(frame('\x82', 4)));
  for (const char other : {'\x01', '\x02', '\x80', '\x88', '\x89', '\x8a', '\xc1'}) {
    EXPECT_FALSE(edges.is_whole_message(frame(other, 4)));
  }
  EXPECT_FALSE(edges.is_whole_message(frame('\x82', 4).substr(0, 5)));
  EXPECT_FALSE(edges.is_whole_message(""));
}

TEST(FrameEdges, GiveEverythingOfARefusal) {
  FrameEdges edges;
  const std::string refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n";
  edges.take(refusal + "no", edges.ready(refusal + "no"));
  EXPECT_EQ(edges.ready("no"), 2u);
  EXPECT_FALSE(edges.is_whole_message(frame('\x82', 4)));
}

}  // namespace
}  // namespace discern::net
