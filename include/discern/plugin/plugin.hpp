#pragma once

// Start here to write a plugin:
//
//   #include <discern/plugin/plugin.hpp>
//   using namespace discern::plugin;
//
//   class Hello : public Plugin {
//     void init(Core& core) override {
//       core.api().register_command("hello", "Says hello",
//                                   [](Interaction& i) { i.reply("Hello!"); });
//     }
//   };
//   DISCERN_PLUGIN(Hello)
//
// Compiled into the plugin; there is nothing to link. docs/plugins.md has the rest.

#include <memory>

#include "discern/plugin/core.hpp"

namespace discern::plugin {

// All of it runs on the plugin's own thread.
class Plugin {
 public:
  virtual ~Plugin() = default;
  // Register what the plugin does. An exception here keeps it from being enabled. `core` lives as
  // long as the plugin.
  virtual void init(Core& core) = 0;
  // Before the plugin is unloaded, when its init succeeded; after one that failed comes the
  // destructor alone. Handlers have ended; registrations end by themselves.
  virtual void stop(Core&) {}
};

namespace detail {

template <class Type>
struct Loaded {
  Loaded(const discern_host* host, const discern_start& start) : core(host, start) {}
  Core core;
  Type plugin;  // Ends before core, which it may use to its end.
  bool ready = false;
};

template <class Type>
const discern_plugin* plugin_table() {
  static constexpr discern_plugin kTable = {
      .size = sizeof(discern_plugin),
      .api_major = DISCERN_API_MAJOR,
      .api_minor = DISCERN_API_MINOR,
      .reserved = 0,
      .create = [](const discern_host* host,
                   const discern_start* start,
                   discern_failure* failure) -> void* {
        Loaded<Type>* made = nullptr;
        fenced(failure, [&] { made = new Loaded<Type>(host, read<discern_start>(start)); });
        return made;
      },
      .init = [](void* self, discern_failure* failure) -> std::int32_t {
        auto& loaded = *static_cast<Loaded<Type>*>(self);
        return fenced(failure, [&] {
          static_cast<Plugin&>(loaded.plugin).init(loaded.core);
          loaded.ready = true;
        });
      },
      .stop = [](void* self, discern_failure* failure) -> std::int32_t {
        auto& loaded = *static_cast<Loaded<Type>*>(self);
        const std::int32_t stopped = fenced(failure, [&] {
          if (loaded.ready) static_cast<Plugin&>(loaded.plugin).stop(loaded.core);
        });
        // Coroutines use the plugin: they end before it.
        loaded.core.cancel_tasks();
        return stopped;
      },
      .destroy = [](void* self) { delete static_cast<Loaded<Type>*>(self); },
  };
  return &kTable;
}

}  // namespace detail
}  // namespace discern::plugin

// Once in every plugin, outside of any namespace.
#define DISCERN_PLUGIN(Type)                                                                       \
  extern "C" __attribute__((visibility("default"))) const discern_plugin* discern_plugin_entry() { \
    return discern::plugin::detail::plugin_table<Type>();                                          \
  }
