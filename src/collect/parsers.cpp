#include "collect/parsers.hpp"

#include <charconv>

namespace discern::collect {
namespace {

// Takes the next word off the front of `text`.
std::string_view take_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  text.remove_prefix(begin);
  const std::size_t end = text.find_first_of(" \t\n");
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> to_number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (ec != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == text.npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  ProcessStat stat;
  for (int field = 3; field <= 24; ++field) {
    const std::string_view word = take_word(text);
    std::uint64_t* wanted = field == 14   ? &stat.user_ticks
                            : field == 15 ? &stat.system_ticks
                            : field == 20 ? &stat.threads
                            : field == 24 ? &stat.resident_pages
                                          : nullptr;
    if (wanted == nullptr) continue;
    const auto value = to_number(word);
    if (!value) return std::nullopt;
    *wanted = *value;
  }
  return stat;
}

std::optional<std::uint64_t> parse_max_open_files(std::string_view text) {
  constexpr std::string_view kName = "Max open files";
  const std::size_t at = text.find(kName);
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + kName.size());
  const std::string_view word = take_word(text);
  if (word == "unlimited") return 0;
  return to_number(word);
}

}  // namespace discern::collect
