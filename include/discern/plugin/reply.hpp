#pragma once

// What Discord said to a request.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/json.hpp"
#include "discern/plugin/message.hpp"
#include "discern/plugin/task.hpp"

namespace discern::plugin {

struct Reply {
  bool ok = false;
  int status = 0;                           // HTTP status; 0 when there was no answer.
  int discord_code = 0;                     // Discord's JSON error code or 0.
  std::string error;                        // One sentence; empty when ok.
  Json body;                                // Valid as long as a copy of this reply is kept.
  std::shared_ptr<const std::string> text;  // What `body` looks at.

  // Of the message (or whatever it was) that was made or changed; 0 when there is none.
  std::uint64_t id() const { return body["id"].id(); }
};

// Called once, on the plugin's thread.
using Done = std::function<void(const Reply&)>;

namespace detail {

inline discern_callback make_done(Done done) {
  return make_callback<discern_result>([done = std::move(done)](const discern_result& result) {
    Reply reply;
    reply.ok = result.failed == 0;
    reply.status = result.status;
    reply.discord_code = result.discord_code;
    reply.error = std::string(view(result.error));
    reply.text = std::make_shared<const std::string>(view(result.body));
    reply.body = Json(*reply.text);
    done(reply);
  });
}

inline std::vector<discern_file> to_files(const std::vector<File>& files) {
  std::vector<discern_file> out;
  for (const File& file : files) {
    auto made = sized<discern_file>();
    made.name = text(file.name);
    made.content_type = text(file.content_type);
    made.bytes = text(file.bytes);
    out.push_back(made);
  }
  return out;
}

}  // namespace detail
}  // namespace discern::plugin
