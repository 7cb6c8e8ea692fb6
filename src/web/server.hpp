#pragma once

// The web stage: API, live stream, plugin routes and dashboard over HTTP, on the thread `web`.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "discord/status.hpp"
#include "export/seed_json.hpp"
#include "history/query.hpp"
#include "metrics/registry.hpp"
#include "metrics/sink.hpp"
#include "plugin/status.hpp"
#include "web/asset.hpp"

namespace discern::web {

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one.
  std::size_t connections = 1024;
  std::size_t live_streams = 1000;
  unsigned query_threads = 2;
  std::string version;
  std::string boot_id;                      // Random for each start of the process.
  std::string mode = "discord";             // or "demo"
  std::string io_loop = "gateway";          // The loop label whose delay /api/metrics shows.
  std::optional<SystemTime> made_up_until;  // Of a demo's history.
  std::filesystem::path data_dir;           // For its size; empty: unknown.
  std::span<const Asset> assets = {};       // The dashboard: embedded_assets().
  // Called before each encoding of the compatibility JSON. A test throws here, as the encoder does
  // when there is no memory.
  std::function<void()> before_encoding = {};
};

// What the server may look at. Null and empty: that part answers that it is not there. All of it
// outlives the server.
struct Windows {
  const discord::StatusSource* discord = nullptr;
  plugin::StatusSource* plugins = nullptr;
  // A reader for one query thread, with its own deadline; called there, once a thread.
  std::function<Result<std::unique_ptr<history::Reader>>()> make_reader;
  // What is wrong with stored data, a sentence each. From any thread.
  std::function<std::vector<std::string>()> data_warnings;
};

class Server {
 public:
  // Listens; requests are answered from now on, those that need numbers with 503 until the first
  // tick. `registry` outlives the server. Errors: Invalid (an address that others can reach, while
  // there is no token), Io (the port is taken).
  static Result<std::unique_ptr<Server>> start(Options options,
                                               metrics::Registry& registry,
                                               Windows windows);
  // Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // The address to open in a browser: "http://127.0.0.1:8080/".
  std::string url() const;
  // To be called with every live snapshot, on the pipeline thread.
  metrics::Sink& live();
  // What /api/metrics knows beyond a snapshot, for the backup. From any thread.
  exporter::SeedExtras seed_extras() const;
  // Runs `fn` on the web thread; for measuring how late that is. From any thread.
  void post(std::function<void()> fn);
  // Closes the port and the streams, ends the threads, within about a second. The pipeline may go
  // on calling live(). Calling it again does nothing.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace discern::web
