#pragma once

// Everything an operator can set: discern.toml, then the environment, then the command line.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_values.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "discord/model/ids.hpp"
#include "discord/model/intents.hpp"
#include "plugin/config_schema.hpp"

namespace discern::app {

struct Config {
  // What was set, by "section.key", as text: tells what another reading of the file changed.
  std::map<std::string, std::string> given;

  std::filesystem::path data_dir = "data";
  // Folder of the operator's own plugins. Empty: "plugins" in the data folder.
  std::filesystem::path own_plugins;

  struct Log {
    std::string level = "info";
    std::string format = "text";
  } log;

  struct Discord {
    Secret token;
    std::string token_file;
    std::string api_url = "https://discord.com/api";
    std::string compression = "zstd";
    std::int64_t shards = 0;
    ShardRange shard_range;
    discord::Intents intents = 0;  // Beside those that plugins need.
    discord::GuildId guild;        // Zero: commands are registered everywhere.
    std::string status;
    std::string activity = "custom";
    std::string presence = "online";
    std::int64_t requests_per_second = 50;
    std::chrono::milliseconds member_refresh{600000};
    bool resume_on_stop = true;
  } discord;

  struct Plugins {
    std::string folder;
    std::vector<std::string> disabled;
    bool watch = false;
    std::int64_t queue_limit = 4096;
    std::chrono::milliseconds time_budget{250};
    std::chrono::milliseconds defer_after{2000};
    std::string outgoing_http = "public";
    std::int64_t storage_megabytes = 64;
  } plugins;
  // Values of [plugin.<id>], by plugin and key; checked by the plugin stage, which knows the keys.
  std::map<std::string, plugin::ConfigValues> plugin_values;

  struct Web {
    std::string address = "127.0.0.1";
    std::int64_t port = 8080;
    std::int64_t connections = 1024;
    std::int64_t live_streams = 1000;
  } web;

  struct History {
    std::chrono::milliseconds tick{10000};
    std::chrono::milliseconds retention = std::chrono::hours(24 * 7);
  } history;

  struct Backup {
    bool enabled = true;
    std::string file = "metrics.json";
    std::chrono::milliseconds interval = std::chrono::minutes(5);
  } backup;
};

// One thing that can be set. `apply` takes the value as text, a list as "a,b". In the file a value
// must be of the TOML type that its default has.
struct Option {
  std::string_view section;  // "web"; empty for the top of the file.
  std::string_view key;
  std::string_view default_value;  // As written in TOML.
  std::string_view help;           // With the unit and what is allowed.
  std::function<Result<void>(Config&, std::string_view value)> apply;
  // SIGHUP brings it into force; the others wait for the next start.
  bool at_once = false;
};
const std::vector<Option>& options();
// "web.port".
std::string name_of(const Option& option);
// Applies the value, and notes that it was given.
Result<void> set_option(Config& config, const Option& option, std::string_view value);
// What differs and waits for the next start, by name.
std::vector<std::string> waiting_options(const Config& running, const Config& read);

// Where a demo keeps its data when no folder was named: apart from a bot's, for its numbers are
// invented.
std::filesystem::path demo_folder(const std::filesystem::path& data_dir);

// The documented example file: every option with its default, commented out.
std::string example_config();

// Parses TOML text. Errors name `origin`, the line, what was expected and what to write.
Result<Config> parse_config(std::string_view text, std::string_view origin);

// The variable that sets an option: DISCERN_<SECTION>_<KEY>.
std::string environment_name(const Option& option);

// Applies those and DISCORD_TOKEN from `environment`, which holds "NAME=value" texts as `environ`
// does. A variable that begins like an option's and is none is an error.
Result<void> apply_environment(Config& config, std::span<const char* const> environment);

// Reads the file (none: defaults), the environment and the token file.
Result<Config> load_config(const std::filesystem::path& path);

}  // namespace discern::app
