#pragma once

// A discern-sim of its own for a test, and a client with a sink that remembers what it was given.

#include <sys/types.h>

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "discord/client.hpp"
#include "metrics/registry.hpp"
#include "metrics/slab.hpp"
#include "net/http_out.hpp"

namespace discern::discord {

// How long a test waits for what must come; only a failure takes as long.
inline constexpr std::chrono::seconds kPatience{40};

// Asks until it is true. The waiting is on another process; there is nothing to be notified by.
bool eventually(const std::function<bool()>& is_true, std::chrono::milliseconds limit = kPatience);

class Simulator {
 public:
  // Quiet, quick, and without five seconds between IDENTIFYs; `options` add to that or replace it.
  explicit Simulator(std::map<std::string, std::string> options = {});
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  const std::string& url() const { return url_; }
  // GET /_sim/state.
  boost::json::value state();
  // POST /_sim/<action>; `parameters` is JSON.
  boost::json::value act(const std::string& action, const std::string& parameters = "{}");
  boost::json::value get(const std::string& path);
  // Makes slash commands known, as a bot would have: "ping" and "music play".
  void register_commands();
  // A text channel of some guild.
  std::string channel();
  // The texts of all complaints, one to a line.
  std::string complaints();
  // Dispatches by type, over all sessions, that a client must have got.
  std::map<std::string, std::uint64_t> sent();

 private:
  boost::json::value call(const std::string& method, const std::string& path, std::string body);

  std::string url_;
  pid_t process_ = -1;
  net::HttpOut http_;
};

// Takes what it is told to want and every interaction.
class RecordingSink : public DispatchSink {
 public:
  struct Event {
    std::string type;
    GuildId guild;
    std::uint64_t sequence = 0;
    bool replayed = false;
    InteractionId interaction;
    std::string name;
    std::string text;
    Secret token;
  };
  bool wants(std::string_view type) const override;
  void on_dispatch(const Dispatch& dispatch) override;
  void on_ready(ApplicationId application) override;

  std::vector<Event> events() const;
  int ready_calls() const;

  std::string wanted;  // Before start().
  std::function<void(const Event&)> then;

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;  // Guarded by mutex_.
  int ready_ = 0;              // Guarded by mutex_.
};

// One run of the program's Discord side: registry, client and sink.
class Bot {
 public:
  explicit Bot(ClientOptions options);
  explicit Bot(const Simulator& simulator) : Bot(options_for(simulator)) {}
  static ClientOptions options_for(const Simulator& simulator);

  bool all_ready() const;
  // Of the family and label, in this process.
  double count(std::string_view family, std::string_view key = "");
  double sum(std::string_view family);
  // Dispatches counted, by type.
  std::map<std::string, std::uint64_t> counted();

  SystemClock clock;
  metrics::Registry registry{SystemTime::clock::now()};
  RecordingSink sink;
  Client client;
};

}  // namespace discern::discord
