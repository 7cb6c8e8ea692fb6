#include "plugin/crash_guard.hpp"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>

#include "base/kept_file.hpp"
#include "base/output.hpp"
#include "plugin/call_stack.hpp"
#include "plugin/elf_symbols.hpp"
#include "plugin/thread_slot.hpp"
#include "plugin/unloaded_code.hpp"

namespace discern::plugin {
namespace {

constexpr std::size_t kSignalStackBytes = 64 * 1024;
constexpr std::chrono::milliseconds kStderrLimit{500};

struct Fatal {
  int number;
  const char* name;
};
// Every signal that ends a process when nobody takes it, but those that the program waits for, and
// SIGKILL. A plugin may mean one of the later ones for itself, and then has a handler for it.
constexpr std::size_t kFaults = 5;
constexpr Fatal kFatal[] = {{SIGSEGV, "SIGSEGV"},
                            {SIGBUS, "SIGBUS"},
                            {SIGFPE, "SIGFPE"},
                            {SIGILL, "SIGILL"},
                            {SIGABRT, "SIGABRT"},
                            {SIGTRAP, "SIGTRAP"},
                            {SIGSYS, "SIGSYS"},
                            {SIGQUIT, "SIGQUIT"},
                            {SIGALRM, "SIGALRM"},
                            {SIGUSR1, "SIGUSR1"},
                            {SIGUSR2, "SIGUSR2"},
                            {SIGXCPU, "SIGXCPU"},
                            {SIGVTALRM, "SIGVTALRM"},
                            {SIGPROF, "SIGPROF"},
                            {SIGPOLL, "SIGPOLL"},
                            {SIGPWR, "SIGPWR"}};
constexpr const char* kLeftBehind = "a thread that it left behind when it was unloaded";

// Signal handlers belong to the process, and so does what they need. Written before the handlers
// are installed, only read afterwards.
struct Guard {
  int report = -1;
  char libraries[512] = {};
  std::array<struct sigaction, std::size(kFatal)> before{};
  std::atomic<pid_t> crashing{0};  // The thread that came first.
  pid_t process = 0;
  // While a stack is walked, which may lead anywhere, a second fault comes back here.
  volatile sig_atomic_t walking = 0;
  sigjmp_buf back;
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
    if (fd == STDERR_FILENO) {
      // Its reader may stand still, and the process has to end.
      output::write_within(fd, {text_, size_}, kStderrLimit);
      return;
    }
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
  char text_[5120];
  std::size_t size_ = 0;
};

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
  Line log = line;
  (log << "\n").write_to(STDERR_FILENO);
  // The next start looks the line of the source up by it.
  if (module.path != nullptr) (line << " @0x").number(module.address, 16);
  (line << "\n").write_to(guard.report);
}

// As far as the stack can be followed: it may be damaged, or lead into code that is gone.
void walk(CallStack& stack, const void* context) noexcept {
  stack.size = 0;
  const std::uintptr_t at = interrupted_at(context);
  Module module;
  if (at != 0 && !find_module(at, module)) {
    // The unwinder would read the instruction there.
    stack.frames[stack.size++] = at;
    return;
  }
  if (sigsetjmp(guard.back, 0) == 0) {
    guard.walking = 1;
    collect(stack, context);
  }
  guard.walking = 0;
}

struct Owner {
  char plugin[sizeof ThreadSlot::plugin] = {};
  const char* handler = "";
};

bool find_owner(std::uintptr_t code, Owner& owner) noexcept {
  Module module;
  if (find_module(code, module)) {
    return plugin_of(module.path, owner.plugin, sizeof owner.plugin);
  }
  if (!find_unloaded(code, owner.plugin, sizeof owner.plugin)) return false;
  owner.handler = kLeftBehind;
  return true;
}

// Return addresses may lie beyond a frame of code that is gone, where no walk comes by.
void search_stack(std::uintptr_t from, Owner& owner) noexcept {
  constexpr std::size_t kWords = 1024;
  if (from == 0 || sigsetjmp(guard.back, 0) != 0) {
    guard.walking = 0;
    return;
  }
  guard.walking = 1;
  const auto* words = reinterpret_cast<const volatile std::uintptr_t*>(from & ~std::uintptr_t{7});
  for (std::size_t i = 0; i < kWords; ++i) {
    if (find_owner(words[i], owner)) break;
  }
  guard.walking = 0;
}

// Fills `stack`, unless the thread's slot tells enough.
void find_owner(const siginfo_t* info,
                const void* context,
                CallStack& stack,
                Owner& owner) noexcept {
  if (current_slot != nullptr && current_slot->plugin[0] != '\0') {
    std::memcpy(owner.plugin, current_slot->plugin, sizeof owner.plugin);
    owner.handler = current_slot->handler;
    return;
  }
  walk(stack, context);
  for (std::uint32_t i = 0; i < stack.size; ++i) {
    if (find_owner(stack.frames[i], owner)) return;
  }
  // Code that is still there, as that of the C++ library, may ask an object whose class is gone.
  const bool fault = info != nullptr && (info->si_signo == SIGSEGV || info->si_signo == SIGBUS);
  if (fault &&
      find_unloaded(
          reinterpret_cast<std::uintptr_t>(info->si_addr), owner.plugin, sizeof owner.plugin)) {
    owner.handler = kLeftBehind;
    return;
  }
  search_stack(stack_pointer(context), owner);
}

void write_note(const char* what, const Owner& owner) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  Line note;
  (note << "crash ").number(static_cast<std::uint64_t>(now.tv_sec))
      << " " << what << " " << (owner.plugin[0] != '\0' ? owner.plugin : "-") << " "
      << owner.handler << "\n";
  note.write_to(guard.report);
}

