#pragma once

// Believable values for the options of a command, as INTERACTION_CREATE carries them.

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "sim/world/world.hpp"

namespace discern::sim {

namespace json = boost::json;

struct FilledCommand {
  std::string path;            // "music play": the command with its group and subcommand.
  json::object data;           // The interaction's data.
  std::string focused_option;  // Of an autocomplete interaction.
};

struct FillRequest {
  const json::object& command;  // As registered.
  const Guild* guild = nullptr;
  std::string subpath;  // "play" or "list add"; empty: chosen at random.
  json::object given;   // Values that are fixed, by option name.
  bool autocomplete = false;
  // Of a command in a menu: on whom or what it is used; made up when left out.
  std::optional<Snowflake> user{};
  const json::object* message = nullptr;
};

// Chooses a subcommand where there are some, fills required options and some of the others. With
// `autocomplete` the data are those of type 4, when the command has such an option.
FilledCommand fill_command(const World& world, const FillRequest& request, Rng& rng);

// True when an option somewhere in the command asks for autocompletion.
bool has_autocomplete(const json::object& command);

}  // namespace discern::sim
