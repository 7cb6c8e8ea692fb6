#pragma once

// Errors as values: a kind, a sentence that says what to do, and the place that noticed.

#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace discern {

// A closed set, so that the kind can be the label of an error counter.
enum class Errc {
  Invalid,      // The input breaks a rule; the text says which and how to mend it.
  NotFound,     // What was asked for does not exist.
  Exists,       // What was to be created is there already.
  Refused,      // The other side understood and said no.
  Unavailable,  // The other side cannot be reached or is not ready; trying again may help.
  Timeout,      // No answer within the allowed time.
  Limit,        // A documented limit was reached.
  Corrupt,      // Stored or received bytes are not what was written.
  Io,           // The operating system reported a failure.
  Closed,       // The thing was shut down or cancelled.
  Internal,     // A bug of ours.
};

// The name of a kind in lower case, for labels and logs.
std::string_view to_string(Errc kind);

struct Error {
  Errc kind = Errc::Internal;
  std::string text;
  std::source_location where = std::source_location::current();

  Error(Errc error_kind,
        std::string error_text,
        std::source_location place = std::source_location::current())
      : kind(error_kind), text(std::move(error_text)), where(place) {}
};

// "could not open x: <text of cause>", keeping the cause's kind and place.
Error wrap(std::string_view doing, Error cause);

// The error of `errno` (or another system error number) while doing something.
Error system_error(std::string_view doing,
                   int number,
                   std::source_location place = std::source_location::current());

// A value or an Error. Dropping one unread is a compile error (-Werror=unused-result).
template <class T>
class [[nodiscard("look at the error or return it")]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const {
    return state_.index() == 0;
  }
  explicit operator bool() const {
    return ok();
  }

  // Precondition: ok(). Throws std::logic_error otherwise, because that is a bug of the caller.
  T& value()& {
    check();
    return std::get<0>(state_);
  }
  const T& value() const& {
    check();
    return std::get<0>(state_);
  }
  T&& value()&& {
    check();
    return std::get<0>(std::move(state_));
  }
  T& operator*()& {
    return value();
  }
  const T& operator*() const& {
    return value();
  }
  T&& operator*()&& {
    return std::move(*this).value();
  }
  T* operator->() {
    return &value();
  }
  const T* operator->() const {
    return &value();
  }

  // Precondition: !ok().
  const Error& error() const& {
    return std::get<1>(state_);
  }
  Error&& error()&& {
    return std::get<1>(std::move(state_));
  }

  T value_or(T other)&& {
    return ok() ? std::get<0>(std::move(state_)) : std::move(other);
  }

 private:
  void check() const {
    if (!ok()) throw std::logic_error("value of a failed Result: " + std::get<1>(state_).text);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard("look at the error or return it")]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const {
    return !error_;
  }
  explicit operator bool() const {
    return ok();
  }
  const Error& error() const& {
    return *error_;
  }
  Error&& error()&& {
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace discern
