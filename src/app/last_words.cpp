#include "app/last_words.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <system_error>

#include "app/command_line.hpp"
#include "base/output.hpp"
#include "plugin/thread_slot.hpp"

namespace discern::app {
namespace {

constexpr std::chrono::seconds kLimit{1};

// Text in fixed memory. Bytes that a terminal acts on become question marks.
class Line {
 public:
  Line& operator<<(std::string_view text) noexcept {
    for (const char c : text) {
      if (size_ + 1 < text_.size()) text_[size_++] = c < ' ' || c == 0x7F ? '?' : c;
    }
    return *this;
  }
  void print() noexcept {
    text_[size_++] = '\n';
    output::flush(kLimit);
    output::write_within(STDERR_FILENO, {text_.data(), size_}, kLimit);
  }

 private:
  std::array<char, 512> text_{};
  std::size_t size_ = 0;
};

[[noreturn]] void on_terminate() {
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  const bool of_plugin = plugin::current_slot != nullptr;
  bool refused = false;
  Line line;
  line << "discern: an exception ends the thread \"" << name.data() << "\"";
  try {
    // Without an exception, std::terminate() was called: a rethrow would call it again.
    if (const auto thrown = std::current_exception(); thrown) std::rethrow_exception(thrown);
    line << ": std::terminate()";
  } catch (const std::bad_alloc&) {
    refused = true;
    line << ": out of memory";
  } catch (const std::system_error& thrown) {
    refused = true;
    line << ": " << thrown.what();
  } catch (const std::exception& thrown) {
    line << ": " << thrown.what();
  } catch (...) {
    line << ", of a type that says nothing";
  }
  line << (refused && !of_plugin ? "; the program ends" : "");
  line.print();
  if (refused && !of_plugin) ::_exit(kExitFailed);
  std::abort();
}

// Before the constructors of global objects, which ask for memory, too.
[[gnu::constructor(101)]] void install_early() {
  std::set_terminate(&on_terminate);
}

}  // namespace

void install_last_words() {
  std::set_terminate(&on_terminate);
}

void say_last_words(const std::exception& thrown) noexcept {
  Line line;
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) {
    line << "discern: cannot go on: out of memory";
  } else if (dynamic_cast<const std::system_error*>(&thrown) != nullptr) {
    line << "discern: cannot go on: " << thrown.what();
  } else {
    line << "discern: cannot go on, and this may be a bug: " << thrown.what();
  }
  line.print();
}

}  // namespace discern::app
