#pragma once

#include <string_view>

#include "base/error.hpp"

namespace discern::collect {

// Reads one subject and publishes it. Called on the pipeline thread, once a tick. A failure is an
// Error, never an exception that stops the others.
class Collector {
 public:
  virtual ~Collector() = default;
  // For the `collector` label: "process".
  virtual std::string_view name() const = 0;
  virtual Result<void> collect() = 0;
};

}  // namespace discern::collect