void report(int signal, const siginfo_t* info, const void* context) noexcept {
  // What was logged before comes before.
  output::flush(kStderrLimit);
  CallStack stack;
  Owner owner;
  const bool sent = info != nullptr && info->si_code <= 0 && info->si_pid != ::getpid();
  const char* name = name_of_fatal(signal);
  if (name == nullptr) name = "a signal";
  Line log;
  if (sent) {
    // Whoever runs when it comes has nothing to do with it.
    (log << "discern: process ").number(static_cast<std::uint64_t>(info->si_pid))
        << " ends the program: " << name << "\n";
  } else {
    // Whose thread it is comes first: the walk below may fail on a stack that was overwritten.
    find_owner(info, context, stack, owner);
    if (owner.plugin[0] != '\0') {
      log << "discern: plugin \"" << owner.plugin << "\" crashed the program: " << name << " in "
          << (owner.handler[0] != '\0' ? owner.handler : "a thread of its own") << "\n";
    } else {
      log << "discern: the program crashes: " << name << "\n";
    }
  }
  log.write_to(STDERR_FILENO);
  write_note(name, owner);
  if (sent) return;
  if (stack.size == 0) walk(stack, context);
  for (std::uint32_t i = 0; i < stack.size; ++i) report_frame(stack.frames[i], i == 0);
}

void on_fatal_signal(int signal, siginfo_t* info, void* context) {
  const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
  pid_t nobody = 0;
  if (guard.crashing.compare_exchange_strong(nobody, self)) {
    report(signal, info, context);
  } else if (nobody == self) {
    if (guard.walking != 0) siglongjmp(guard.back, 1);
  } else {
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

const char* name_of_fatal(int signal) noexcept {
  for (const Fatal& fatal : kFatal) {
    if (fatal.number == signal) return fatal.name;
  }
  return signal == SIGKILL   ? "SIGKILL"
         : signal == SIGTERM ? "SIGTERM"
         : signal == SIGINT  ? "SIGINT"
                             : nullptr;
}

bool is_plugin_calling(const void* caller) noexcept {
  // Not in a child that a plugin made.
  if (guard.report < 0 || guard.process != ::getpid()) return false;
  if (current_slot != nullptr && current_slot->plugin[0] != '\0') return true;
  Owner owner;
  return find_owner(reinterpret_cast<std::uintptr_t>(caller), owner);
}

void report_end(const char* what, std::uint64_t number, const void* caller) noexcept {
  Owner owner;
  if (current_slot != nullptr && current_slot->plugin[0] != '\0') {
    std::memcpy(owner.plugin, current_slot->plugin, sizeof owner.plugin);
    owner.handler = current_slot->handler;
  } else {
    find_owner(reinterpret_cast<std::uintptr_t>(caller), owner);
  }
  char said[48] = {};
  std::size_t size = 0;
  for (; what[size] != '\0' && size < 24; ++size) said[size] = what[size];
  if (number != kNoNumber) {
    said[size++] = '(';
    if (number >= 100) said[size++] = static_cast<char>('0' + number / 100 % 10);
    if (number >= 10) said[size++] = static_cast<char>('0' + number / 10 % 10);
    said[size++] = static_cast<char>('0' + number % 10);
    said[size] = ')';
  }
  Line log;
  log << "discern: plugin \"" << owner.plugin << "\" ends the program: " << said << " in "
      << (owner.handler[0] != '\0' ? owner.handler : "a thread of its own") << "\n";
  log.write_to(STDERR_FILENO);
  write_note(said, owner);
  CallStack stack;
  collect(stack, nullptr);
  // The frames before the plugin's are ours.
  std::uint32_t first = 0;
  while (first < stack.size && stack.frames[first] != reinterpret_cast<std::uintptr_t>(caller)) {
    ++first;
  }
  if (first == stack.size) first = 0;
  for (std::uint32_t i = first; i < stack.size; ++i) report_frame(stack.frames[i], false);
}

void note_stop() noexcept {
  Line line;
  (line << "stop\n").write_to(guard.report);
}

Result<void> install_crash_guard(const std::filesystem::path& file,
                                 const std::filesystem::path& libraries) {
  prepare_call_stacks();
  if (auto plain = check_regular_or_absent(file); !plain) return plain;
  const int fd =
      ::open(file.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
             0600);
  if (fd < 0) return system_error("cannot open " + file.string(), errno);
  ::fchmod(fd, 0600);
  const int before = guard.report;
  guard.report = fd;
  guard.process = ::getpid();
  Line begin;
  ((begin << "run ").number(static_cast<std::uint64_t>(::time(nullptr))) << "\n").write_to(fd);
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
    // Of the others, what somebody takes or ignores ends nothing.
    if (i >= kFaults && guard.before[i].sa_handler != SIG_DFL) {
      ::sigaction(kFatal[i].number, &guard.before[i], nullptr);
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
