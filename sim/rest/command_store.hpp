#pragma once

// The commands the bot has registered: globally and per guild.
//
// Pure and not thread-safe.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/instant.hpp"
#include "sim/world/snowflake.hpp"

namespace discern::sim {

class CommandStore {
 public:
  using Scope = std::optional<Snowflake>;  // A guild, or empty for global commands.

  explicit CommandStore(Snowflake application) : application_(application) {}

  // Replaces all commands of the scope. Names that were there keep their id; what did not change
  // keeps its version. `created` counts the new names.
  struct Outcome {
    boost::json::array commands;
    std::size_t created = 0;
  };
  Outcome overwrite(Scope scope, const boost::json::array& commands, Instant now);
  // Discord refuses such a list.
  bool would_remove_entry_point(Scope scope, const boost::json::array& commands) const;
  // Adds or replaces one.
  Outcome upsert(Scope scope, const boost::json::object& command, Instant now);

  boost::json::array list(Scope scope) const;
  boost::json::object* find(Scope scope, Snowflake id);
  // By type and name, the guild's own before global ones. Null when there is none.
  const boost::json::object* find(int type, std::string_view name, Scope guild) const;
  bool erase(Scope scope, Snowflake id);

  std::size_t size(Scope scope) const;
  // What may be used in a guild: global commands and its own.
  std::vector<const boost::json::object*> usable_in(Scope guild) const;
  // How many names were created today in a scope; the daily limit is 200 per guild.
  std::size_t created_today(Scope scope, Instant now) const;

 private:
  using Commands = std::vector<boost::json::object>;
  boost::json::object complete(Scope scope,
                               const boost::json::object& given,
                               const boost::json::object* old,
                               Instant now);
  void note_created(Scope scope, std::size_t n, Instant now);

  Snowflake application_;
  SnowflakeSource ids_;
  std::map<Scope, Commands> commands_;
  std::map<Scope, std::vector<std::pair<Instant, std::size_t>>> created_;
};

// Type and name of a command, the pair that is unique in a scope.
std::pair<int, std::string> key_of(const boost::json::object& command);

}  // namespace discern::sim
