#include "web/content_coding.hpp"

#include <zlib.h>

#include <algorithm>

#include "net/http_message.hpp"

namespace discern::web {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024 * 1024;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the part before the separator off `rest`.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// "q=0", "q=0.000"
bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view one = take_part(parameters, ';');
    if (one.size() >= 3 && (one[0] == 'q' || one[0] == 'Q') && one[1] == '=') {
      return one.substr(2).find_first_not_of("0.") == one.npos;
    }
  }
  return false;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view coding = take_part(accept_encoding, ',');
    const std::string_view name = take_part(coding, ';');
    if (net::equal_names(name, "gzip") || net::equal_names(name, "x-gzip")) {
      return !is_refused(coding);
    }
    if (name == "*") any = !is_refused(coding);
  }
  return any;
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view one = take_part(if_none_match, ',');
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

std::optional<std::string> inflate_gzip(std::string_view gzip) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return std::nullopt;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() < kMostBytes) {
    const std::size_t before = out.size();
    out.resize(before + std::max<std::size_t>(gzip.size() * 3, 4096));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END) return std::nullopt;
  return out;
}

}  // namespace discern::web
