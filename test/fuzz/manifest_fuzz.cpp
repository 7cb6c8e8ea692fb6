// plugin.toml: any text is a manifest or an error that says something.

#include <cstddef>
#include <cstdint>

#include "plugin/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto manifest = discern::plugin::parse_manifest(input, "fuzz");
  if (!manifest && manifest.error().text.empty()) __builtin_trap();
  return 0;
}
