#pragma once

// The shell of one shard: it performs what the state machine says, on a WebSocket and three timers.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "discord/gateway/dispatch_router.hpp"
#include "discord/gateway/inflate.hpp"
#include "discord/gateway/outgoing.hpp"
#include "discord/gateway/send_window.hpp"
#include "discord/gateway/shard_cells.hpp"
#include "discord/gateway/shard_fsm.hpp"
#include "net/websocket.hpp"

namespace discern::discord {

// What a shard asks of the cluster. Called on the gateway thread, from inside the shard: none of
// them may destroy it.
class ShardOwner {
 public:
  virtual ~ShardOwner() = default;
  virtual void ask_slot(std::uint32_t shard) = 0;
  virtual void return_slot(std::uint32_t shard, bool spent) = 0;
  // READY or RESUMED came; `application` is none for RESUMED.
  virtual void on_session(std::uint32_t shard, ApplicationId application) = 0;
  // The shard gave up; the code says why.
  virtual void on_failed(std::uint32_t shard, std::uint16_t code) = 0;
  virtual void on_stopped(std::uint32_t shard) = 0;
};

// What all shards of a cluster share. Outlives them.
struct ShardContext {
  boost::asio::io_context& io;
  net::WebSocketConnector& connector;
  ShardOwner& owner;
  GatewayMetrics& metrics;
  DispatchRouter& router;
  PayloadReader& reader;
  TextBuffer& scratch;
  const Clock& clock;
  const Secret& token;
  // Without query; shards read it at every connection.
  std::string gateway_url{};
  // Whether addresses without TLS are acceptable: only when the API itself has none.
  bool allow_plain = false;
  Compression compression = Compression::Zstd;
  IdentifyFields identify{};  // But for the shard's number.
};

// Gateway thread only.
class Shard final : private net::WebSocketListener {
 public:
  // `session`: from an earlier process. What Discord then sends before RESUMED is marked replayed.
  Shard(ShardContext& context, ShardCells& cells, std::optional<Session> session);
  ~Shard() override;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void start() { step(ShardFsm::Start{}); }
  void slot_granted() { step(ShardFsm::SlotGranted{}); }
  void stop(bool resumable) { step(ShardFsm::Stop{resumable}); }
  // Waits for its place in the send window; dropped with the connection. Limit: larger than 4,096
  // bytes, or too many waiting. Unavailable: no session at the moment.
  Result<void> send(Op op, std::string payload);
  // Sends the context's presence if Discord has another; without a session, once there is one.
  void show_presence();

  std::uint32_t id() const { return cells_.id; }
  ShardFsm::State state() const { return fsm_.state(); }
  std::optional<Session> session() const { return fsm_.session(); }

 private:
  using Timer = ShardFsm::Timer;

  void on_open() override {
    opened_ = true;
    step(ShardFsm::Opened{});
  }
  void on_message(std::string_view bytes, bool binary) override;
  void on_end(const net::WebSocketEnd& end) override;

  void step(const ShardFsm::Input& input);
  void perform(const ShardFsm::AskSlot&);
  void perform(const ShardFsm::ReturnSlot& action);
  void perform(const ShardFsm::Connect& action);
  void perform(const ShardFsm::SetTimer& action);
  void perform(const ShardFsm::CancelTimer& action);
  void perform(const ShardFsm::SendIdentify&);
  void perform(const ShardFsm::SendResume& action);
  void perform(const ShardFsm::SendHeartbeat& action);
  void perform(const ShardFsm::ReportZombie&);
  void perform(const ShardFsm::ReportOverdue& action);
  void perform(const ShardFsm::ReportGivenUp& action);
  void perform(const ShardFsm::Drop& action);
  void perform(const ShardFsm::CloseAndWait& action);
  void perform(const ShardFsm::Fail& action);
  void perform(const ShardFsm::ReportStopped&);

  void on_payload(std::string_view text, SteadyTime received);
  void on_dispatch(const PayloadHead& head, std::string_view text, SteadyTime received);
  void on_corrupt(const metrics::Counter& counter, std::string_view what);
  void on_ack(SteadyTime received);
  void on_resumed();
  void tell_failures();
  void send_now(Op op, std::string payload);
  void send_waiting();
  std::string address(std::string_view url) const;

  ShardContext& context_;
  ShardCells& cells_;
  ShardFsm fsm_;
  bool replaying_;
  std::unique_ptr<net::WebSocket> socket_;
  std::unique_ptr<Decompressor> decompressor_;
  std::array<boost::asio::steady_timer, 3> timers_;
  std::array<std::uint64_t, 3> timer_rounds_{};
  boost::asio::steady_timer send_timer_;
  SendWindow window_;
  std::deque<std::pair<Op, std::string>> waiting_;
  std::deque<SteadyTime> beats_sent_;  // Those not acknowledged yet, the oldest first.
  // What Discord has; unknown of a session that an earlier process began.
  std::optional<Presence> presence_;
  bool opened_ = false;  // The connection, and its end is not counted yet.
  std::string why_;      // The reason of the next Drop, for the status page.
};

}  // namespace discern::discord
