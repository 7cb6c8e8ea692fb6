#pragma once

// What is said when the program ends by an exception.

#include <exception>

namespace discern::app {

// From now on an exception that nothing catches ends the program with a line. What the system
// refused (memory, threads, descriptors) then ends it with exit code 1; anything else, and what is
// thrown on a plugin's thread, with SIGABRT as usual, so that the crash guard can name it.
void install_last_words();

// "discern: cannot go on: ...", without asking for memory. Waits for the reader of stderr a second
// at most.
void say_last_words(const std::exception& thrown) noexcept;

}  // namespace discern::app
