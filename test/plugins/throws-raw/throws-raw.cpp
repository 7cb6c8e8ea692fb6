// Written against abi.h alone, and lets an exception out through the boundary.

#include <discern/plugin/abi.h>

#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace {

const discern_host* host = nullptr;

discern_text text(std::string_view view) {
  return {view.data(), view.size()};
}

void* create(const discern_host* given, const discern_start*, discern_failure*) {
  host = given;
  return &host;
}

std::int32_t init(void*, discern_failure* failure) {
  discern_command command{};
  command.size = sizeof command;
  command.path = text("raw");
  command.description = text("Throws through the boundary");
  command.run.run = [](void*, const void*, discern_failure*) -> std::int32_t {
    throw std::logic_error("straight through");
  };
  return host->register_command(host->context, &command, failure) != 0 ? DISCERN_OK
                                                                       : DISCERN_FAILED;
}

std::int32_t stop(void*, discern_failure*) {
  return DISCERN_OK;
}
void destroy(void*) {}

}  // namespace

extern "C" __attribute__((visibility("default"))) const discern_plugin* discern_plugin_entry() {
  static constexpr discern_plugin kTable = {
      sizeof(discern_plugin), DISCERN_API_MAJOR, DISCERN_API_MINOR, 0, create, init, stop, destroy};
  return &kTable;
}
