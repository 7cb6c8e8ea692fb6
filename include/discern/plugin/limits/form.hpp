#pragma once

// Reading a request body and noting what Discord would refuse about it. Pure.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discern/plugin/json.hpp"
#include "discern/plugin/limits/table.hpp"

namespace discern::plugin::limits {

struct Problem {
  std::string path;     // As Discord writes it: "embeds.0.title"; empty for the body as a whole.
  std::string text;     // "has 300 characters; Discord allows 256"
  std::string code;     // Discord's: "BASE_TYPE_MAX_LENGTH"
  std::string message;  // Discord's: "Must be 256 or fewer in length."
  int discord_code = 50035;  // Of the answer as a whole.

  // "embeds[0].title has 300 characters; Discord allows 256"
  std::string sentence() const {
    std::string out;
    for (std::string_view rest = path; !rest.empty();) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      const std::string_view step = rest.substr(0, dot);
      const bool index = step.find_first_not_of("0123456789") == std::string_view::npos;
      if (index) {
        out.append("[").append(step).append("]");
      } else {
        out.append(out.empty() ? "" : ".").append(step);
      }
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return out.empty() ? text : out + " " + text;
  }
};
using Problems = std::vector<Problem>;

// Code points of UTF-8 text.
inline std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
}

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// "1 to 25", "at most 256", "exactly 1"
inline std::string range_text(const Limit& limit) {
  const std::string most = std::to_string(limit.most);
  if (limit.least == limit.most) return "exactly " + most;
  return limit.least == 0 && limit.of != Limit::Of::Value
             ? most
             : std::to_string(limit.least) + " to " + most;
}

enum class Need { Optional, Required };
// Whether white space around a text counts.
enum class Space { Counts, IsTrimmed };

// One object of a body and where it stands. Null and absent are the same, as for Discord.
class Form {
 public:
  Form(Json json, std::string path, Problems& problems)
      : json_(json), path_(std::move(path)), problems_(problems) {}

  Json operator[](std::string_view key) const {
    const Json value = json_[key];
    return value.is_null() ? Json() : value;
  }
  bool has(std::string_view key) const { return (*this)[key].exists(); }
  const std::string& path() const { return path_; }
  std::string path_to(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  Problems& problems() const { return problems_; }

  void problem(std::string_view key, std::string code, std::string message, std::string text) {
    problems_.push_back(
        {key.empty() ? path_ : path_to(key), std::move(text), std::move(code), std::move(message)});
  }
  void missing(std::string_view key, std::string text = "is missing") {
    problem(key, "BASE_TYPE_REQUIRED", "This field is required", std::move(text));
  }
  void number_out_of(std::string_view key, const Limit& limit, const std::string& found) {
    problem(key,
            "NUMBER_TYPE_RANGE",
            "Must be between " + std::to_string(limit.least) + " and " +
                std::to_string(limit.most) + ".",
            "is " + found + "; Discord allows " + range_text(limit));
  }
  // `count` of characters or items at `key`, against the limit.
  bool count(std::string_view key, std::int64_t count, const Limit& limit);

  // The text at `key`; empty when it is absent or no text.
  std::string text(std::string_view key,
                   const Limit& limit,
                   Need need = Need::Optional,
                   Space space = Space::Counts);
  // A whole number.
  std::optional<std::int64_t> integer(std::string_view key,
                                      const Limit& limit,
                                      Need need = Need::Optional);
  // How many elements the list at `key` has; none without one.
  std::optional<std::int64_t> list(std::string_view key,
                                   const Limit& limit,
                                   Need need = Need::Optional);
  // Calls fn(Form) for each object in the list at `key`; anything else in it is a problem.
  template <class Fn>
  void each(std::string_view key, Fn&& fn) const {
    std::size_t index = 0;
    (*this)[key].each_element([&](Json element) {
      Form form(element, path_to(key) + "." + std::to_string(index++), problems_);
      if (element.is_object()) {
        fn(form);
      } else {
        form.problem("", "DICT_TYPE_CONVERT", "Only dictionaries may be used.", "is no object");
      }
    });
  }
  // Calls fn(Form) with the object at `key`, if there is one.
  template <class Fn>
  void object(std::string_view key, Fn&& fn) const {
    const Json value = (*this)[key];
    Form form(value, path_to(key), problems_);
    if (!value.exists()) return;
    if (value.is_object()) {
      fn(form);
    } else {
      form.problem("", "DICT_TYPE_CONVERT", "Only dictionaries may be used.", "is no object");
    }
  }

 private:
  Json json_;
  std::string path_;
  Problems& problems_;
};

inline bool Form::count(std::string_view key, std::int64_t count, const Limit& limit) {
  if (count >= limit.least && count <= limit.most) return true;
  const std::string most = std::to_string(limit.most);
  const std::string found =
      count == 0 ? "is empty" : "has " + std::to_string(count) + " " + std::string(limit.what);
  const std::string wanted = "; Discord allows " + range_text(limit);
  if (limit.least == 0) {
    problem(
        key, "BASE_TYPE_MAX_LENGTH", "Must be " + most + " or fewer in length.", found + wanted);
  } else {
    problem(key,
            "BASE_TYPE_BAD_LENGTH",
            "Must be between " + std::to_string(limit.least) + " and " + most + " in length.",
            found + wanted + (count == 0 ? " " + std::string(limit.what) : ""));
  }
  return false;
}

inline std::string Form::text(std::string_view key, const Limit& limit, Need need, Space space) {
  const Json value = (*this)[key];
  if (!value.exists()) {
    if (need == Need::Required) missing(key);
    return {};
  }
  if (!value.is_string()) {
    problem(key, "STRING_TYPE_CONVERT", "Could not interpret as string.", "is no text");
    return {};
  }
  std::string text = value.string();
  if (space == Space::IsTrimmed) text = std::string(trimmed(text));
  if (text.empty() && limit.least > 0 && space == Space::IsTrimmed) {
    missing(key, "is empty; Discord wants " + range_text(limit) + " characters");
  } else {
    count(key, characters(text), limit);
  }
  return text;
}

inline std::optional<std::int64_t> Form::integer(std::string_view key,
                                                 const Limit& limit,
                                                 Need need) {
  const Json value = (*this)[key];
  if (!value.exists()) {
    if (need == Need::Required) missing(key);
    return std::nullopt;
  }
  const double number = value.number(0.5);
  if (value.is_string() || number != static_cast<double>(value.integer())) {
    problem(key, "NUMBER_TYPE_COERCE", "Value is not an integer.", "is no whole number");
    return std::nullopt;
  }
  const std::int64_t whole = value.integer();
  if (whole < limit.least || whole > limit.most) number_out_of(key, limit, std::to_string(whole));
  return whole;
}

inline std::optional<std::int64_t> Form::list(std::string_view key, const Limit& limit, Need need) {
  const Json value = (*this)[key];
  if (!value.exists()) {
    if (need == Need::Required) missing(key);
    return std::nullopt;
  }
  if (!value.is_array()) {
    problem(key, "LIST_TYPE_CONVERT", "Only iterables may be used.", "is no list");
    return std::nullopt;
  }
  const auto size = static_cast<std::int64_t>(value.size());
  count(key, size, limit);
  return size;
}

}  // namespace discern::plugin::limits
