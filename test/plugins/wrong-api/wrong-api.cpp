// Says in its table that it was built for another API.

#include <discern/plugin/abi.h>

extern "C" __attribute__((visibility("default"))) const discern_plugin* discern_plugin_entry() {
  static constexpr discern_plugin kTable = {
      sizeof(discern_plugin), 99, 0, 0, nullptr, nullptr, nullptr, nullptr};
  return &kTable;
}
