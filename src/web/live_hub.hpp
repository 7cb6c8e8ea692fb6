#pragma once

// What the web thread knows of the live state: the newest snapshot, the ring, the rows, the open
// streams. Everything here belongs to the web thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/instruments.hpp"
#include "metrics/snapshot.hpp"
#include "net/http_message.hpp"
#include "web/live_tick.hpp"
#include "web/tick_ring.hpp"

namespace discern::web {

class LiveHub {
 public:
  LiveHub(std::string version,
          std::string boot_id,
          std::size_t most_streams,
          metrics::Gauge viewers);

  // A tick and its event as text, in order. Before one that begins anew the ring is emptied, and
  // every stream gets another hello.
  void on_tick(const metrics::SnapshotPtr& snapshot, LiveTick tick, net::SharedBytes event);

  // Null before the first tick.
  const metrics::SnapshotPtr& snapshot() const { return snapshot_; }
  const std::vector<CommandRow>& commands() const { return commands_; }
  const std::vector<PluginRow>& plugins() const { return plugins_; }
  const Verdict& verdict() const { return verdict_; }

  // Whether another stream may be opened. `alone` is the address of a client whose streams are not
  // shared by its tabs, empty for others: of those a few only, for a browser has six connections to
  // a server, and needs some for the rest.
  bool has_room(std::string_view alone) const;
  // Answers with a stream: hello, the ticks after `since_ms`, then every tick as it comes.
  void open(net::HttpResponder responder,
            net::HttpResponse head,
            std::string_view alone,
            std::int64_t since_ms,
            std::int64_t now_ms);
  // The JSON of the ticks after `since_ms`; the same bytes for all who ask within one tick for all.
  net::SharedBytes ticks_json(std::int64_t since_ms, std::int64_t now_ms);
  // Sends a comment to every stream, so that proxies and clients see that it lives.
  void beat();

 private:
  struct Viewer {
    std::shared_ptr<net::HttpStream> stream;
    std::string alone;
  };
  // The event that says who speaks, when it is, and which series there are.
  std::string hello(std::int64_t now_ms) const;
  void forget(std::uint64_t viewer);
  void broadcast(const net::SharedBytes& bytes);

  const std::string version_;
  const std::string boot_id_;
  const std::size_t most_streams_;
  const metrics::Gauge viewers_gauge_;
  metrics::SnapshotPtr snapshot_;
  TickRing ring_;
  std::vector<CommandRow> commands_;
  std::vector<PluginRow> plugins_;
  Verdict verdict_;
  std::unordered_map<std::string, std::size_t> command_places_;
  std::unordered_map<std::string, std::size_t> plugin_places_;
  std::map<std::uint64_t, Viewer> viewers_;
  std::uint64_t last_viewer_ = 0;
  net::SharedBytes all_ticks_;  // Empty when a tick has come since it was made.
};

}  // namespace discern::web
