#pragma once

// Whether a file can be a plugin of this machine, said before the loader tries. Pure.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern::plugin {

// `head` is the beginning of the file (64 bytes are enough); `name` is for the sentence.
Result<void> check_shared_library(std::string_view head, std::string_view name);

}  // namespace discern::plugin
