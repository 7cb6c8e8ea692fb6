#include "plugin/source_lines.hpp"

#include <elfutils/libdwfl.h>
#include <sys/stat.h>

#include <mutex>
#include <utility>

namespace discern::plugin {
namespace {

constexpr off_t kMostBytes = 256 << 20;
constexpr std::size_t kMostKept = 4096;

using Key = std::pair<std::string, std::uintptr_t>;
std::mutex keeping;
std::map<Key, std::string> kept_lines;  // Guarded by keeping.

// Debug information elsewhere is not looked for: elfutils' own search may ask a server.
int find_no_debuginfo(
    Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) {
  return -1;
}

const Dwfl_Callbacks kCallbacks = {
    nullptr, find_no_debuginfo, dwfl_offline_section_address, nullptr};

}  // namespace

struct SourceLines::Opened {
  explicit Opened(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || status.st_size > kMostBytes) return;
    dwfl = ::dwfl_begin(&kCallbacks);
    if (dwfl == nullptr) return;
    module = ::dwfl_report_offline(dwfl, "", file.c_str(), -1);
    ::dwfl_report_end(dwfl, nullptr, nullptr);
    Dwarf_Addr ignored = 0;
    if (module == nullptr || ::dwfl_module_getdwarf(module, &bias) == nullptr) module = nullptr;
    if (module != nullptr) ::dwfl_module_getelf(module, &ignored);
  }
  ~Opened() {
    if (dwfl != nullptr) ::dwfl_end(dwfl);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  std::string find(std::uintptr_t address) const {
    if (module == nullptr) return {};
    Dwfl_Line* line = ::dwfl_module_getsrc(module, address + bias);
    int number = 0;
    const char* name = line == nullptr
                           ? nullptr
                           : ::dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
    if (name == nullptr || number == 0) return {};
    const std::string path = name;
    return path.substr(path.rfind('/') + 1) + ":" + std::to_string(number);
  }

  Dwfl* dwfl = nullptr;
  Dwfl_Module* module = nullptr;
  Dwarf_Addr bias = 0;
};

SourceLines::SourceLines() = default;
SourceLines::~SourceLines() = default;

std::string SourceLines::find(const std::string& file, std::uintptr_t address) {
  const Key key(file, address);
  // elfutils is not made for several threads, and there is no hurry.
  const std::lock_guard lock(keeping);
  if (const auto kept = kept_lines.find(key); kept != kept_lines.end()) return kept->second;
  auto& opened = opened_[file];
  if (!opened) opened = std::make_unique<Opened>(file);
  std::string line = opened->find(address);
  if (kept_lines.size() == kMostKept) kept_lines.clear();
  return kept_lines[key] = std::move(line);
}

}  // namespace discern::plugin
