#pragma once

#include <cstddef>

namespace discern::app {

// Raises this process's limit of open files to the highest that the system allows it: many a shell
// begins with 1,024, fewer than the connections that are served. Returns the limit.
std::size_t raise_descriptor_limit();

// How many of the `wanted` web connections may be open at once so that shards, database and REST
// always find a descriptor. At least 8.
std::size_t spare_descriptors(std::size_t limit, std::size_t wanted);

}  // namespace discern::app
