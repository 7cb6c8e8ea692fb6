// HTTP requests as they come from a socket, in pieces of every size, up to the endpoint.

#include <cstddef>
#include <cstdint>
#include <string>

#include "net/http_reader.hpp"
#include "web/history_query.hpp"
#include "web/request_path.hpp"
#include "web/routes.hpp"

namespace {

using namespace discern;

void demand(bool holds) {
  if (!holds) __builtin_trap();
}

void route(const net::HttpRequest& request) {
  std::string buffer;
  const auto path = web::decode_path(request.path, buffer);
  if (path) {
    demand(path->starts_with('/') && path->find("/../") == path->npos &&
           path->find_first_of(std::string_view("\0\r\n\\", 4)) == path->npos);
    (void)web::match_route(request.method, *path);
  }
  if (const auto parameters = web::QueryParameters::parse(request.query)) {
    const auto query = web::parse_query(*parameters, SystemTime{});
    demand(query.ok() ? query->from < query->to : !query.error().text.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using net::HttpReader;
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
      demand(taken <= unread.size());
      unread.erase(0, taken);
      if (reader.state() == HttpReader::State::Failed) {
        demand(reader.refusal().status >= 400);
        return 0;
      }
      (void)reader.take_expects_continue();
      if (reader.state() != HttpReader::State::Complete) break;
      (void)reader.keep_alive();
      route(reader.request());
      reader.next();
    }
  }
  return 0;
}
