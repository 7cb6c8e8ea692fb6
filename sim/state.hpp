#pragma once

// Everything that is simulated, in one place. REST, life and control all work on it.
//
// Not thread-safe: one thread runs the whole simulator.

#include <deque>
#include <map>
#include <set>
#include <string>

#include "sim/complaints.hpp"
#include "sim/gateway/gateway.hpp"
#include "sim/rest/command_store.hpp"
#include "sim/rest/faults.hpp"
#include "sim/rest/interaction_book.hpp"
#include "sim/rest/rate_limiter.hpp"
#include "sim/rest/request_record.hpp"
#include "sim/world/messages.hpp"
#include "sim/world/world.hpp"

namespace discern::sim {

struct RestSettings {
  Millis latency_median{60};
  double fault_rate = 0.0;  // Share of requests that fail for no reason of the client's.
  bool enforce_limits = true;
};

struct RestCounts {
  struct Route {
    std::uint64_t requests = 0;
    std::map<unsigned, std::uint64_t> by_status;
  };
  std::uint64_t requests = 0;
  std::uint64_t invalid = 0;  // 401, 403 and 429 but for shared ones.
  std::map<std::string, Route> by_route;
  std::map<LimitScope, std::uint64_t> limited;
  std::uint64_t messages_created = 0;
  std::uint64_t messages_edited = 0;
  std::uint64_t messages_deleted = 0;
};

// A message of the bot with buttons or a modal it showed: somebody may react to it.
struct Invitation {
  Snowflake interaction{};           // Of a modal.
  std::optional<Snowflake> message;  // Of buttons and selects.
  std::optional<Snowflake> guild;
  Snowflake channel{};
  Snowflake user{};
  json::object what;  // The component, or the modal's data.
  // What the person chooses or writes; made up where it is left out.
  json::array values{};
  json::object fields{};  // By custom_id.
};

// A message that was created with enforce_nonce.
struct EnforcedNonce {
  std::string nonce;
  Snowflake channel{};
  Snowflake message{};
  Instant created;
};

struct State {
  State(const WorldOptions& options, GatewaySettings gateway_settings, Instant now)
      : world(options, now),
        gateway(world, complaints, std::move(gateway_settings)),
        commands(world.application_id()),
        rng(mix(options.seed, 11)),
        started(now) {}

  Complaints complaints;
  World world;
  Gateway gateway;
  CommandStore commands;
  InteractionBook interactions;
  MessageStore messages;
  RateLimiter limiter;
  Faults faults;
  // Commands refused though their form is fine, by name; whether the answer to a list says which.
  std::map<std::string, bool, std::less<>> refused_commands;
  RestSettings rest;
  RestCounts rest_counts;
  RequestRecord record;
  // Discord sends interactions there, when it is set, and none by the gateway.
  std::string interactions_endpoint;
  SnowflakeSource ids;
  Rng rng;
  Instant started;
  std::deque<Invitation> invitations;               // The newest hundred.
  std::deque<EnforcedNonce> nonces;                 // The newest thousand.
  std::map<Snowflake, json::object> made_channels;  // Channels and threads the bot created.
};

}  // namespace discern::sim
