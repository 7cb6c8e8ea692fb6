#pragma once

// Every interaction that was sent, and what the bot did with it.
//
// Pure and not thread-safe. Facts: the first answer is due within 3 s, the token lives for 15 min.
// See Discord Docs/Receiving and Responding.

#include <boost/json/object.hpp>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/instant.hpp"
#include "sim/world/snowflake.hpp"

namespace discern::sim {

enum class InteractionKind : int {
  Command = 2,
  Component = 3,
  Autocomplete = 4,
  ModalSubmit = 5,
};

enum class InteractionState { Waiting, Deferred, Answered };

inline constexpr Millis kAnswerDeadline{3000};
inline constexpr Millis kTokenLifetime{15 * 60 * 1000};

struct InteractionAnswer {
  Instant at{};
  // "callback", "edit", "followup", "delete", "edit_followup", "delete_followup".
  std::string_view via;
  boost::json::object body;
  boost::json::array files;  // {filename, content_type, size} of what came with it.
};

struct Interaction {
  Snowflake id{};
  std::string token;
  InteractionKind kind = InteractionKind::Command;
  std::string command;  // Path of the command, or the custom id.
  std::optional<Snowflake> guild;
  Snowflake channel{};
  Snowflake user{};
  Instant created{};
  std::optional<Snowflake> source_message;  // Of a component.

  InteractionState state = InteractionState::Waiting;
  std::optional<Millis> acknowledged_after;
  int response_type = 0;
  bool ephemeral = false;
  std::optional<Snowflake> original_message;
  std::vector<Snowflake> followups;
  std::vector<InteractionAnswer> answers;
};

struct InteractionCounts {
  std::uint64_t created = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t deferred = 0;
  std::uint64_t completed = 0;  // Answered with content, at once or after having been deferred.
  std::uint64_t late = 0;       // Callbacks after the deadline.
  std::uint64_t twice = 0;      // Callbacks for what was acknowledged before.
  std::uint64_t ignored = 0;    // Never acknowledged; known when the deadline has passed.
  std::map<std::string, std::uint64_t> by_command;
  std::deque<Millis> acknowledged_after;  // The newest thousand.
  std::deque<Millis> late_by;             // The newest hundred.
};

class InteractionBook {
 public:
  Interaction& add(Interaction interaction);
  Interaction* find(Snowflake id);
  // By the token in a webhook path. Null when unknown or older than 15 minutes.
  Interaction* find_by_token(std::string_view token, Instant now);

  enum class Verdict { Accepted, Unknown, AlreadyAcknowledged };
  // A callback arrived: whether Discord would take it. Counts it.
  Verdict acknowledge(Interaction& interaction, int response_type, Instant now);
  // A deferred one now has content.
  void complete(Interaction& interaction);

  // Forgets what is older than its token; counts what was ignored.
  void on_tick(Instant now);

  const InteractionCounts& counts() const { return counts_; }
  // The newest first.
  std::vector<const Interaction*> newest(std::size_t limit) const;

 private:
  std::unordered_map<Snowflake, Interaction> interactions_;
  std::unordered_map<std::string, Snowflake> tokens_;
  std::deque<Snowflake> order_;
  std::deque<Snowflake> waiting_;
  InteractionCounts counts_;
};

std::string_view to_string(InteractionState state);
boost::json::object to_json(const Interaction& interaction);
boost::json::object to_json(const InteractionCounts& counts);

}  // namespace discern::sim
