#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace trivia {

// How each server does, together: nobody is counted by name.
class Scores {
 public:
  struct Score {
    std::uint64_t asked = 0;
    std::uint64_t right = 0;
    std::uint64_t streak = 0;
    std::uint64_t best_streak = 0;
  };

  const Score& answered(std::uint64_t guild, bool right);
  Score of(std::uint64_t guild) const;
  // 1 is the best server; 0 when this one has not played.
  std::size_t rank(std::uint64_t guild) const;
  std::size_t guilds() const { return scores_.size(); }

  // A score as it is stored: "<asked> <right> <streak> <best streak>". What is no score is ignored.
  static std::string to_text(const Score& score);
  void restore(std::uint64_t guild, const std::string& text);

 private:
  std::unordered_map<std::uint64_t, Score> scores_;
};

// "████████░░ 80 %"
std::string bar(std::uint64_t part, std::uint64_t whole);

}  // namespace trivia
