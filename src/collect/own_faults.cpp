// What this process had to leave out: log lines, and work that ended in an exception.

#include "base/output.hpp"
#include "base/thread.hpp"
#include "collect/all_collectors.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

// Adds what a total grew by.
class Growth {
 public:
  explicit Growth(metrics::Counter counter) : counter_(counter) {}
  void update(std::uint64_t total) {
    counter_.add(total - seen_);
    seen_ = total;
  }

 private:
  metrics::Counter counter_;
  std::uint64_t seen_ = 0;
};

class OwnFaultsCollector final : public Collector {
 public:
  explicit OwnFaultsCollector(metrics::Registry& registry)
      : lost_(registry.counter(metrics::catalogue::kLogLinesLost)),
        exceptions_(registry.counter(metrics::catalogue::kExceptions)) {}

  std::string_view name() const override { return "own_faults"; }

  Result<void> collect() override {
    lost_.update(output::lost());
    exceptions_.update(noted_exceptions());
    return {};
  }

 private:
  Growth lost_;
  Growth exceptions_;
};

}  // namespace

std::unique_ptr<Collector> make_own_faults_collector(metrics::Registry& registry) {
  return std::make_unique<OwnFaultsCollector>(registry);
}

}  // namespace discern::collect
