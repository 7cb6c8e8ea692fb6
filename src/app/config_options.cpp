// The table of options: what exists, its default, its unit, what is allowed.

#include "app/config.hpp"
#include "app/config_values.hpp"
#include "net/http_server.hpp"

namespace discern::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Apply = std::function<Result<void>(Config&, std::string_view)>;

// Reads the value with `parse` and puts it where `place` says.
template <class Parse, class Place>
Apply set(Parse parse, Place place) {
  return [parse, place](Config& config, std::string_view value) -> Result<void> {
    auto parsed = parse(value);
    if (!parsed) return std::move(parsed).error();
    place(config) = *std::move(parsed);
    return {};
  };
}

auto whole(std::int64_t low, std::int64_t high) {
  return [low, high](std::string_view value) { return parse_integer(value, low, high); };
}
auto duration(milliseconds low, milliseconds high) {
  return [low, high](std::string_view value) { return parse_duration(value, low, high); };
}
auto choice(std::vector<std::string_view> allowed) {
  return [allowed](std::string_view value) { return parse_choice(value, allowed); };
}

Result<std::string> parse_address(std::string_view text) {
  std::string address(text);
  const auto loopback = net::is_loopback_address(address);
  if (!loopback) return loopback.error();
  if (*loopback) return address;
  return Error(Errc::Invalid,
               "other machines can reach this address, and that needs a token, which this version "
               "cannot check yet; use 127.0.0.1 and forward the port with ssh -L");
}

// Last of an option that SIGHUP brings into force.
constexpr bool kAtOnce = true;

#define PLACE(member)       \
  [](Config & c) -> auto& { \
    return c.member;        \
  }

