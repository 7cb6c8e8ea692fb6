#pragma once

// The host's side of the C boundary: reading what a plugin sends, filling in failures.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "discern/plugin/abi.h"

namespace discern::plugin {

inline std::string_view view(discern_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}
// A copy in which bytes that are no UTF-8 are replaced by U+FFFD. For texts; not for a plugin's
// bytes (files, bodies, storage).
std::string text_of(discern_text text);
// Valid as long as `text` is.
inline discern_text lend(std::string_view text) {
  return {text.data(), text.size()};
}

// What a plugin of an earlier or later minor version sent: fields it does not know read as zero,
// fields we do not know are left out.
template <class Struct>
Struct read_struct(const Struct* given) {
  Struct known{};
  if (given != nullptr) {
    std::memcpy(&known, given, std::min<std::size_t>(given->size, sizeof known));
  }
  return known;
}

template <class Struct>
Struct sized_struct() {
  Struct made{};
  made.size = sizeof made;
  return made;
}

// Writes as much as the plugin's struct has room for.
template <class Struct>
void write_struct(Struct* to, Struct value) {
  if (to == nullptr) return;
  const std::uint32_t size = std::min<std::uint32_t>(to->size, sizeof value);
  value.size = size;
  std::memcpy(to, &value, size);
}

void fill_failure(discern_failure* failure, std::string_view text);

// The type and text of what a call of a plugin threw or reported.
struct Fault {
  std::string type;
  std::string text;
};
Fault to_fault(const discern_failure& failure);
// Call inside a catch block.
Fault current_exception_fault() noexcept;

}  // namespace discern::plugin
