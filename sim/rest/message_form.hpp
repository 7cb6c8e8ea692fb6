#pragma once

#include "sim/rest/form_problem.hpp"

namespace discern::sim {

// A file of a multipart body.
struct FilePart {
  std::string key;  // The n of files[n].
  std::string filename;
  std::string content_type;
  std::size_t size = 0;
};

inline constexpr std::size_t kMaxFile = std::size_t{10} * 1024 * 1024;

// The body of a message (or of an interaction's answer), checked against Discord's limits.
// Pure. See Discord Docs/Message and Docs/Reference, Uploading Files.
FormProblems check_message(const boost::json::object& message, const std::vector<FilePart>& files);

// True when there is nothing in it to show: error 50006.
bool is_empty_message(const boost::json::object& message, const std::vector<FilePart>& files);

}  // namespace discern::sim
