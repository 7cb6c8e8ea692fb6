#pragma once

// The files in which the host keeps what it knows of plugins from one start to the next: a JSON
// object each, which somebody may have edited. What does not fit reads as absent.

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/kept_file.hpp"

namespace discern::plugin {

// Empty without a file. One that cannot be read or understood is set aside, and the log says so.
boost::json::object read_kept_object(KeptFile& file);

std::string text_of(const boost::json::object& from, std::string_view key);
std::optional<std::int64_t> number_of(const boost::json::object& from, std::string_view key);

}  // namespace discern::plugin
