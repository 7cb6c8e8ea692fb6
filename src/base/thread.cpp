#include "base/thread.hpp"

#include <cxxabi.h>

#include <atomic>
#include <exception>
#include <system_error>

#include "base/log.hpp"
#include "base/system_limits.hpp"
#include "base/thread_name.hpp"

namespace discern {
namespace {

// A body that fails at once, each time, must not use up a processor.
constexpr std::chrono::milliseconds kPause{10};

std::atomic<std::uint64_t> exceptions{0};

}  // namespace

Result<std::thread> start_thread(const std::string& name, std::function<void()> body) {
  try {
    return std::thread([name, body = std::move(body)] {
      set_thread_name(name.c_str());
      run_fenced(name, body);
    });
  } catch (const std::exception& thrown) {
    return Error(Errc::Limit, refusal_text("start the thread \"" + name + "\"", thrown));
  }
}

void run_fenced(std::string_view name, const std::function<void()>& body) {
  for (;;) {
    try {
      return body();
    } catch (const abi::__forced_unwind&) {
      // pthread_exit, called by a plugin: the C++ runtime wants to have it back.
      throw;
    } catch (...) {
      note_exception(name);
    }
    std::this_thread::sleep_for(kPause);
  }
}

void note_exception(std::string_view where) noexcept {
  exceptions.fetch_add(1, std::memory_order_relaxed);
  try {
    throw;
  } catch (const std::exception& thrown) {
    log::error("base", "an exception in {}: {}", where, thrown.what());
  } catch (...) {
    log::error("base", "an exception in {}, of a type that says nothing", where);
  }
}

std::uint64_t noted_exceptions() noexcept {
  return exceptions.load(std::memory_order_relaxed);
}

}  // namespace discern
