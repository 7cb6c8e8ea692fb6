#pragma once

// File and line of code, from a library's debug information. Reads files: never on a plugin's
// thread, nor on the gateway's.

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace discern::plugin {

// For one stack: keeps the libraries that it opened until it is destroyed. What was found is kept
// for the process, up to a few thousand addresses.
class SourceLines {
 public:
  SourceLines();
  ~SourceLines();

  // "ping.cpp:42" for an address within the file; empty when it has no debug information, or so
  // much that reading it would take too long.
  std::string find(const std::string& file, std::uintptr_t address);

 private:
  struct Opened;
  std::map<std::string, std::unique_ptr<Opened>> opened_;
};

}  // namespace discern::plugin
