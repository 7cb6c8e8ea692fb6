#pragma once

// Every built-in family, in one table. The documentation, `# HELP`, the dashboard's units and the
// "what we collect" page are produced from it.
//
// To add one: write its Descriptor in the file of its subsystem, name it in the list there, and run
// `./dev docs`. The compiler checks the name, and a test that docs/metrics.md agrees.

#include <algorithm>
#include <array>

#include "metrics/catalogue/gateway.hpp"
#include "metrics/catalogue/guilds.hpp"
#include "metrics/catalogue/interactions.hpp"
#include "metrics/catalogue/own_cost.hpp"
#include "metrics/catalogue/plugins.hpp"
#include "metrics/catalogue/process.hpp"
#include "metrics/catalogue/rest.hpp"
#include "metrics/catalogue/web.hpp"
#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

template <std::size_t... N>
consteval auto join(const Descriptor* const (&... lists)[N]) {
  std::array<const Descriptor*, (N + ...)> all{};
  auto next = all.begin();
  ((next = std::copy(lists, lists + N, next)), ...);
  return all;
}

inline constexpr auto kAll = join(kProcessFamilies,
                                  kGatewayFamilies,
                                  kGuildFamilies,
                                  kInteractionFamilies,
                                  kRestFamilies,
                                  kPluginFamilies,
                                  kWebFamilies,
                                  kOwnCostFamilies);

consteval bool all_are_valid() {
  for (const Descriptor* family : kAll) {
    if (!is_valid_name(*family) || !family->name.starts_with("discern_")) return false;
    if (!has_valid_labels(*family) || !family->help.ends_with('.')) return false;
  }
  return true;
}
static_assert(all_are_valid(), "a family breaks the rules of descriptor.hpp");

// Not even as a counter without its `_total`, which is its name in OpenMetrics.
consteval bool all_names_differ() {
  for (std::size_t i = 0; i < kAll.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (exposed_name(kAll[i]->name) == exposed_name(kAll[j]->name)) return false;
    }
  }
  return true;
}
static_assert(all_names_differ(), "two families have the same name");

}  // namespace discern::metrics::catalogue