std::vector<Option> make_options() {
  return {
      {"",
       "data_dir",
       "\"data\"",
       "Folder of the database, the backup and the lock. Created when missing.",
       set(parse_text, PLACE(data_dir))},

      {"log",
       "level",
       "\"info\"",
       "debug, info, warn or error.",
       set(choice({"debug", "info", "warn", "error"}), PLACE(log.level)),
       kAtOnce},
      {"log",
       "format",
       "\"text\"",
       "text for people, json for machines. Lines go to stderr.",
       set(choice({"text", "json"}), PLACE(log.format)),
       kAtOnce},

      {"discord",
       "token_file",
       "\"\"",
       "File with the bot token, mode 0600. The environment variable DISCORD_TOKEN wins over it.",
       set(parse_text, PLACE(discord.token_file))},
      {"discord",
       "api_url",
       "\"https://discord.com/api\"",
       "Base address of the REST API. http:// is accepted for a simulator on this machine only.",
       set(parse_api_url, PLACE(discord.api_url))},
      {"discord",
       "compression",
       "\"zstd\"",
       "Transport compression of the gateway: zstd, zlib or none.",
       set(choice({"zstd", "zlib", "none"}), PLACE(discord.compression))},
      {"discord",
       "shards",
       "0",
       "Number of shards, 1 to 16384. 0 takes what Discord recommends.",
       set(whole(0, 16384), PLACE(discord.shards))},
      {"discord",
       "shard_range",
       "\"\"",
       "Those shards that this process runs, first and last, such as \"0-15\"; the same \"shards\" "
       "in every process of the bot. Empty: all of them.",
       set(parse_shard_range, PLACE(discord.shard_range))},
      {"discord",
       "intents",
       "[]",
       "Gateway intents to ask for beside those the plugins need, such as \"GUILD_MEMBERS\".",
       set(parse_intents, PLACE(discord.intents))},
      {"discord",
       "guild",
       "\"\"",
       "Register slash commands in this guild only (its id), where changes show at once. Empty: "
       "everywhere.",
       set(parse_guild, PLACE(discord.guild))},
      {"discord",
       "status",
       "\"\"",
       "Text shown under the bot's name. Empty: none.",
       set(parse_text, PLACE(discord.status)),
       kAtOnce},
      {"discord",
       "activity",
       "\"custom\"",
       "What that text says the bot does: custom (the text alone), playing, listening, watching or "
       "competing.",
       set(choice({"custom", "playing", "listening", "watching", "competing"}),
           PLACE(discord.activity)),
       kAtOnce},
      {"discord",
       "presence",
       "\"online\"",
       "The dot beside the bot: online, idle, dnd or invisible.",
       set(choice({"online", "idle", "dnd", "invisible"}), PLACE(discord.presence)),
       kAtOnce},
      {"discord",
       "requests_per_second",
       "50",
       "Discord's limit for all REST requests of the bot together, 1 to 10000. It raises it for "
       "large bots only.",
       set(whole(1, 10000), PLACE(discord.requests_per_second))},
      {"discord",
       "member_refresh",
       "\"10m\"",
       "Without the intent GUILD_MEMBERS Discord does not tell who joins: each guild is asked for "
       "its member count once in this time, at most one a second. 1s to 7d; 0s never asks.",
       set(duration(milliseconds(0), std::chrono::hours(168)), PLACE(discord.member_refresh))},
      {"discord",
       "resume_on_stop",
       "true",
       "On a clean stop keep the sessions, so that the next start misses nothing. The bot looks "
       "online "
       "for a few minutes after a stop. false: appear offline at once.",
       set(parse_bool, PLACE(discord.resume_on_stop))},

      {"plugins",
       "folder",
       "\"\"",
       "Folder with one folder for each plugin. Empty: those that came with Discern, and "
       "\"plugins\" in the data folder.",
       set(parse_text, PLACE(plugins.folder))},
      {"plugins",
       "disabled",
       "[]",
       "Ids of plugins that are not enabled, unless they were enabled at run time.",
       set(parse_list, PLACE(plugins.disabled))},
      {"plugins",
       "watch",
       "false",
       "For development: reload a plugin when its files change, and load new folders.",
       set(parse_bool, PLACE(plugins.watch))},
      {"plugins",
       "queue_limit",
       "4096",
       "Events and commands that may wait for one plugin, 16 to 1000000; more are dropped and "
       "counted.",
       set(whole(16, 1'000'000), PLACE(plugins.queue_limit))},
      {"plugins",
       "time_budget",
       "\"250ms\"",
       "A handler that runs longer is counted as a stall and named on the dashboard.",
       set(duration(10ms, 60s), PLACE(plugins.time_budget))},
      {"plugins",
       "defer_after",
       "\"2s\"",
       "A command not answered by then is deferred on the plugin's behalf; Discord's own limit is "
       "3s.",
       set(duration(500ms, 2800ms), PLACE(plugins.defer_after))},
      {"plugins",
       "outgoing_http",
       "\"public\"",
       "Where plugins may send HTTP requests: public (not to this machine and its own network), "
       "all "
       "or none.",
       set(choice({"public", "all", "none"}), PLACE(plugins.outgoing_http))},
      {"plugins",
       "storage_megabytes",
       "64",
       "What one plugin may store on disk, 1 to 65536 MiB.",
       set(whole(1, 65536), PLACE(plugins.storage_megabytes))},

      {"web",
       "address",
       "\"127.0.0.1\"",
       "Address to listen on. Anything but loopback needs a token, which this version does not "
       "have yet.",
       set(parse_address, PLACE(web.address))},
      {"web",
       "port",
       "8080",
       "TCP port, 1 to 65535. 0 takes a free one.",
       set(whole(0, 65535), PLACE(web.port))},
      {"web",
       "connections",
       "1024",
       "Connections served at a time, 8 to 65536.",
       set(whole(8, 65536), PLACE(web.connections))},
      {"web",
       "live_streams",
       "1000",
       "Open live streams, 1 to 65536; further pages poll instead.",
       set(whole(1, 65536), PLACE(web.live_streams))},

      {"history",
       "tick",
       "\"10s\"",
       "How often a sample of every series is written to disk.",
       set(duration(1s, 10min), PLACE(history.tick))},
      {"history",
       "retention",
       "\"7d\"",
       "For how long samples are kept.",
       set(duration(1h, 24h * 3650), PLACE(history.retention))},

      {"backup",
       "enabled",
       "true",
       "Write the totals as JSON into a file.",
       set(parse_bool, PLACE(backup.enabled))},
      {"backup",
       "file",
       "\"metrics.json\"",
       "That file, such as logs/metrics.json: a path in the data folder, or an absolute one. Its "
       "folder is created when missing.",
       set(parse_backup_file, PLACE(backup.file))},
      {"backup",
       "interval",
       "\"5m\"",
       "How often the file is written; also at exit.",
       set(duration(1s, 24h), PLACE(backup.interval))},
  };
}

#undef PLACE

}  // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> table = make_options();
  return table;
}

}  // namespace discern::app
