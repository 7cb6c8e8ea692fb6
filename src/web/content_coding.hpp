#pragma once

// Compression and validators of static files. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace discern::web {

// Whether an Accept-Encoding value allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

// Whether an If-None-Match value names `etag` (quoted), by weak comparison.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

// The content of a gzip member; nothing when it is damaged or larger than 64 MiB.
std::optional<std::string> inflate_gzip(std::string_view gzip);

}  // namespace discern::web
