#pragma once

// Reading JSON without a library: a view of one value inside a text.
//
// Made for event payloads: nothing is parsed ahead, a look-up scans the text from the value on and
// allocates only for the string it returns. The text must outlive the view. Text that is not JSON
// is answered with absent values, never with a read beyond its end.

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace discern::plugin {

class Json {
 public:
  Json() = default;
  explicit Json(std::string_view text) : text_(trim(text)) {}

  bool exists() const { return !text_.empty(); }
  explicit operator bool() const { return exists(); }
  bool is_null() const { return text_.starts_with("null"); }
  bool is_string() const { return text_.starts_with('"'); }
  bool is_object() const { return text_.starts_with('{'); }
  bool is_array() const { return text_.starts_with('['); }
  // The value as it stands in the text.
  std::string_view raw() const { return text_; }

  // Follows keys and array indices: find("d.author.id"), find("options.0.name").
  Json find(std::string_view path) const;
  Json operator[](std::string_view key) const;
  Json at(std::size_t index) const;
  std::size_t size() const;

  // Each of these returns `fallback` when the value is absent, null or of another kind.
  std::string string(std::string_view fallback = {}) const;
  std::int64_t integer(std::int64_t fallback = 0) const;
  double number(double fallback = 0) const;
  bool boolean(bool fallback = false) const;
  // A snowflake, written as a string or as a number; 0 when absent.
  std::uint64_t id() const;

  // Calls fn(Json) for each element of an array, or fn(std::string, Json) for each member of an
  // object; a view of any other value has none.
  template <class Fn>
  void each_element(Fn&& fn) const;
  template <class Fn>
  void each_member(Fn&& fn) const;

 private:
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  static std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
  }
  // Length of the value that `text` begins with; 0 when it begins with none.
  static std::size_t value_length(std::string_view text);
  static std::size_t string_length(std::string_view text);
  static std::string unescape(std::string_view quoted);
  // Walks the members or elements; stops when visit(raw key, value) returns false.
  template <class Visit>
  void walk(Visit&& visit) const;
  std::string_view plain() const {
    return is_string() && text_.size() >= 2 ? text_.substr(1, text_.size() - 2) : text_;
  }

  std::string_view text_;
};

inline std::size_t Json::string_length(std::string_view text) {
  // A quote after an odd number of backslashes is part of the string.
  for (std::size_t at = text.find('"', 1); at != text.npos; at = text.find('"', at + 1)) {
    std::size_t escapes = at;
    while (text[escapes - 1] == '\\') --escapes;
    if ((at - escapes) % 2 == 0) return at + 1;
  }
  return 0;
}

inline std::size_t Json::value_length(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '"') return string_length(text);
  if (text.front() != '{' && text.front() != '[') {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ',' && text[end] != '}' && text[end] != ']' &&
           !is_space(text[end])) {
      ++end;
    }
    return end;
  }
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t length = string_length(text.substr(i));
      if (length == 0) return 0;
      i += length - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

template <class Visit>
void Json::walk(Visit&& visit) const {
  if (!is_object() && !is_array()) return;
  const bool object = is_object();
  std::string_view rest = text_.substr(1);
  while (true) {
    while (!rest.empty() && (is_space(rest.front()) || rest.front() == ',')) rest.remove_prefix(1);
    if (rest.empty() || rest.front() == '}' || rest.front() == ']') return;
    std::string_view key;
    if (object) {
      const std::size_t length = rest.front() == '"' ? string_length(rest) : 0;
      if (length == 0) return;
      key = rest.substr(0, length);
      rest.remove_prefix(length);
      while (!rest.empty() && (is_space(rest.front()) || rest.front() == ':')) {
        rest.remove_prefix(1);
      }
    }
    const std::size_t length = value_length(rest);
    if (length == 0) return;
    if (!visit(key, Json(rest.substr(0, length)))) return;
    rest.remove_prefix(length);
  }
}

template <class Fn>
void Json::each_element(Fn&& fn) const {
  if (!is_array()) return;
  walk([&](std::string_view, Json value) {
    fn(value);
    return true;
  });
}

template <class Fn>
void Json::each_member(Fn&& fn) const {
  if (!is_object()) return;
  walk([&](std::string_view key, Json value) {
    fn(unescape(key), value);
    return true;
  });
}

inline Json Json::operator[](std::string_view key) const {
  Json found;
  if (!is_object()) return found;
  walk([&](std::string_view quoted, Json value) {
    const std::string_view name = quoted.substr(1, quoted.size() - 2);
    const bool same =
        name.find('\\') == std::string_view::npos ? name == key : unescape(quoted) == key;
    if (same) found = value;
    return !same;
  });
  return found;
}

inline Json Json::at(std::size_t index) const {
  Json found;
  if (!is_array()) return found;
  walk([&](std::string_view, Json value) {
    if (index == 0) found = value;
    return index-- > 0;
  });
  return found;
}

inline std::size_t Json::size() const {
  std::size_t count = 0;
  walk([&](std::string_view, Json) {
    ++count;
    return true;
  });
  return count;
}

inline Json Json::find(std::string_view path) const {
  Json here = *this;
  while (!path.empty() && here.exists()) {
    const std::size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (here.is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      here = error == std::errc{} && end == step.data() + step.size() ? here.at(index) : Json();
    } else {
      here = here[step];
    }
  }
  return here;
}

inline std::string Json::string(std::string_view fallback) const {
  return is_string() ? unescape(text_) : std::string(fallback);
}

inline std::int64_t Json::integer(std::int64_t fallback) const {
  if (is_string()) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (error == std::errc{} && end == text_.data() + text_.size()) return value;
  const double wide = number(static_cast<double>(fallback));
  return wide > -9.2e18 && wide < 9.2e18 ? static_cast<std::int64_t>(wide) : fallback;
}

inline double Json::number(double fallback) const {
  if (is_string() || text_.empty()) return fallback;
  double value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  return error == std::errc{} && end == text_.data() + text_.size() ? value : fallback;
}

inline bool Json::boolean(bool fallback) const {
  if (text_ == "true") return true;
  return text_ == "false" ? false : fallback;
}

inline std::uint64_t Json::id() const {
  const std::string_view digits = plain();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? value : 0;
}

namespace detail {

inline void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// The four hex digits at `at`, or U+FFFD when they are not there.
inline std::uint32_t hex4(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  if (at + 4 > text.size()) return 0xFFFD;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + 4, value, 16);
  return error == std::errc{} && end == begin + 4 ? value : 0xFFFD;
}

}  // namespace detail

inline std::string Json::unescape(std::string_view quoted) {
  const std::string_view in = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '\\' || i + 1 >= in.size()) {
      out += in[i];
      continue;
    }
    const char c = in[++i];
    if (c != 'u') {
      constexpr std::string_view kFrom = "bfnrt";
      constexpr std::string_view kTo = "\b\f\n\r\t";
      const std::size_t at = kFrom.find(c);
      out += at == std::string_view::npos ? c : kTo[at];
      continue;
    }
    std::uint32_t point = detail::hex4(in, i + 1);
    i += 4;
    if (point >= 0xD800 && point < 0xDC00 && in.substr(std::min(i + 1, in.size()), 2) == "\\u") {
      const std::uint32_t low = detail::hex4(in, i + 3);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      }
    }
    detail::append_utf8(out, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
  }
  return out;
}

}  // namespace discern::plugin
