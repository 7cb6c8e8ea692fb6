#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace discern::app {
namespace {

// Database, shards, REST connections, plugins' files.
constexpr std::size_t kReserved = 256;
constexpr std::size_t kFewest = 8;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kReserved;
  const rlimit highest{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &highest) == 0) limit = highest;
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t spare_descriptors(std::size_t limit, std::size_t wanted) {
  if (limit >= wanted + kReserved) return wanted;
  return std::max(kFewest, limit > kReserved ? limit - kReserved : std::size_t{0});
}

}  // namespace discern::app
