#pragma once

// The whole Discord side of the program: gateway, REST and their threads.
//
// Order of calls: make it, set_intents(), restore() when there is something to restore, start(),
// ... stop(). A client is started once.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "discord/model/discord_clock.hpp"
#include "discord/model/dispatch.hpp"
#include "discord/model/intents.hpp"
#include "discord/model/opcode.hpp"
#include "discord/model/presence.hpp"
#include "discord/model/rest_port.hpp"
#include "discord/session.hpp"
#include "discord/status.hpp"

namespace discern::metrics {
class Registry;
namespace slab {
struct Latch;
}
}  // namespace discern::metrics
namespace discern::net {
class HttpOut;
}

namespace discern::discord {

struct ClientOptions {
  Secret token;  // Bare, without "Bot ".
  // Base address of the REST API; "/v10" is added when it names no version. With http:// the
  // gateway may be ws://, otherwise it must be wss://.
  std::string api_url = "https://discord.com/api";
  Intents intents = intent::kGuilds;
  std::string compression = "zstd";  // none, zlib, zstd
  std::uint32_t shard_count = 0;     // Of the whole bot; 0 takes what Discord recommends.
  // Those of this process: [first_shard, first_shard + shards_here); 0 is all from first_shard on.
  std::uint32_t first_shard = 0;
  std::uint32_t shards_here = 0;
  Presence presence;
  // Leave the sessions resumable on stop(). The bot then looks online for some minutes.
  bool resume_on_stop = true;
  // REST requests answered 401, 403 or 429 in ten minutes after which only interactions are still
  // answered. Discord bans the address at 10,000.
  std::uint32_t invalid_request_limit = 2000;
  std::uint32_t requests_per_second = 50;  // Discord's global limit; it raises it for large bots.
  // Between two IDENTIFYs of a bucket; a little more than Discord's 5 s, whose clock it is.
  std::chrono::milliseconds identify_interval{5250};
  // Other processes of the same bot spend from the same budget: before an IDENTIFY, what is known
  // of it must not be older than this.
  std::chrono::milliseconds identify_budget_age{60000};
  // Without the intent GUILD_MEMBERS, every guild is asked for its member count once in this time,
  // at most one a second. Zero: never.
  std::chrono::milliseconds member_refresh{600000};
  // Whoever stores cuts gives this. An IDENTIFY then waits until what it costs is on disk: called
  // on the gateway thread when it does, to ask for a cut soon and for cut_stored() after it. Must
  // not block.
  std::function<void()> ask_for_cut = {};
};

// How much of the guild list a cut carries.
enum class GuildList { All, Changes };

// A command that Discord refuses, though this program found nothing wrong with it.
struct LeftOutCommand {
  std::string name;  // Of the top-level command.
  int type = 1;      // Discord's: 1 slash, 2 user, 3 message, 4 entry point.
  std::string why;   // "options[0].choices: Must be 25 or fewer in length."
};

// What became of registering commands.
struct Registration {
  bool changed = false;        // False: Discord had exactly these already, and nothing was sent.
  std::uint32_t commands = 0;  // How many there are now.
  std::vector<LeftOutCommand> left_out = {};
};
using RegistrationDone = std::function<void(Result<Registration>)>;

// Thread-safe, but for set_intents, restore, start and stop, which belong to one thread.
class Client final : public StatusSource {
 public:
  // Errors of the options (unknown compression, bad address) are reported by start().
  Client(ClientOptions options, metrics::Registry& registry, const Clock& clock);
  // stop() with half a second, when it was not called.
  ~Client() override;

  // Replaces the intents of the options, for a caller that needs rest() to find out what to ask
  // for; before restore() and start(). `wishes` says who asks for which of them ("plugin
  // activity"), for the message when Discord refuses one.
  void set_intents(Intents intents, std::vector<std::pair<Intents, std::string>> wishes);

  // Sessions and guilds of an earlier process. Guild and user gauges are right from here on.
  // Sessions are resumed when token, intents and shard count agree; guilds are taken over when the
  // token does.
  void restore(SavedSessions saved);

  // Begins to connect and returns at once: reaching Discord is retried for ever, and status() says
  // how it goes. `sink` must live until stop() returned. Errors: Invalid (options), Limit (no
  // thread).
  Result<void> start(DispatchSink& sink);
  // Closes the shards, resumably or not, and ends the threads within `limit` or soon after.
  // Requests that are not answered by then fail with Closed. status(), cut() and rest() stay valid;
  // a cut then holds the sessions as they were left. False when the destructor would have to wait
  // for the system to find a name.
  bool stop(std::chrono::milliseconds limit);

  // Requests may be sent before start().
  RestPort& rest();
  // The http-out thread, for others with something to send (webhooks, exports).
  net::HttpOut& http();

  // What time it is at Discord. Lives as long as the client.
  const DiscordClock& discord_clock() const;

  GatewayStatus status() const override;
  RestStatus rest_status() const override;
  // Brings the gauges of ages and budgets up to date; call before each snapshot.
  void sample(SteadyTime now);
  // Median REST response time over the last 5 minutes; 0 when there was no request.
  double median_latency_seconds() const;

  // Everything the gateway thread counted, together with the sequences that belong to it, as of one
  // instant between two dispatches. False when the gateway thread did not come to it in time; then
  // neither is changed but for `latch`, which is empty. After stop() the latch is empty, too: the
  // live cells are exact then.
  //
  // `Changes` gives what became of the guild list since the cut before: ask for All first, and
  // again whenever the list of a cut could not be stored.
  bool cut(metrics::slab::Latch& latch,
           SavedSessions& sessions,
           GuildList guilds,
           std::chrono::milliseconds timeout);

  // The last cut is on disk, or cannot be brought there.
  void cut_stored();

  // Runs `work` on the gateway thread; it must not block or throw. Dropped after stop().
  void post(std::function<void()> work);

  // Makes Discord's list of slash commands equal to `commands`, a JSON array of application command
  // objects; sends nothing when it is already. With a guild, that guild's own list. `done` is
  // called on the http-out thread. Warns, in the log and in status(), when the application has an
  // Interactions Endpoint URL. Commands that Discord refuses are left out, see Registration.
  void register_commands(std::string commands, GuildId guild, RegistrationDone done);

  // Sentences about commands for status().warnings, in place of those before; the log gets new
  // ones.
  void set_command_warnings(std::vector<std::string> sentences);

  void set_presence(const Presence& presence);

  // Sends to the gateway, on the connection of the guild's shard (without a guild, shard 0):
  // members, voice states, sounds. `d` is JSON. Waits for its place in the 120 payloads of a
  // minute. `done` is called on the gateway thread; errors: Limit (over 4,096 bytes, too many
  // waiting), Unavailable (no session at the moment), NotFound (another process has that shard).
  void send_gateway(Op op, GuildId guild, std::string d, std::function<void(Result<void>)> done);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// SHA-256 of the token in hex, as SavedSessions keeps it.
std::string token_fingerprint(const Secret& token);

}  // namespace discern::discord
