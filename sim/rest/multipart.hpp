#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace discern::sim {

struct MultipartPart {
  std::string_view name;
  std::string_view filename;
  std::string_view content_type;
  std::string_view body;
};

// The parts of a multipart/form-data body, in order, as views into it. Empty when `content_type`
// names no boundary or the body does not keep to it.
std::optional<std::vector<MultipartPart>> parse_multipart(std::string_view content_type,
                                                          std::string_view body);

}  // namespace discern::sim
