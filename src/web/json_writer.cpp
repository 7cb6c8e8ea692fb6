#include "web/json_writer.hpp"

#include <charconv>
#include <cmath>

namespace discern::web {

void append_short_number(std::string& out, double value) {
  if (!std::isfinite(value) || value == std::floor(value)) return append_json_number(out, value);
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 5).ptr;
  out.append(text, end);
}

std::string error_json(std::string_view sentence) {
  std::string out;
  JsonWriter(out).open_object().text("error", sentence).close_object();
  return out;
}

}  // namespace discern::web
