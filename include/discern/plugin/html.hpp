#pragma once

// HTML from parts: what people wrote is escaped unless it is Html already.
//   html("<li title=\"{}\">{}</li>", name, html("<b>{}</b>", count))

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "discern/plugin/json_text.hpp"

namespace discern::plugin {

// Text that is safe inside HTML, attribute values included.
inline std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// HTML that may be sent as it is.
struct Html {
  std::string text;
  Html& operator+=(const Html& more) {
    text += more.text;
    return *this;
  }
};

namespace detail {
inline std::string to_html(const Html& part) {
  return part.text;
}
inline std::string to_html(std::string_view part) {
  return escape_html(part);
}
template <class T>
requires std::integral<T> || std::floating_point<T> std::string to_html(T part) {
  std::string out;
  if constexpr (std::floating_point<T>) {
    append_value(out, static_cast<double>(part));
  } else {
    append_value(out, part);
  }
  return out;
}
}  // namespace detail

// `pattern` is written by the author and goes in as it is; each {} takes the next part, escaped. A
// {} in an attribute stands in quotes, and never in a script or a style.
template <class... Parts>
Html html(std::string_view pattern, const Parts&... parts) {
  Html out;
  const auto fill = [&](const std::string& part) {
    const std::size_t hole = pattern.find("{}");
    out.text += pattern.substr(0, hole);
    if (hole == std::string_view::npos) {
      pattern = {};
      return;
    }
    out.text += part;
    pattern.remove_prefix(hole + 2);
  };
  (fill(detail::to_html(parts)), ...);
  out.text += pattern;
  return out;
}

}  // namespace discern::plugin
