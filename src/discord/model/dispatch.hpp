#pragma once

// What the gateway hands to the rest of the program: one dispatch at a time, on the gateway thread.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "discord/model/ids.hpp"

namespace discern::discord {

enum class InteractionType : std::uint8_t {
  Ping = 1,
  Command = 2,
  Component = 3,
  Autocomplete = 4,
  ModalSubmit = 5,
};
// "command", "component", ... for labels.
std::string_view to_string(InteractionType type);

// Discord forgets an interaction that is not answered within it.
inline constexpr std::chrono::seconds kInteractionDeadline{3};

// Discord's kinds of commands: typed after a slash, or in the menu of a person or a message.
enum class CommandType : std::uint8_t { Slash = 1, User = 2, Message = 3 };
// What a command is known by, counted as and shown as: "music play", "Report (user)", "Report
// (message)". No two commands of a bot have the same.
std::string command_name(CommandType type, std::string_view path);

// The fields of INTERACTION_CREATE that the host itself needs; the rest stays in the payload.
struct InteractionHead {
  InteractionId id;
  ApplicationId application;
  InteractionType type = InteractionType::Ping;
  // Commands and autocomplete: command_name(). Components and modals: custom_id.
  std::string name;
  // A credential for 15 minutes.
  Secret token;
};

// The JSON text of one gateway payload, padded for simdjson (SIMDJSON_PADDING readable bytes after
// it). Shared so that every plugin that asked for an event reads the same copy. Immutable.
struct Payload {
  std::shared_ptr<const char[]> bytes;
  std::size_t size = 0;
  std::string_view text() const { return {bytes.get(), size}; }
};

// One event. Strings and the head point into the gateway's memory: valid during the call only.
// `payload` may be kept; it is the whole gateway message ({"op":0,"t":...,"d":{...}}).
struct Dispatch {
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
  std::string_view type;  // "MESSAGE_CREATE".
  GuildId guild;          // None for direct messages.
  SteadyTime received;
  // Sent by Discord after a resume of an earlier process's session: it happened before this process
  // was there, and after a crash that process may have handled it. Handlers must tolerate seeing it
  // twice.
  bool replayed = false;
  // Sent between a resume and RESUMED: it was missed, and may be some time old.
  bool backlog = false;
  // Others may be at hand, and on_pause() follows soon: what nobody waits for may be kept until
  // then.
  bool pause_follows = false;
  const InteractionHead* interaction = nullptr;  // INTERACTION_CREATE only.
  Payload payload;
};

// Who takes the dispatches. Called on the gateway thread: it must not block.
class DispatchSink {
 public:
  virtual ~DispatchSink() = default;
  // Whether anyone wants events of this type; asked for each one.
  virtual bool wants(std::string_view type) const = 0;
  // Called for the types that are wanted and for INTERACTION_CREATE.
  virtual void on_dispatch(const Dispatch& dispatch) = 0;
  // All that was at hand is dispatched; more comes when the network brings it.
  virtual void on_pause() {}
  // A shard has a session: `application` is known, commands can be registered. Called for each
  // READY and RESUMED.
  virtual void on_ready(ApplicationId application) = 0;
};

}  // namespace discern::discord
