#pragma once

// Paths and query strings as clients send them, decoded. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace discern::web {

// Undoes percent-encoding. Nothing when a % is not followed by two hex digits, or when the result
// is not UTF-8 or holds control characters. In queries "+" is a space.
std::optional<std::string> percent_decode(std::string_view text, bool is_query);

// The path to be routed, decoded into `buffer` when that is needed. Nothing when it is malformed
// or could climb: "." or ".." segments, in any encoding, and backslashes.
std::optional<std::string_view> decode_path(std::string_view path, std::string& buffer);

// Whether the last segment has a dot: a file, not a page.
bool has_extension(std::string_view path);

class QueryParameters {
 public:
  // Nothing when it cannot be decoded, or holds more than 64 parameters.
  static std::optional<QueryParameters> parse(std::string_view query);

  // The first of that name; null when there is none.
  const std::string* find(std::string_view name) const;
  // Nothing when it is absent; NaN when it is no finite number.
  std::optional<double> number(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace discern::web
