#pragma once

// One value as text, read as a type. Pure. Errors say what is allowed.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "discord/model/ids.hpp"
#include "discord/model/intents.hpp"

namespace discern::app {

Result<std::string> parse_text(std::string_view text);
// A file for the backup: not a folder, and none of the host's other files.
Result<std::string> parse_backup_file(std::string_view text);
Result<bool> parse_bool(std::string_view text);
// Whole number within [low, high].
Result<std::int64_t> parse_integer(std::string_view text, std::int64_t low, std::int64_t high);
// A number with a unit: "250ms", "10s", "5m", "12h", "7d". Within [low, high].
Result<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                 std::chrono::milliseconds low,
                                                 std::chrono::milliseconds high);
// "30s", the shortest exact form.
std::string to_text(std::chrono::milliseconds duration);
// "a,b"; spaces around an item and empty items are nothing.
Result<std::vector<std::string>> parse_list(std::string_view text);
// "0-15", or "3" for one shard alone. Empty: all.
struct ShardRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;  // 0: all.
};
Result<ShardRange> parse_shard_range(std::string_view text);
// One of `allowed`.
Result<std::string> parse_choice(std::string_view text,
                                 const std::vector<std::string_view>& allowed);
// A list of intents by Discord's names.
Result<discord::Intents> parse_intents(std::string_view text);
// A snowflake; empty is none.
Result<discord::GuildId> parse_guild(std::string_view text);
// https://…, or http:// on this machine: a token must not travel in the clear.
Result<std::string> parse_api_url(std::string_view text);

}  // namespace discern::app
