#pragma once

// Where code of plugins was that is unloaded. A thread that a plugin left behind still runs there,
// and crashes: the crash must be told with the plugin's name.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace discern::plugin {

// Keeps the addresses free, so that no other code is mapped there and run, or blamed, instead. The
// newest 64 are remembered. Thread-safe.
void remember_unloaded(std::uintptr_t begin, std::size_t size, std::string_view plugin);

// Whose code was at an address; false when none was. `id` is terminated. Async-signal-safe.
bool find_unloaded(std::uintptr_t code, char* id, std::size_t room) noexcept;

}  // namespace discern::plugin
