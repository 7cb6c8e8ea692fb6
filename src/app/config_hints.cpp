#include "app/config_hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "app/config.hpp"

namespace discern::app {
namespace {

// More edits than this make another word, not a slip.
constexpr std::size_t kMostEdits = 3;

// Number of single-character edits between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

// The nearest of `words`; empty when none is near.
std::string nearest(const std::vector<std::string>& words, std::string_view to) {
  std::string best;
  std::size_t best_distance = kMostEdits + 1;
  for (const std::string& word : words) {
    const std::size_t edits = distance(word, to);
    if (edits < best_distance && edits < word.size()) {
      best = word;
      best_distance = edits;
    }
  }
  return best;
}

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    if (!option.section.empty() && (names.empty() || names.back() != option.section)) {
      names.emplace_back(option.section);
    }
  }
  return names;
}

constexpr std::string_view kWhereTokensGo =
    "a token does not belong in this file: set DISCORD_TOKEN, or let discord.token_file name a "
    "file "
    "of mode 0600 that holds it";

// Without quotes, in lower case.
std::string plain(std::string_view key) {
  std::string name;
  for (const char c : key) {
    if (c != '"' && c != '\'')
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

bool holds_token(std::string_view key) {
  const std::string name = plain(key);
  return name == "token" || name == "bot_token" || name == "discord_token";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

bool is_section(std::string_view name) {
  const std::vector<std::string> all = sections();
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::string hint_for_key(std::string_view section, std::string_view key) {
  if (holds_token(key)) {
    return std::string(kWhereTokensGo);
  }
  if (section.empty() && is_section(key)) {
    return fmt::format("it is a section: write [{}] and its keys on the lines below", key);
  }
  std::vector<std::string> known;
  std::string_view elsewhere;
  for (const Option& option : options()) {
    if (option.section == section) known.emplace_back(option.key);
    if (option.key == key && elsewhere.empty()) elsewhere = option.section;
  }
  if (const std::string best = nearest(known, key); !best.empty()) {
    return fmt::format("did you mean \"{}\"?", best);
  }
  if (!elsewhere.empty()) return fmt::format("it belongs below [{}]", elsewhere);
  if (section == "plugins") {
    return fmt::format("known here: {}; a plugin's own settings stand below [plugin.{}]",
                       fmt::join(known, ", "),
                       key);
  }
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

std::string hint_for_section(std::string_view name) {
  const std::vector<std::string> known = sections();
  if (const std::string best = nearest(known, name); !best.empty()) {
    return fmt::format("did you mean [{}]?", best);
  }
  return fmt::format("known: {}, plugin.<id>", fmt::join(known, ", "));
}

std::string hint_for_variable(std::string_view name) {
  std::vector<std::string> known;
  bool like_an_option = false;
  for (const Option& option : options()) {
    const std::string& variable = known.emplace_back(environment_name(option));
    const std::size_t section = variable.size() - option.key.size();
    like_an_option |=
        !option.section.empty() && name.substr(0, section) == variable.substr(0, section);
  }
  if (name == "DISCERN_DISCORD_TOKEN" || name == "DISCERN_TOKEN") {
    return "the token's variable is DISCORD_TOKEN";
  }
  if (const std::string best = nearest(known, name); !best.empty()) {
    return fmt::format("did you mean {}?", best);
  }
  return like_an_option ? "discern check config --print-example lists the options" : "";
}

std::string hint_for_line(std::string_view file, std::size_t line) {
  for (; line > 1 && !file.empty(); --line) {
    file.remove_prefix(std::min(file.find('\n'), file.size() - 1) + 1);
  }
  const std::string_view text = trimmed(file.substr(0, file.find('\n')));
  const std::size_t equals = text.find('=');
  if (equals == text.npos) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos || text.starts_with('[')) return "";
    const std::string_view key = trimmed(text.substr(0, colon));
    if (holds_token(key)) return fmt::format("; {}", kWhereTokensGo);
    // It may hold a secret all the same, and what is written here goes into a log.
    if (plain(key).find("token") != std::string::npos) {
      return fmt::format("; write {} = \"…\"", key);
    }
    return fmt::format("; write {} = {}", key, trimmed(text.substr(colon + 1)));
  }
  const std::string_view value = trimmed(text.substr(equals + 1));
  if (value.empty()) return "; there is no value after =";
  if (value.front() == '"') {
    return value.find('\\') == value.npos
               ? ""
               : "; in \"…\" a backslash begins a code: write it twice, or use '…'";
  }
  constexpr std::string_view kOpens = "'[{";
  if (kOpens.find(value.front()) != kOpens.npos) return "";
  return "; text is written in quotes, and true and false in lower case";
}

}  // namespace discern::app
