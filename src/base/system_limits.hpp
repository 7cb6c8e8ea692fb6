#pragma once

// Sentences for a system that refuses: what could not be done, why, and which limit to raise.

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern {

// What to do about a system error number: "raise the limit of open files (ulimit -n, systemd:
// LimitNOFILE)". Empty when there is nothing general to say.
std::string_view advice_for(int number);

// "cannot start the web thread: Resource temporarily unavailable; raise the limit of ...".
std::string refusal_text(std::string_view doing, int number);

// The same for an exception by which the system, or a library for it, refused something: the error
// number of std::system_error and its kin, memory, or the exception's own text.
std::string refusal_text(std::string_view doing, const std::exception& thrown);

// A constructor whose parts the system refused. Carries the Error for whoever builds the program.
class SystemRefused : public std::runtime_error {
 public:
  explicit SystemRefused(const std::string& text) : std::runtime_error(text) {}
};

}  // namespace discern
