#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace discern::sim {

struct Options {
  std::uint16_t port = 7880;
  std::size_t guilds = 120;
  double rate = 12;  // Events per second.
  std::uint64_t seed = 1;
  std::string scenario;      // A file; empty for none.
  bool incidents = false;    // Something small goes wrong every ten minutes.
  bool same_guilds = false;  // No guild comes or goes: every start has those of the seed.
  std::uint32_t shards = 0;  // Recommended; 0: one per 1,000 guilds.
  std::uint32_t max_concurrency = 1;
  std::int64_t heartbeat_ms = 41250;
  std::int64_t identify_interval_ms = 5000;
  std::int64_t session_ttl_ms = 180'000;
  std::int64_t latency_ms = 60;
  double fault_rate = 0.004;
  std::int64_t day_s = 240;
  std::int64_t clock_offset_ms = 0;  // How far its clock is ahead of this machine's.
  bool die_with_parent = false;
};

// Empty when the program is to end at once, with `exit_code` (0 after --help, 2 for wrong usage).
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace discern::sim
