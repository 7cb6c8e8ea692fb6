#include "plugin/library.hpp"

#include <dlfcn.h>

#include <cstddef>
#include <utility>

#include "plugin/library_copy.hpp"
#include "plugin/manifest.hpp"
#include "plugin/unloaded_code.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

Error refuse(const std::string& plugin, std::string text) {
  return Error(Errc::Invalid, "plugin \"" + plugin + "\": " + std::move(text));
}

Result<const discern_plugin*> find_table(const std::string& plugin,
                                         void* handle,
                                         const fs::path& file) {
  void* symbol = ::dlsym(handle, DISCERN_PLUGIN_ENTRY);
  if (symbol == nullptr) {
    return refuse(plugin,
                  file.filename().string() + " has no " DISCERN_PLUGIN_ENTRY
                                             "; write DISCERN_PLUGIN(YourClass) once in it");
  }
  const discern_plugin* table = reinterpret_cast<discern_plugin_entry_fn>(symbol)();
  constexpr std::size_t kVersionEnd = offsetof(discern_plugin, api_minor) + sizeof(std::uint32_t);
  if (table == nullptr || table->size < kVersionEnd)
    return refuse(plugin, "its entry gives no table");
  if (Result<void> fits = check_api(plugin, table->api_major, table->api_minor); !fits) {
    return std::move(fits).error();
  }
  // What API 1.0 has: a table may lack what a later one appends.
  constexpr std::size_t kTableEnd = offsetof(discern_plugin, destroy) + sizeof table->destroy;
  const bool whole = table->size >= kTableEnd;
  if (!whole || table->create == nullptr || table->init == nullptr || table->stop == nullptr ||
      table->destroy == nullptr) {
    return refuse(plugin, "its table lacks functions that API 1.0 asks for");
  }
  return table;
}

}  // namespace

Result<Library> Library::open(const std::string& plugin,
                              const fs::path& file,
                              const fs::path& copy) {
  std::error_code bad;
  {
    Result<std::string> bytes = read_library(plugin, file);
    if (!bytes) return std::move(bytes).error();
    if (auto copied = write_library_copy(*bytes, copy); !copied) {
      return Error(copied.error().kind, "plugin \"" + plugin + "\": " + copied.error().text);
    }
  }
  void* handle = ::dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();
    std::string text = reason != nullptr ? reason : "no reason given";
    fs::remove(copy, bad);
    return refuse(plugin, "the loader refuses it: " + text);
  }
  Result<const discern_plugin*> table = find_table(plugin, handle, file);
  if (!table) {
    ::dlclose(handle);
    fs::remove(copy, bad);
    return std::move(table).error();
  }
  return Library(plugin, handle, *table, copy);
}

Library::Library(Library&& other) noexcept
    : plugin_(std::move(other.plugin_)),
      handle_(std::exchange(other.handle_, nullptr)),
      table_(std::exchange(other.table_, nullptr)),
      copy_(std::move(other.copy_)) {}

Library& Library::operator=(Library&& other) noexcept {
  std::swap(plugin_, other.plugin_);
  std::swap(handle_, other.handle_);
  std::swap(table_, other.table_);
  std::swap(copy_, other.copy_);
  return *this;
}

Library::~Library() {
  close();
}

bool Library::close() {
  if (handle_ == nullptr) return true;
  dl_find_object code{};
  const bool known = ::_dl_find_object(const_cast<discern_plugin*>(table_), &code) == 0;
  ::dlclose(std::exchange(handle_, nullptr));
  void* still = ::dlopen(copy_.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (still != nullptr) ::dlclose(still);
  if (still == nullptr && known) {
    const auto begin = reinterpret_cast<std::uintptr_t>(code.dlfo_map_start);
    const auto end = reinterpret_cast<std::uintptr_t>(code.dlfo_map_end);
    remember_unloaded(begin, end - begin, plugin_);
  }
  std::error_code bad;
  fs::remove(copy_, bad);
  return still == nullptr;
}

void Library::abandon() {
  // The copy stays for whoever asks where the thread is; the next start removes it.
  handle_ = nullptr;
}

}  // namespace discern::plugin
