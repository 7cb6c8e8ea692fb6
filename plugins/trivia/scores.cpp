#include "scores.hpp"

#include <algorithm>
#include <sstream>

namespace trivia {

const Scores::Score& Scores::answered(std::uint64_t guild, bool right) {
  Score& score = scores_[guild];
  ++score.asked;
  score.right += right ? 1 : 0;
  score.streak = right ? score.streak + 1 : 0;
  score.best_streak = std::max(score.best_streak, score.streak);
  return score;
}

Scores::Score Scores::of(std::uint64_t guild) const {
  const auto found = scores_.find(guild);
  return found != scores_.end() ? found->second : Score();
}

std::size_t Scores::rank(std::uint64_t guild) const {
  const auto mine = scores_.find(guild);
  if (mine == scores_.end()) return 0;
  std::size_t better = 0;
  for (const auto& [id, score] : scores_) {
    if (score.right > mine->second.right) ++better;
  }
  return better + 1;
}

std::string Scores::to_text(const Score& score) {
  return std::to_string(score.asked) + ' ' + std::to_string(score.right) + ' ' +
         std::to_string(score.streak) + ' ' + std::to_string(score.best_streak);
}

void Scores::restore(std::uint64_t guild, const std::string& text) {
  Score score;
  std::istringstream in(text);
  if (in >> score.asked >> score.right >> score.streak >> score.best_streak) scores_[guild] = score;
}

std::string bar(std::uint64_t part, std::uint64_t whole) {
  constexpr std::uint64_t kCells = 10;
  const std::uint64_t percent = whole == 0 ? 0 : part * 100 / whole;
  std::string text;
  for (std::uint64_t i = 0; i < kCells; ++i) text += i * 10 + 5 <= percent ? "█" : "░";
  return text + " " + std::to_string(percent) + " %";
}

}  // namespace trivia
