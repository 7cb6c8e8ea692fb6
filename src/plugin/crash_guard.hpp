#pragma once

// When the process is about to end by a signal, says in the log whose code it was, with its stack,
// and leaves a note for the next start.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace discern::plugin {

struct CrashReport {
  SystemTime time;
  std::string signal;   // "SIGSEGV"
  std::string plugin;   // Empty: no plugin's code was found on the stack.
  std::string handler;  // "command boom"; empty: on a thread that the plugin made.
  std::vector<std::string> stack;
};

// Reads the notes of earlier processes, in order. Damaged ones are left out. A missing file has
// none.
std::vector<CrashReport> read_crash_reports(const std::filesystem::path& file);

// Empties `file`, keeps it open, and takes SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT from now on,
// once a process. The process then ends as it would have without. `libraries` is the folder that
// plugins are loaded from, as <id>.<generation>.so: it tells whose code a thread without a slot
// runs. Errors: Io.
Result<void> install_crash_guard(const std::filesystem::path& file,
                                 const std::filesystem::path& libraries);

// A stack for the handler of the calling thread, as long as this lives: without it a thread that
// used up its own stack ends the process without a word.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
};

}  // namespace discern::plugin
