#pragma once

// A real shard without a network: what would come from its socket is handed to it.

#include <optional>

#include "discord/gateway/shard.hpp"

namespace discern::discord {

class ShardHarness {
 public:
  explicit ShardHarness(Compression compression, DispatchSink* sink = nullptr)
      : compressed_(compression != Compression::None) {
    router_.set_sink(sink);
    context_.compression = compression;
  }

  // A new connection, open and waiting for HELLO.
  void connect() {
    shard_.emplace(context_, cells_, std::nullopt);
    shard_->start();
    shard_->slot_granted();
    connector_.listener->on_open();
  }
  void receive(std::string_view message) { connector_.listener->on_message(message, compressed_); }

  Shard& shard() { return *shard_; }
  metrics::SnapshotPtr snapshot() { return registry_.snapshot({}, {}); }
  double events() { return snapshot()->lifetime_sum("discern_gateway_events_total"); }

 private:
  class NoSocket final : public net::WebSocket {
    void send(std::string) override {}
    void close(std::uint16_t) override {}
  };
  struct NoConnector final : net::WebSocketConnector {
    std::unique_ptr<net::WebSocket> connect(const std::string&,
                                            net::WebSocketListener& reader) override {
      listener = &reader;
      return std::make_unique<NoSocket>();
    }
    bool is_looking_up() const override { return false; }
    net::WebSocketListener* listener = nullptr;
  };
  class NoOwner final : public ShardOwner {
    void ask_slot(std::uint32_t) override {}
    void return_slot(std::uint32_t, bool) override {}
    void on_session(std::uint32_t, ApplicationId) override {}
    void on_failed(std::uint32_t, std::uint16_t) override {}
    void on_stopped(std::uint32_t) override {}
  };

  const bool compressed_;
  const SystemClock clock_;
  const Secret token_{"sim.harness"};
  boost::asio::io_context io_;
  NoConnector connector_;
  NoOwner owner_;
  metrics::Registry registry_{SystemTime{}};
  GatewayMetrics metrics_{registry_};
  GuildCache guilds_;
  PayloadReader reader_;
  TextBuffer scratch_;
  DiscordClock discord_clock_{clock_};
  DispatchRouter router_{io_, metrics_, guilds_, reader_, discord_clock_};
  ShardContext context_{io_,
                        connector_,
                        owner_,
                        metrics_,
                        router_,
                        reader_,
                        scratch_,
                        clock_,
                        token_,
                        "ws://127.0.0.1"};
  ShardCells cells_{0, registry_, SteadyTime{}};
  std::optional<Shard> shard_;
};

}  // namespace discern::discord
