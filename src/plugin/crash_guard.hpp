#pragma once

// When the process is about to end by a signal, says in the log whose code it was, with its stack,
// and leaves a note for the next start.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace discern::plugin {

struct CrashReport {
  SystemTime time;
  std::string signal;   // "SIGSEGV", or "exit(3)"
  std::string plugin;   // Empty: no plugin's code was found on the stack.
  std::string handler;  // "command boom"; empty: on a thread that the plugin made.
  std::vector<std::string> stack;
};

// Reads the notes of earlier processes, in order. Damaged ones are left out. A missing file has
// none.
// `libraries` is the folder that plugins were loaded from: their frames get file and line.
std::vector<CrashReport> read_crash_reports(const std::filesystem::path& file,
                                            const std::filesystem::path& libraries = {});

// When the last process began that ended neither by note_stop nor with a crash report: it was
// killed, or ended in a way that cannot be caught.
std::optional<SystemTime> find_unexplained_end(const std::filesystem::path& file);

// Empties `file`, notes the time, keeps it open, and takes the signals that would end the process
// from now on, once a process. The process then ends as it would have without. `libraries` is the
// folder that plugins are loaded from, as <id>.<generation>.so: it tells whose code a thread
// without a slot runs. Errors: Io.
Result<void> install_crash_guard(const std::filesystem::path& file,
                                 const std::filesystem::path& libraries);

// The process ends on purpose: the next start finds nothing to tell.
void note_stop() noexcept;

// Whether the calling code is a plugin's: on its thread, or called from its library at `caller`.
bool is_plugin_calling(const void* caller) noexcept;
constexpr std::uint64_t kNoNumber = UINT64_MAX;
// Reports what a plugin did to end the process, as for a crash: "exit(3)". Async-signal-safe.
void report_end(const char* what, std::uint64_t number, const void* caller) noexcept;
// The name of a signal that ends a process: "SIGTERM". Null for others.
const char* name_of_fatal(int signal) noexcept;

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
