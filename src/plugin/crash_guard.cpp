#include "plugin/crash_guard.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>

#include "plugin/call_stack.hpp"
#include "plugin/elf_symbols.hpp"
#include "plugin/thread_slot.hpp"

namespace discern::plugin {
namespace {

constexpr std::size_t kSignalStackBytes = 64 * 1024;

struct Fatal {
  int number;
  const char* name;
};
constexpr Fatal kFatal[] = {{SIGSEGV, "SIGSEGV"},
                            {SIGBUS, "SIGBUS"},
                            {SIGFPE, "SIGFPE"},
                            {SIGILL, "SIGILL"},
                            {SIGABRT, "SIGABRT"}};

// Signal handlers belong to the process, and so does what they need. Written before the handlers
// are installed, only read afterwards.
struct Guard {
  int report = -1;
  char libraries[512] = {};
  std::array<struct sigaction, std::size(kFatal)> before{};
  std::atomic<pid_t> crashing{0};  // The thread that came first.
};
Guard guard;

// Text in fixed memory; nothing here allocates, locks or formats with the locale.
class Line {
 public:
  Line& operator<<(const char* text) noexcept {
    while (*text != '\0') put(*text++);
    return *this;
  }
  Line& number(std::uint64_t value, unsigned base = 10) noexcept {
    char digits[24];
    std::size_t n = 0;
    do {
      digits[n++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (n > 0) put(digits[--n]);
    return *this;
  }
  void write_to(int fd) noexcept {
    std::size_t done = 0;
    while (done < size_) {
      const ssize_t n = ::write(fd, text_ + done, size_ - done);
      if (n <= 0) return;
      done += static_cast<std::size_t>(n);
    }
  }

 private:
  void put(char c) noexcept {
    // Names hold no newline: ThreadSlot took it out, and those of symbols and files have none.
    if (size_ + 1 < sizeof text_) text_[size_++] = c == '\r' || c == '\0' ? '?' : c;
  }
  char text_[768];
  std::size_t size_ = 0;
};

const char* name_of(int signal) noexcept {
  for (const Fatal& fatal : kFatal) {
    if (fatal.number == signal) return fatal.name;
  }
  return "a signal";
}

// The id in ".../loaded-plugins/<id>.<generation>.so".
bool plugin_of(const char* path, char* id, std::size_t room) noexcept {
  const std::size_t folder = std::strlen(guard.libraries);
  if (folder == 0 || std::strncmp(path, guard.libraries, folder) != 0) return false;
  const char* name = path + folder;
  const char* dot = std::strchr(name, '.');
  if (dot == nullptr || static_cast<std::size_t>(dot - name) >= room) return false;
  std::memcpy(id, name, static_cast<std::size_t>(dot - name));
  id[dot - name] = '\0';
  return id[0] != '\0';
}

void report_frame(std::uintptr_t frame, bool innermost) noexcept {
  const std::uintptr_t at = innermost ? frame : frame - 1;
  Line line;
  line << "  ";
  Module module;
  if (!find_module(at, module)) {
    (line << "0x").number(frame, 16);
  } else {
    const char* slash = std::strrchr(module.path, '/');
    line << (module.path[0] == '\0' ? "discern" : slash != nullptr ? slash + 1 : module.path);
    const char* file = module.path[0] == '\0' ? "/proc/self/exe" : module.path;
    ElfSymbol symbol;
    if (find_symbol(file, module.address, symbol)) {
      (line << " " << symbol.name << "+0x").number(symbol.offset, 16);
    } else {
      (line << "+0x").number(module.address, 16);
    }
  }
  line << "\n";
  line.write_to(STDERR_FILENO);
  line.write_to(guard.report);
}

void report(int signal, const void* context) noexcept {
  // Whose thread it is comes first: the walk below may fail on a stack that was overwritten.
  CallStack stack;
  char found[sizeof ThreadSlot::plugin] = {};
  const char* plugin = current_slot != nullptr ? current_slot->plugin : "";
  const char* handler = current_slot != nullptr ? current_slot->handler : "";
  if (plugin[0] == '\0') {
    collect(stack, context);
    for (std::uint32_t i = 0; i < stack.size && found[0] == '\0'; ++i) {
      Module module;
      if (find_module(stack.frames[i], module)) plugin_of(module.path, found, sizeof found);
    }
    plugin = found;
  }
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  Line log;
  if (plugin[0] != '\0') {
    log << "discern: plugin \"" << plugin << "\" crashed the program: " << name_of(signal) << " in "
        << (handler[0] != '\0' ? handler : "a thread of its own") << "\n";
  } else {
    log << "discern: the program crashes: " << name_of(signal) << "\n";
  }
  log.write_to(STDERR_FILENO);
  Line note;
  (note << "crash ").number(static_cast<std::uint64_t>(now.tv_sec))
      << " " << name_of(signal) << " " << (plugin[0] != '\0' ? plugin : "-") << " " << handler
      << "\n";
  note.write_to(guard.report);
  if (stack.size == 0) collect(stack, context);
  for (std::uint32_t i = 0; i < stack.size; ++i) report_frame(stack.frames[i], i == 0);
}

void on_fatal_signal(int signal, siginfo_t*, void* context) {
  const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
  pid_t nobody = 0;
  if (guard.crashing.compare_exchange_strong(nobody, self)) {
    report(signal, context);
  } else if (nobody != self) {
    // Another thread is telling its story, and ends the process when it has.
    for (;;) ::pause();
  }
  // As without us: the handler from before, or the default, which dumps core. A fault repeats
  // itself when this returns; what was sent is sent again.
  for (std::size_t i = 0; i < std::size(kFatal); ++i) {
    if (kFatal[i].number == signal) ::sigaction(signal, &guard.before[i], nullptr);
  }
  ::syscall(SYS_tgkill, ::getpid(), self, signal);
}

}  // namespace

Result<void> install_crash_guard(const std::filesystem::path& file,
                                 const std::filesystem::path& libraries) {
  prepare_call_stacks();
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("cannot open " + file.string(), errno);
  const int before = guard.report;
  guard.report = fd;
  const std::string prefix = libraries.empty() ? std::string() : libraries.string() + "/";
  if (prefix.size() < sizeof guard.libraries) {
    std::memcpy(guard.libraries, prefix.c_str(), prefix.size() + 1);
  }
  if (before >= 0) {
    // Handlers are in place already; only the file is another one.
    ::close(before);
    return {};
  }
  for (std::size_t i = 0; i < std::size(kFatal); ++i) {
    struct sigaction action {};
    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    // Another fatal signal inside of the handler comes to it again and ends the process.
    action.sa_flags |= SA_NODEFER;
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(kFatal[i].number, &action, &guard.before[i]) != 0) {
      return system_error("cannot handle fatal signals", errno);
    }
  }
  return {};
}

SignalStack::SignalStack() : memory_(std::make_unique<char[]>(kSignalStackBytes)) {
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kSignalStackBytes;
  if (::sigaltstack(&stack, nullptr) != 0) memory_.reset();
}

SignalStack::~SignalStack() {
  if (!memory_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace discern::plugin
