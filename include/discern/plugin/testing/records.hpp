#pragma once

// What a test sees of its plugin: answers, requests, log lines.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/json.hpp"
#include "discern/plugin/json_text.hpp"

namespace discern::plugin::testing {

// One answer of the plugin to an interaction.
struct Answer {
  std::uint32_t kind = 0;  // DISCERN_ANSWER_...
  bool ephemeral = false;
  std::string body;                // Discord's message, choices or form, as JSON.
  std::vector<std::string> files;  // Their names.
  // A follow-up's id, and of one that changes a follow-up, which.
  std::uint64_t message = 0;

  Json json() const { return Json(body); }
  // The content, then the title and the description of each embed, a line each.
  std::string text() const {
    std::string out = json()["content"].string();
    json()["embeds"].each_element([&](Json embed) {
      for (const char* part : {"title", "description"}) {
        const std::string line = embed[part].string();
        if (!line.empty()) out += (out.empty() ? "" : "\n") + line;
      }
    });
    return out;
  }
};

// One interaction and all that the plugin said to it, also later. Cheap to copy.
class Conversation {
 public:
  struct State {
    std::vector<Answer> answers;
    bool deferred = false;
    bool replied = false;
    bool let_go = false;
    bool failed = false;
    // That was sent and not deleted before the newest answer.
    bool has_follow_up(std::uint64_t id) const {
      bool there = false;
      for (const Answer& answer : answers) {
        if (answer.message != id) continue;
        if (answer.kind == DISCERN_ANSWER_FOLLOW_UP) there = true;
        if (answer.kind == DISCERN_ANSWER_DELETE_FOLLOW_UP) there = false;
      }
      return there;
    }
  };
  explicit Conversation(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  const std::vector<Answer>& answers() const { return state_->answers; }
  // What the person reads: the text of the newest answer that has one.
  std::string text() const {
    for (auto answer = answers().rbegin(); answer != answers().rend(); ++answer) {
      if (std::string text = answer->text(); !text.empty()) return text;
    }
    return {};
  }
  bool deferred() const { return state_->deferred; }
  bool replied() const { return state_->replied; }
  // The plugin holds no copy any more: nothing else will come.
  bool is_over() const { return state_->let_go; }
  // The handler threw; Bot::failures() has what.
  bool failed() const { return state_->failed; }
  // Autocomplete: the values that were offered.
  std::vector<std::string> choices() const {
    std::vector<std::string> values;
    if (answers().empty()) return values;
    answers().back().json()["choices"].each_element(
        [&](Json choice) { values.push_back(choice["value"].string()); });
    return values;
  }

 private:
  std::shared_ptr<const State> state_;
};

// Something the plugin asked of Discord.
struct DiscordCall {
  std::string method;
  std::string route;  // Templated: "/channels/{}/messages".
  std::vector<std::string> parameters;
  std::string body;
  std::string reason;

  Json json() const { return Json(body); }
};

// Something the plugin sent to the gateway: members it asked for, a voice state.
struct GatewayCall {
  std::uint32_t op = 0;
  std::uint64_t guild = 0;
  std::string d;

  Json json() const { return Json(d); }
};

// Something the plugin asked of the web.
struct WebCall {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// What a test lets Discord or the web say.
struct Reaction {
  int status = 200;
  std::string body = "{}";
};

struct Page {
  int status = 0;
  std::string content_type;
  std::string body;
};

struct LogLine {
  std::int32_t level = 0;  // DISCERN_LOG_...
  std::string text;
};

// What left a handler.
struct HandlerFailure {
  std::string type;  // "std::runtime_error"
  std::string text;
};

// An option's value in a command: text, number, true or false. Users and channels are their ids, as
// text.
class OptionValue {
 public:
  OptionValue(const char* text) : json_(quoted(text)) {}
  OptionValue(std::string_view text) : json_(quoted(text)) {}
  OptionValue(const std::string& text) : json_(quoted(text)) {}
  OptionValue(bool value) : json_(value ? "true" : "false") {}
  OptionValue(int value) : json_(std::to_string(value)) {}
  OptionValue(std::int64_t value) : json_(std::to_string(value)) {}
  OptionValue(double value) { detail::append_value(json_, value); }
  const std::string& json() const { return json_; }

 private:
  static std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
  }
  std::string json_;
};
using Options = std::vector<std::pair<std::string, OptionValue>>;

// Who does something, and where. A guild of 0 is a direct message.
struct Where {
  std::uint64_t guild = 1;
  std::uint64_t channel = 2;
  std::uint64_t user = 3;
  std::string user_name = "ada";
};

}  // namespace discern::plugin::testing
