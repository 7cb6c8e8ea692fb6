#pragma once

// What the command line prints. Names, paths and texts of others reach a terminal through here and
// through base/log only, where nothing in them acts on it.

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/output.hpp"
#include "base/printable.hpp"

namespace discern::app {

template <class Value>
decltype(auto) fit_for_terminal(const Value& value) {
  if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
    return printable(value);
  } else {
    return value;
  }
}

// Prints on stdout. The format ends its lines; what is in `args` cannot.
template <class... Args>
void tell(fmt::format_string<const Args&...> format, const Args&... args) {
  const fmt::string_view pattern = format;
  output::put(output::Stream::Out, fmt::format(fmt::runtime(pattern), fit_for_terminal(args)...));
}

// Prints text of our own, of several lines, on stdout.
inline void tell_text(std::string text) {
  output::put(output::Stream::Out, std::move(text));
}

// Prints "discern: <sentence>" on stderr.
inline void complain(std::string_view sentence) {
  output::put(output::Stream::Err, "discern: " + printable(sentence) + "\n");
}

}  // namespace discern::app
