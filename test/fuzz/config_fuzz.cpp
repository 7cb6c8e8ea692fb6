// discern.toml: any text is a configuration or an error, never a crash.

#include <cstddef>
#include <cstdint>

#include "app/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto config = discern::app::parse_config(input, "fuzz");
  if (!config && config.error().text.empty()) __builtin_trap();
  return 0;
}
