#pragma once

// What is wrong with a request body, in the nested form of error 50035.
// See Discord Docs/Reference, Error Messages.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "discern/plugin/limits/form.hpp"

namespace discern::sim {

struct FormProblem {
  std::string path;  // Dotted, such as "embeds.0.title"; empty for the body as a whole.
  std::string code;  // Such as "BASE_TYPE_MAX_LENGTH".
  std::string message;
  int error = 50035;  // Discord's code of the answer as a whole.
};

using FormProblems = std::vector<FormProblem>;

// What the table of limits finds, with `prefix` ("data") before each path.
FormProblems to_problems(const plugin::limits::Problems& found, std::string_view prefix = {});

// The value of `errors`.
boost::json::object to_errors(const FormProblems& problems);

// One field of a form, read and checked. Absent fields are fine unless required.
class FormReader {
 public:
  FormReader(const boost::json::object& form, std::string path, FormProblems& problems)
      : form_(form), path_(std::move(path)), problems_(problems) {}

  enum class Need { Optional, Required };

  // Length in characters, not bytes. Empty when absent or wrong.
  std::string_view text(std::string_view key,
                        std::size_t min,
                        std::size_t max,
                        Need need = Need::Optional);
  // Null when absent or not an array; more than `max` elements are a problem.
  const boost::json::array* list(std::string_view key, std::size_t max, Need need = Need::Optional);
  std::int64_t integer(std::string_view key,
                       std::int64_t min,
                       std::int64_t max,
                       std::int64_t otherwise,
                       Need need = Need::Optional);
  const boost::json::object* object(std::string_view key, Need need = Need::Optional);

  void problem(std::string_view key, std::string code, std::string message);
  std::string path_to(std::string_view key) const;

 private:
  const boost::json::value* find(std::string_view key, Need need);

  const boost::json::object& form_;
  std::string path_;
  FormProblems& problems_;
};

// Number of characters of UTF-8 text.
std::size_t character_count(std::string_view text);

}  // namespace discern::sim
