#include "plugin/thread_slot.hpp"

#include <algorithm>

namespace discern::plugin {
namespace {

std::atomic<bool> hooks{false};

std::size_t append(char* to, std::size_t at, std::size_t room, std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), room - 1 - at);
  // What stands here becomes part of a line: a name could forge another one.
  const auto visible = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f ? '?' : c;
  };
  std::transform(text.data(), text.data() + size, to + at, visible);
  to[at + size] = '\0';
  return at + size;
}

}  // namespace

constinit thread_local ThreadSlot* current_slot = nullptr;

void ThreadSlot::set_plugin(std::string_view id) noexcept {
  append(plugin, 0, sizeof plugin, id);
}

void ThreadSlot::set_handler(std::string_view kind, std::string_view name) noexcept {
  std::size_t at = append(handler, 0, sizeof handler, kind);
  if (kind.empty() || name.empty()) return;
  at = append(handler, at, sizeof handler, " ");
  append(handler, at, sizeof handler, name);
}

bool has_process_hooks() noexcept {
  return hooks.load(std::memory_order_relaxed);
}

void note_process_hooks() noexcept {
  hooks = true;
}

}  // namespace discern::plugin
