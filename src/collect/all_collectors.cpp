#include "collect/all_collectors.hpp"

namespace discern::collect {

std::vector<std::unique_ptr<Collector>> make_all_collectors(metrics::Registry& registry,
                                                            const Clock& clock,
                                                            HostRoot root) {
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(make_process_collector(registry, clock, std::move(root)));
  collectors.push_back(make_own_faults_collector(registry));
  return collectors;
}

}  // namespace discern::collect
