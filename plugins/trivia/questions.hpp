#pragma once

#include <array>
#include <span>
#include <string_view>

namespace trivia {

struct Question {
  std::string_view topic;
  std::string_view text;
  std::array<std::string_view, 4> answers;  // The first is right; they are shuffled when asked.
  std::string_view fact;                    // Told when the question is over.
};

std::span<const Question> questions();

}  // namespace trivia
