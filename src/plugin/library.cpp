#include "plugin/library.hpp"

#include <dlfcn.h>

#include <cstddef>
#include <fstream>
#include <utility>

#include "plugin/elf.hpp"
#include "plugin/manifest.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

Error refuse(const std::string& plugin, std::string text) {
  return Error(Errc::Invalid, "plugin \"" + plugin + "\": " + std::move(text));
}

Result<void> check_file(const std::string& plugin, const fs::path& file) {
  std::error_code bad;
  if (!fs::is_regular_file(file, bad)) {
    return Error(Errc::NotFound,
                 "plugin \"" + plugin + "\": there is no " + file.filename().string() +
                     " beside its plugin.toml");
  }
  char head[64];
  std::ifstream in(file, std::ios::binary);
  in.read(head, sizeof head);
  const auto size = static_cast<std::size_t>(in.gcount());
  Result<void> fits = check_shared_library({head, size}, file.filename().string());
  if (!fits) return refuse(plugin, fits.error().text);
  return fits;
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
  if (Result<void> fits = check_file(plugin, file); !fits) return std::move(fits).error();
  std::error_code bad;
  fs::create_directories(copy.parent_path(), bad);
  if (!fs::copy_file(file, copy, fs::copy_options::overwrite_existing, bad)) {
    return Error(Errc::Io,
                 "plugin \"" + plugin + "\": could not copy it to " + copy.parent_path().string() +
                     ": " + bad.message());
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
  return Library(handle, *table, copy);
}

Library::Library(Library&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      table_(std::exchange(other.table_, nullptr)),
      copy_(std::move(other.copy_)) {}

Library& Library::operator=(Library&& other) noexcept {
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
  ::dlclose(std::exchange(handle_, nullptr));
  void* still = ::dlopen(copy_.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (still != nullptr) ::dlclose(still);
  std::error_code bad;
  fs::remove(copy_, bad);
  return still == nullptr;
}

void Library::abandon() {
  // The copy stays for whoever asks where the thread is; the next start removes it.
  handle_ = nullptr;
}

}  // namespace discern::plugin
