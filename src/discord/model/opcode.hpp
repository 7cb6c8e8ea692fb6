#pragma once

#include <cstdint>
#include <string_view>

namespace discern::discord {

// Gateway opcodes, version 10. See Discord Docs/Opcodes and Status Codes.
enum class Op : std::uint8_t {
  Dispatch = 0,
  Heartbeat = 1,
  Identify = 2,
  PresenceUpdate = 3,
  VoiceStateUpdate = 4,
  Resume = 6,
  Reconnect = 7,
  RequestGuildMembers = 8,
  InvalidSession = 9,
  Hello = 10,
  HeartbeatAck = 11,
  RequestSoundboardSounds = 31,
  RequestChannelInfo = 43,
};

// "heartbeat", "identify", ...: the label of sent payloads; "other" for numbers without a name.
constexpr std::string_view to_string(Op op) {
  switch (op) {
    case Op::Dispatch:
      return "dispatch";
    case Op::Heartbeat:
      return "heartbeat";
    case Op::Identify:
      return "identify";
    case Op::PresenceUpdate:
      return "presence_update";
    case Op::VoiceStateUpdate:
      return "voice_state_update";
    case Op::Resume:
      return "resume";
    case Op::Reconnect:
      return "reconnect";
    case Op::RequestGuildMembers:
      return "request_guild_members";
    case Op::InvalidSession:
      return "invalid_session";
    case Op::Hello:
      return "hello";
    case Op::HeartbeatAck:
      return "heartbeat_ack";
    case Op::RequestSoundboardSounds:
      return "request_soundboard_sounds";
    case Op::RequestChannelInfo:
      return "request_channel_info";
  }
  return "other";
}

}  // namespace discern::discord
