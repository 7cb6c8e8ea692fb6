#pragma once

// Threads of the program, and the fence around each of them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.hpp"

namespace discern {

// Starts a thread that the system, /proc and the log know by `name` (15 bytes of it). An exception
// that leaves `body` is logged and counted, and `body` is called again: make it such that it goes
// on where it was. Errors: Limit, with a sentence that says which limit to raise.
Result<std::thread> start_thread(const std::string& name, std::function<void()> body);

// Calls `body`, and again after each exception, with a pause. What start_thread's thread does.
void run_fenced(std::string_view name, const std::function<void()>& body);

// Call in a catch block, at a fence: logs what was thrown and counts it. `where` completes "an
// exception in ...".
void note_exception(std::string_view where) noexcept;
// As counted by note_exception since the program began.
std::uint64_t noted_exceptions() noexcept;

// Calls `step`; an exception is noted and goes no further. False when there was one.
template <class Step>
bool fenced(std::string_view where, Step&& step) noexcept {
  try {
    step();
    return true;
  } catch (...) {
    note_exception(where);
    return false;
  }
}

// For a step that must not be left out (an answer that somebody waits for, the end of a thread):
// repeats it until it goes through without an exception, with pauses. `step` must be such that it
// can be repeated. A template, because std::function may ask for memory itself.
template <class Step>
void insist(std::string_view where, Step&& step) noexcept {
  while (!fenced(where, step)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace discern
