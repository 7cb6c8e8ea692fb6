#include "app/config_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

namespace discern::app {
namespace {

using std::chrono::milliseconds;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct DurationUnit {
  std::string_view name;
  milliseconds length;
};
// Longest first, so that the shortest exact form is found first.
constexpr DurationUnit kUnits[] = {{"d", std::chrono::hours(24)},
                                   {"h", std::chrono::hours(1)},
                                   {"m", std::chrono::minutes(1)},
                                   {"s", std::chrono::seconds(1)},
                                   {"ms", milliseconds(1)}};

}  // namespace

Result<std::string> parse_text(std::string_view value) {
  return std::string(value);
}

Result<std::string> parse_backup_file(std::string_view value) {
  const std::string name = std::filesystem::path(value).filename().string();
  if (name.empty() || name == "." || name == "..") {
    return Error(Errc::Invalid, "expected the name of a file, such as logs/metrics.json");
  }
  for (const std::string_view taken : {"discern.db",
                                       "discern.lock",
                                       "period.keys",
                                       "plugins.json",
                                       "plugin-errors.json",
                                       "crash.txt",
                                       "host.json"}) {
    if (name.starts_with(taken)) {
      return Error(Errc::Invalid, name + " is another file of Discern; choose another name");
    }
  }
  return std::string(value);
}

Result<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return Error(Errc::Invalid, "expected true or false");
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
    return Error(Errc::Invalid, fmt::format("expected a whole number from {} to {}", low, high));
  }
  return number;
}

Result<milliseconds> parse_duration(std::string_view text, milliseconds low, milliseconds high) {
  const auto wrong = [&] {
    return Error(Errc::Invalid,
                 fmt::format("expected a duration with its unit (ms, s, m, h, d) from \"{}\" to "
                             "\"{}\", such as \"{}\"",
                             to_text(low),
                             to_text(high),
                             to_text(std::clamp(milliseconds(10000), low, high))));
  };
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || number < 0) return wrong();
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto known = std::find_if(
      std::begin(kUnits), std::end(kUnits), [&](const auto& u) { return u.name == unit; });
  if (known == std::end(kUnits) || number > high / known->length) return wrong();
  const milliseconds duration = known->length * number;
  if (duration < low || duration > high) return wrong();
  return duration;
}

std::string to_text(milliseconds duration) {
  for (const DurationUnit& unit : kUnits) {
    if (duration.count() != 0 && duration % unit.length == milliseconds(0)) {
      return fmt::format("{}{}", duration / unit.length, unit.name);
    }
  }
  return "0s";
}

Result<std::vector<std::string>> parse_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view item = trim(text.substr(0, end));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

Result<ShardRange> parse_shard_range(std::string_view text) {
  constexpr std::int64_t kLast = 16383;
  if (text.empty()) return ShardRange{};
  const std::size_t dash = text.find('-');
  const auto first = parse_integer(text.substr(0, dash), 0, kLast);
  const auto last =
      dash == text.npos ? first : parse_integer(text.substr(dash + 1), first ? *first : 0, kLast);
  if (!first || !last) {
    return Error(Errc::Invalid, "expected the first and the last shard, such as \"0-15\"");
  }
  return ShardRange{static_cast<std::uint32_t>(*first),
                    static_cast<std::uint32_t>(*last - *first + 1)};
}

Result<std::string> parse_choice(std::string_view text,
                                 const std::vector<std::string_view>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return std::string(text);
  return Error(Errc::Invalid, fmt::format("expected one of \"{}\"", fmt::join(allowed, "\", \"")));
}

Result<discord::Intents> parse_intents(std::string_view text) {
  discord::Intents intents = 0;
  auto names = parse_list(text);
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    const auto intent = discord::find_intent(name);
    if (!intent) {
      return Error(Errc::Invalid,
                   fmt::format("there is no intent \"{}\"; they are written as in Discord's "
                               "documentation, such as \"GUILD_MEMBERS\"",
                               name));
    }
    intents |= *intent;
  }
  return intents;
}

Result<discord::GuildId> parse_guild(std::string_view text) {
  if (text.empty()) return discord::GuildId{};
  const auto id = parse_integer(text, 1, std::numeric_limits<std::int64_t>::max());
  if (id) return discord::GuildId{static_cast<std::uint64_t>(*id)};
  return Error(Errc::Invalid,
               "expected a server's id, such as \"197038439483310086\"; with Discord's developer "
               "mode on, its menu has \"Copy Server ID\"");
}

Result<std::string> parse_api_url(std::string_view text) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kSecure = "https://";
  if (text.starts_with(kSecure) && text.size() > kSecure.size()) return std::string(text);
  if (text.starts_with(kPlain)) {
    const std::string_view rest = text.substr(kPlain.size());
    for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
      if (!rest.starts_with(host)) continue;
      const std::string_view after = rest.substr(host.size());
      if (after.empty() || after.front() == ':' || after.front() == '/') return std::string(text);
    }
  }
  return Error(Errc::Invalid,
               "expected an address that begins with https://; http:// would send the token in "
               "the clear, so it is for a simulator at 127.0.0.1, localhost or [::1] only");
}

}  // namespace discern::app
