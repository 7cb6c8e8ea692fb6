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

inline constexpr std::size_t kMaxFile = plugin::limits::kFileBytes;

// What the simulator knows of the message that a body is for.
struct MessageState {
  bool edit = false;
  bool is_v2 = false;  // It has the flag IS_COMPONENTS_V2 already.
};

// The body of a message (or of an interaction's answer), checked against Discord's limits.
// Pure. See Discord Docs/Message and Docs/Reference, Uploading Files.
FormProblems check_message(const boost::json::object& message,
                           const std::vector<FilePart>& files,
                           const MessageState& state = {});

}  // namespace discern::sim
