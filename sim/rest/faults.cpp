#include "sim/rest/faults.hpp"

#include <algorithm>

namespace discern::sim {

std::optional<RestFault> Faults::take(std::string_view method,
                                      std::string_view path,
                                      std::string_view route_template) {
  const auto hit = std::find_if(faults_.begin(), faults_.end(), [&](const RestFault& fault) {
    return (fault.method.empty() || fault.method == method) &&
           (path.starts_with(fault.route_prefix) || route_template.starts_with(fault.route_prefix));
  });
  if (hit == faults_.end()) return std::nullopt;
  const RestFault fault = *hit;
  if (--hit->count == 0) faults_.erase(hit);
  return fault;
}

}  // namespace discern::sim
