#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "collect/collector.hpp"
#include "collect/host_root.hpp"
#include "metrics/registry.hpp"

namespace discern::collect {

// The registry and the clock must outlive the collectors.
std::unique_ptr<Collector> make_own_faults_collector(metrics::Registry& registry);
std::unique_ptr<Collector> make_process_collector(metrics::Registry& registry,
                                                  const Clock& clock,
                                                  HostRoot root);

// Every collector there is; adding one is a line here and in the source.
std::vector<std::unique_ptr<Collector>> make_all_collectors(metrics::Registry& registry,
                                                            const Clock& clock,
                                                            HostRoot root);

}  // namespace discern::collect
