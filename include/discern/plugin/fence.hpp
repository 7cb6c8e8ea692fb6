#pragma once

// How C++ and the C boundary meet: texts, failures and callbacks. Authors meet only Failure.

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "discern/plugin/abi.h"

namespace discern::plugin {

// The host refused a call; what() says why and what to do.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

inline discern_text text(std::string_view view) {
  return {view.data(), view.size()};
}
inline std::string_view view(discern_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.size);
}

// What the other side sent, with fields it does not know yet read as zero.
template <class Struct>
Struct read(const void* given) {
  Struct known{};
  if (given == nullptr) return known;
  std::uint32_t size = 0;
  std::memcpy(&size, given, sizeof size);
  std::memcpy(&known, given, std::min<std::size_t>(size, sizeof known));
  return known;
}

template <class Struct>
Struct sized() {
  Struct made{};
  made.size = sizeof made;
  return made;
}

inline void copy_text(char* to, std::size_t room, std::string_view from) {
  const std::size_t size = std::min(from.size(), room - 1);
  std::memcpy(to, from.data(), size);
  to[size] = '\0';
}

inline void fill_failure(discern_failure* failure,
                         const std::type_info* type,
                         std::string_view text) {
  if (failure == nullptr) return;
  if (type != nullptr) {
    int status = 0;
    char* readable = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    copy_text(failure->type, sizeof failure->type, readable != nullptr ? readable : type->name());
    std::free(readable);
  }
  copy_text(failure->text, sizeof failure->text, text);
}

// Runs fn and turns whatever it throws into a failure.
template <class Fn>
std::int32_t fenced(discern_failure* failure, Fn&& fn) noexcept {
  try {
    fn();
    return DISCERN_OK;
  } catch (const std::exception& error) {
    fill_failure(failure, &typeid(error), error.what());
  } catch (...) {
    fill_failure(failure,
                 abi::__cxa_current_exception_type(),
                 "threw something that is not a std::exception");
  }
  return DISCERN_FAILED;
}

// A callback that calls fn(const Message&), or fn() when Message is void.
template <class Message, class Fn>
discern_callback make_callback(Fn fn) {
  discern_callback made{};
  made.context = new Fn(std::move(fn));
  made.run = [](void* context, const void* message, discern_failure* failure) -> std::int32_t {
    return fenced(failure, [&] {
      Fn& call = *static_cast<Fn*>(context);
      if constexpr (std::is_void_v<Message>) {
        (void)message;
        call();
      } else {
        call(read<Message>(message));
      }
    });
  };
  made.release = [](void* context) { delete static_cast<Fn*>(context); };
  return made;
}

[[noreturn]] inline void raise(const discern_failure& failure) {
  throw Failure(failure.text);
}

}  // namespace detail

// Undoes a registration when asked to; dropping it undoes nothing, the plugin's end undoes all.
class Registration {
 public:
  Registration() = default;
  Registration(const discern_host* host, std::uint64_t id) : host_(host), id_(id) {}
  void remove() {
    if (id_ != 0) host_->remove(host_->context, id_);
    id_ = 0;
  }

 private:
  const discern_host* host_ = nullptr;
  std::uint64_t id_ = 0;
};

}  // namespace discern::plugin
