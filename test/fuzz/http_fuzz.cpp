// HTTP requests as they come from a socket, in pieces of every size.

#include <cstddef>
#include <cstdint>
#include <string>

#include "net/http_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using discern::net::HttpReader;
  if (size == 0) return 0;
  // The first byte says how much arrives at a time.
  const std::size_t piece = bytes[0] + 1u;
  const std::string input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  HttpReader reader({.header_bytes = 1024, .target_bytes = 256, .fields = 20, .body_bytes = 4096});
  std::string unread;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    unread.append(input, at, piece);
    for (;;) {
      const std::size_t taken = reader.feed(unread);
      if (taken > unread.size()) __builtin_trap();
      unread.erase(0, taken);
      if (reader.state() == HttpReader::State::Failed) {
        if (reader.refusal().status < 400) __builtin_trap();
        return 0;
      }
      (void)reader.take_expects_continue();
      if (reader.state() != HttpReader::State::Complete) break;
      (void)reader.keep_alive();
      (void)reader.request();
      reader.next();
    }
  }
  return 0;
}
