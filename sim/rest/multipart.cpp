#include "sim/rest/multipart.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace discern::sim {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

// The value of `key` in "form-data; name=\"x\"; filename=y".
std::string_view parameter(std::string_view header, std::string_view key) {
  while (true) {
    const std::size_t semicolon = header.find(';');
    if (semicolon == std::string_view::npos) return {};
    header = trimmed(header.substr(semicolon + 1));
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) return {};
    if (!equals_ignoring_case(trimmed(header.substr(0, equals)), key)) continue;
    std::string_view value = header.substr(equals + 1);
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return value.substr(0, value.find('"'));
    }
    return trimmed(value.substr(0, value.find(';')));
  }
}

void read_headers(std::string_view head, MultipartPart& part) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(line.substr(0, colon), "content-disposition")) {
      part.name = parameter(value, "name");
      part.filename = parameter(value, "filename");
    } else if (equals_ignoring_case(line.substr(0, colon), "content-type")) {
      part.content_type = value;
    }
  }
}

}  // namespace

std::optional<std::vector<MultipartPart>> parse_multipart(std::string_view content_type,
                                                          std::string_view body) {
  const std::string_view boundary = parameter(content_type, "boundary");
  if (boundary.empty()) return std::nullopt;
  const std::string open = "--" + std::string(boundary);
  const std::string between = "\r\n" + open;
  if (!body.starts_with(open)) return std::nullopt;
  body.remove_prefix(open.size());
  std::vector<MultipartPart> parts;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return std::nullopt;
    body.remove_prefix(2);
    const std::size_t end = body.find(between);
    const std::size_t blank = body.find("\r\n\r\n");
    if (end == std::string_view::npos || blank == std::string_view::npos || blank > end) {
      return std::nullopt;
    }
    MultipartPart part;
    read_headers(body.substr(0, blank + 2), part);
    part.body = body.substr(blank + 4, end - std::min(end, blank + 4));
    parts.push_back(part);
    body.remove_prefix(end + between.size());
  }
  return parts;
}

}  // namespace discern::sim
