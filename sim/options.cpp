#include "sim/options.hpp"

#include <CLI/CLI.hpp>

namespace discern::sim {

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app{"A simulated Discord: gateway and REST API v10 on loopback."};
  app.add_option("--port", options.port, "port on 127.0.0.1; 0 takes a free one")
      ->capture_default_str();
  app.add_option("--guilds", options.guilds, "guilds of the world")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "mean events per second; 0: nothing happens by itself")
      ->check(CLI::Range(0.0, 100'000.0))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "the same seed gives the same world")
      ->capture_default_str();
  app.add_option("--scenario", options.scenario, "TOML file with timed steps")
      ->check(CLI::ExistingFile);
  app.add_flag("--incidents",
               options.incidents,
               "every ten minutes a connection breaks and requests fail for a moment");
  app.add_flag("--same-guilds",
               options.same_guilds,
               "no guild comes or goes by itself: every start has those of the seed");
  app.add_option("--shards", options.shards, "recommended shards; 0: one per 1,000 guilds")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--max-concurrency", options.max_concurrency, "identifies at once")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--heartbeat-ms", options.heartbeat_ms, "heartbeat interval, milliseconds")
      ->check(CLI::Range(100, 600'000))
      ->capture_default_str();
  app.add_option("--identify-interval-ms",
                 options.identify_interval_ms,
                 "time between identifies of a bucket, milliseconds")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--session-ttl-ms",
                 options.session_ttl_ms,
                 "how long a lost session can be resumed, milliseconds")
      ->check(CLI::Range(0, 86'400'000))
      ->capture_default_str();
  app.add_option("--latency-ms", options.latency_ms, "median REST latency; 0: none")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--fault-rate", options.fault_rate, "share of REST requests that fail (0 to 1)")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--day-s", options.day_s, "length of a compressed day, seconds")
      ->check(CLI::Range(10, 86'400))
      ->capture_default_str();
  app.add_option("--clock-offset-ms",
                 options.clock_offset_ms,
                 "how far its clock is ahead of this machine's (negative: behind), milliseconds")
      ->check(CLI::Range(std::int64_t{-3'000'000'000'000}, std::int64_t{3'000'000'000'000}))
      ->capture_default_str();
  app.add_flag("--die-with-parent",
               options.die_with_parent,
               "end when the process that started this one ends, however it ends");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  return options;
}

}  // namespace discern::sim
