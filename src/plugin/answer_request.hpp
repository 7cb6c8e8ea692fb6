#pragma once

// From a step of AnswerFsm to the request that Discord gets. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "discord/model/ids.hpp"
#include "discord/model/rest_port.hpp"
#include "plugin/answer_fsm.hpp"

namespace discern::plugin {

// Where the answers to one interaction go.
struct AnswerAddress {
  discord::InteractionId id;
  discord::ApplicationId application;
  Secret token;
  std::string plugin;  // Who is charged.
};

// `json` is the plugin's content ("data" of the callback); empty where the step carries none.
// `follow_up` is the id of the one that the step changes. Errors: Invalid when the content is not
// an object.
Result<discord::RestRequest> make_answer_request(const AnswerAddress& to,
                                                 const AnswerStep& step,
                                                 const std::string& json,
                                                 std::vector<discord::RestFile> files,
                                                 std::uint64_t follow_up = 0);

// Whether Discord would take the content of such an answer, as far as that can be told. Error:
// Invalid, with what is wrong.
Result<void> check_content(AnswerKind kind, const std::string& json, std::size_t files);

// The content of a message with one sentence, seen only by the person who asked.
std::string sentence_json(std::string_view sentence);

}  // namespace discern::plugin
