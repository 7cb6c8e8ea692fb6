#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "discord/model/discord_clock.hpp"
#include "discord/model/ids.hpp"
#include "discord/model/intents.hpp"
#include "discord/model/opcode.hpp"
#include "plugin/config_schema.hpp"
#include "plugin/fault_meter.hpp"
#include "plugin/web_request.hpp"

namespace discern::plugin {

struct HostOptions {
  // Holds one folder for each plugin: plugin.toml and <id>.so.
  std::filesystem::path folder = "plugins";
  // Further ones like it; those that do not exist are passed over.
  std::vector<std::filesystem::path> more_folders;
  // Where plugins are copied before they are opened; emptied at start. Must allow execution.
  std::filesystem::path private_folder;
  // Where the operator's wishes, versions and crashes are kept; empty: nowhere.
  std::filesystem::path book_file;
  // Where the last errors are kept, without their text; empty: nowhere.
  std::filesystem::path incident_file;
  // Where a crash leaves its note for the next start; empty: crashes are not looked after.
  std::filesystem::path crash_file;
  // Ids that are not to be enabled at start, unless the operator enabled them at run time.
  std::vector<std::string> disabled;
  // Reload a plugin when its files change, and load new folders, about a second later.
  bool watch_files = false;
  // Nothing goes to the log: faults are somebody else's to tell.
  bool quiet = false;
  // Intents that the connection has beside those of the plugins.
  discord::Intents other_intents = 0;
  // Values of [plugin.<id>], by plugin and key.
  std::map<std::string, ConfigValues> config;
  // Where each plugin's storage is kept, as <id>.db. Empty: plugins have none.
  std::filesystem::path storage_folder;
  // Of one plugin's storage on disk, without what SQLite needs for the moment.
  std::uint64_t storage_limit_bytes = 64 * 1024 * 1024;
  // How plugins reach the web. None: they do not.
  OutgoingSend send_web;

  // Whether plugins that call themselves a demonstration are loaded.
  bool demonstration = false;

  // Events, commands and requests that may wait for one plugin.
  std::size_t queue_limit = 4096;
  // A handler that runs longer is a stall and named while it runs.
  std::chrono::nanoseconds time_budget = std::chrono::milliseconds(250);
  // From when on a plugin's state is "stuck".
  std::chrono::nanoseconds stuck_after = std::chrono::seconds(1);
  // The host defers an interaction on the plugin's behalf after this; zero: never.
  std::chrono::nanoseconds defer_after = std::chrono::seconds(2);
  // Start does not wait longer for init; the plugin may still come.
  std::chrono::nanoseconds init_limit = std::chrono::seconds(10);
  // A thread that does not end within this is abandoned.
  std::chrono::nanoseconds stop_limit = std::chrono::seconds(2);
  FaultLimits faults;
  // What time it is at Discord: how old interactions are. Null: what the clock says.
  const discord::DiscordClock* discord_clock = nullptr;

  // Registers the bot's commands at Discord: the whole set, as for a bulk overwrite. Called when
  // the set differs from the last one given, and again after a while when `done`, which may be
  // called on any thread, was told that Discord has not taken it. On the host's own thread; must
  // not block.
  using Registered = std::function<void(bool taken)>;
  std::function<void(discord::ApplicationId, std::string json, Registered done)> register_commands;
  // Sends to the gateway for a plugin, as Client::send_gateway. Empty: refused.
  std::function<void(
      discord::Op, discord::GuildId, std::string d, std::function<void(Result<void>)> done)>
      send_gateway;
};

}  // namespace discern::plugin
