#pragma once

#include <string_view>

namespace discern::app {

// DISCERN_VERSION comes from the project() line of CMakeLists.txt.
inline constexpr std::string_view kVersion = DISCERN_VERSION;

}  // namespace discern::app
