// The same questions as on the way to loading, asked without loading.

#include "plugin/supervisor.hpp"

namespace discern::plugin {

std::string Supervisor::find_problem(const Record& record, const TryToOpen& open) const {
  const Manifest& manifest = record.manifest;
  if (record.failed) return record.message;
  if (auto fits = check_api(manifest.id, manifest.api_major, manifest.api_minor); !fits) {
    return fits.error().text;
  }
  if (auto config = merge_config(manifest.id, manifest.config, values_of(manifest.id)); !config) {
    return config.error().text;
  }
  if (bool wait = false; needs_itself(record)) return dependency_problem(record, wait);
  for (const std::string& needed : manifest.requires_plugins) {
    const auto found = records_.find(needed);
    const std::string sentence =
        "plugin \"" + manifest.id + "\" requires plugin \"" + needed + "\", which ";
    if (found == records_.end()) return sentence + "is not there";
    if (found->second.failed) return sentence + "failed";
    if (record.wanted && !found->second.wanted) return sentence + "is disabled";
  }
  return open(manifest.id, record.folder / (manifest.id + ".so"));
}

std::vector<Finding> Supervisor::examine(const TryToOpen& open) const {
  const Lock lock(mutex_);
  std::vector<Finding> findings;
  for (const auto& [id, record] : records_) {
    Finding finding{id, record.manifest.version, find_problem(record, open), {}};
    if (!record.wanted && finding.problem.empty()) finding.remark = record.message;
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace discern::plugin
