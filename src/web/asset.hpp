#pragma once

// Files of the dashboard, embedded in the program.

#include <span>
#include <string_view>

namespace discern::web {

// All static. Only the compressed form is kept.
struct Asset {
  std::string_view path;          // "/index.html", "/assets/index-Bx3.js".
  std::string_view content_type;  // With its charset.
  std::string_view etag;          // Quoted.
  std::string_view gzip;
};

// Sorted by path. Defined by the library discern::dashboard, which is made of the built dashboard,
// or of one page that says that it was not built.
std::span<const Asset> embedded_assets();

}  // namespace discern::web
