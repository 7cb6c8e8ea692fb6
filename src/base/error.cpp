#include "base/error.hpp"

#include <system_error>

namespace discern {

std::string_view to_string(Errc kind) {
  switch (kind) {
    case Errc::Invalid:
      return "invalid";
    case Errc::NotFound:
      return "not_found";
    case Errc::Exists:
      return "exists";
    case Errc::Refused:
      return "refused";
    case Errc::Unavailable:
      return "unavailable";
    case Errc::Timeout:
      return "timeout";
    case Errc::Limit:
      return "limit";
    case Errc::Corrupt:
      return "corrupt";
    case Errc::Io:
      return "io";
    case Errc::Closed:
      return "closed";
    case Errc::Internal:
      return "internal";
  }
  return "internal";
}

Error wrap(std::string_view doing, Error cause) {
  std::string text(doing);
  text.append(": ").append(cause.text);
  cause.text = std::move(text);
  return cause;
}

Error system_error(std::string_view doing, int number, std::source_location place) {
  std::string text(doing);
  text.append(": ").append(std::generic_category().message(number));
  const Errc kind = number == ENOENT ? Errc::NotFound : Errc::Io;
  return Error(kind, std::move(text), place);
}

}  // namespace discern
