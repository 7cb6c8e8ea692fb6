#include "plugin/boundary.hpp"

#include <cxxabi.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include "base/utf8.hpp"

namespace discern::plugin {
namespace {

// What API 1.0 has of it.
constexpr std::size_t kFailureEnd = offsetof(discern_failure, text) + sizeof discern_failure::text;

std::string terminated(const char* text, std::size_t room) {
  return to_valid_utf8({text, ::strnlen(text, room)}, room);
}

std::string readable(const std::type_info* type) {
  if (type == nullptr) return {};
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string text = name != nullptr ? name : type->name();
  std::free(name);
  return text;
}

}  // namespace

std::string text_of(discern_text text) {
  const std::string_view given = view(text);
  if (is_utf8(given)) return std::string(given);
  return to_valid_utf8(given, std::string::npos);
}

void fill_failure(discern_failure* failure, std::string_view text) {
  if (failure == nullptr || failure->size < kFailureEnd) return;
  const std::string cut = to_valid_utf8(text, sizeof failure->text - 1);
  std::memcpy(failure->text, cut.c_str(), cut.size() + 1);
  failure->type[0] = '\0';
}

Fault to_fault(const discern_failure& failure) {
  Fault fault{terminated(failure.type, sizeof failure.type),
              terminated(failure.text, sizeof failure.text)};
  if (fault.text.empty()) fault.text = "failed without saying why";
  return fault;
}

Fault current_exception_fault() noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    return {readable(&typeid(error)), to_valid_utf8(error.what(), sizeof discern_failure::text)};
  } catch (...) {
    return {readable(abi::__cxa_current_exception_type()), "not a std::exception"};
  }
}

}  // namespace discern::plugin
