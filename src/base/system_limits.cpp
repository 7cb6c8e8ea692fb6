#include "base/system_limits.hpp"

#include <cerrno>
#include <new>
#include <system_error>

namespace discern {

std::string_view advice_for(int number) {
  switch (number) {
    case EAGAIN:
      return "raise the limit of threads (ulimit -u; systemd: TasksMax; containers: pids limit)";
    case EMFILE:
      return "raise the limit of open files (ulimit -n; systemd: LimitNOFILE)";
    case ENFILE:
      return "the whole system has too many open files; raise fs.file-max";
    case ENOMEM:
      return "give the program more memory (systemd: MemoryMax; ulimit -v)";
    case ENOSPC:
      return "make room on that disk, or raise the system's limit (fs.inotify, fs.epoll)";
    case EDQUOT:
      return "make room, or raise this user's quota";
    case EACCES:
    case EPERM:
      return "check who owns it, and the program's permissions";
    default:
      return {};
  }
}

std::string refusal_text(std::string_view doing, int number) {
  std::string text = "cannot ";
  text.append(doing).append(": ").append(std::generic_category().message(number));
  if (const std::string_view advice = advice_for(number); !advice.empty()) {
    text.append("; ").append(advice);
  }
  return text;
}

std::string refusal_text(std::string_view doing, const std::exception& thrown) {
  if (dynamic_cast<const SystemRefused*>(&thrown) != nullptr) return thrown.what();
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) return refusal_text(doing, ENOMEM);
  if (const auto* refused = dynamic_cast<const std::system_error*>(&thrown); refused != nullptr) {
    const std::error_code code = refused->code();
    if (code.category() == std::generic_category() || code.category() == std::system_category()) {
      return refusal_text(doing, code.value());
    }
  }
  std::string text = "cannot ";
  return text.append(doing).append(": ").append(thrown.what());
}

}  // namespace discern
