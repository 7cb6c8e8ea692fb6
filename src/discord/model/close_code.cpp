#include "discord/model/close_code.hpp"

namespace discern::discord {
namespace {

constexpr CloseRule kRules[] = {
    {CloseCode::None, "dropped", true, true, ""},
    {CloseCode::Normal, "closed", true, false, ""},
    {CloseCode::GoingAway, "going away", true, false, ""},
    {CloseCode::UnknownError, "unknown error", true, true, ""},
    {CloseCode::UnknownOpcode, "unknown opcode", true, true, ""},
    {CloseCode::DecodeError, "decode error", true, true, ""},
    {CloseCode::NotAuthenticated, "not authenticated", true, false, ""},
    {CloseCode::AuthenticationFailed,
     "authentication failed",
     false,
     false,
     "Discord does not accept the bot token: copy a new one from the developer portal (Bot > Reset "
     "Token) into DISCORD_TOKEN or the token file"},
    {CloseCode::AlreadyAuthenticated, "already authenticated", true, true, ""},
    {CloseCode::InvalidSequence, "invalid sequence", true, false, ""},
    {CloseCode::RateLimited, "rate limited", true, true, ""},
    {CloseCode::SessionTimedOut, "session timed out", true, false, ""},
    {CloseCode::InvalidShard,
     "invalid shard",
     false,
     false,
     "Discord does not accept the shard numbers: every shard must be below the shard count; remove "
     "discord.shards and discord.shard_range from the configuration to have them chosen"},
    {CloseCode::ShardingRequired,
     "sharding required",
     false,
     false,
     "a shard would serve more than 2,500 guilds: raise discord.shards, in every process of the "
     "bot, "
     "or set it to 0 so that Discord's own number is used"},
    {CloseCode::InvalidApiVersion,
     "invalid API version",
     false,
     false,
     "Discord no longer speaks this version of its gateway: update Discern"},
    {CloseCode::InvalidIntents,
     "invalid intents",
     false,
     false,
     "Discord does not know one of the intents that plugins ask for: correct the intents in their "
     "plugin.toml"},
    {CloseCode::DisallowedIntents,
     "disallowed intents",
     false,
     false,
     "a privileged intent is not enabled for this application: switch it on in the developer "
     "portal (Bot > Privileged Gateway Intents), or disable the plugin that asks for it"},
};

constexpr CloseRule kOther{CloseCode::None, "other", true, true, ""};

}  // namespace

const CloseRule& find_close_rule(std::uint16_t code) {
  for (const CloseRule& rule : kRules) {
    if (static_cast<std::uint16_t>(rule.code) == code) return rule;
  }
  return kOther;
}

std::string describe_close(std::uint16_t code) {
  const CloseRule& rule = find_close_rule(code);
  if (code == 0) return std::string(rule.meaning);
  return std::to_string(code) + " " + std::string(rule.meaning);
}

}  // namespace discern::discord
