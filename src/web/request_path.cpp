#include "web/request_path.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/utf8.hpp"

namespace discern::web {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_clean(std::string_view text) {
  bool ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    if (byte >= 0x80) ascii = false;
  }
  return ascii || is_utf8(text);
}

bool climbs(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(end);
  }
  return false;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool is_query) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_query) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!is_clean(out)) return std::nullopt;
  return out;
}

std::optional<std::string_view> decode_path(std::string_view path, std::string& buffer) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  if (path.find('%') != path.npos) {
    std::optional<std::string> decoded = percent_decode(path, false);
    if (!decoded) return std::nullopt;
    buffer = std::move(*decoded);
    path = buffer;
  } else if (!is_clean(path)) {
    return std::nullopt;
  }
  if (path.find('\\') != path.npos || climbs(path)) return std::nullopt;
  return path;
}

bool has_extension(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.find('.', slash == path.npos ? 0 : slash) != path.npos;
}

std::optional<QueryParameters> QueryParameters::parse(std::string_view query) {
  constexpr std::size_t kMost = 64;
  QueryParameters parsed;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = percent_decode(pair.substr(0, equals), true);
    std::optional<std::string> value =
        percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value || parsed.all_.size() == kMost) return std::nullopt;
    parsed.all_.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

const std::string* QueryParameters::find(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<double> QueryParameters::number(std::string_view name) const {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  double value = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return value;
}

}  // namespace discern::web
