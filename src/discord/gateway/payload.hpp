#pragma once

// Reading gateway payloads in place: only the fields that are needed, in whatever order they come.
// Nothing here is trusted: what does not fit is a false, never a crash. A field that is null or of
// another type than expected reads like one that is absent.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discord/model/dispatch.hpp"
#include "discord/model/ids.hpp"

namespace discern::discord {

// The envelope, {"op":0,"s":1,"t":"READY","d":{}}.
struct PayloadHead {
  int op = -1;
  std::optional<std::uint64_t> sequence;
  std::string_view type;  // Points into the payload; empty but for dispatches.
};

struct ReadyFields {
  std::string session_id;
  std::string resume_url;
  ApplicationId application;
  std::optional<std::vector<GuildId>> guilds;  // Nothing: not said.
};

struct GuildFields {
  GuildId id;
  std::optional<std::uint64_t> members;
  std::string_view locale;
  bool unavailable = false;
};

struct MessageFields {
  GuildId guild;
  UserId author;
  bool bot = false;
  bool webhook = false;
};

// Where an interaction came from. A person is counted and forgotten: the id goes no further.
struct InteractionOrigin {
  GuildId guild;  // None for direct messages.
  UserId user;
};

// One payload at a time; what it hands out is valid until the next read(). Gateway thread only.
class PayloadReader {
 public:
  PayloadReader();
  ~PayloadReader();
  PayloadReader(const PayloadReader&) = delete;
  PayloadReader& operator=(const PayloadReader&) = delete;

  // `text` is followed by 64 readable bytes and stays unchanged until the next read(). False when
  // it is no gateway payload.
  bool read(std::string_view text, PayloadHead& head);

  // Each reads the `d` of the payload; false when a field that it cannot do without is missing
  // (HELLO's interval, READY's session, a guild's id, an interaction's id, type and token).
  bool hello(std::chrono::milliseconds& interval);
  bool invalid_session(bool& resumable);
  bool ready(ReadyFields& fields);
  // GUILD_CREATE, GUILD_DELETE, GUILD_UPDATE.
  bool guild(GuildFields& fields);
  bool message(MessageFields& fields);
  bool interaction(InteractionHead& head, InteractionOrigin& origin);
  // The guild any other event belongs to; none when it has no guild_id.
  bool guild_id(GuildId& guild);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace discern::discord
