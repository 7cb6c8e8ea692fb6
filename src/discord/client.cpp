#include "discord/client.hpp"

#include <openssl/evp.h>

#include "discord/gateway/cluster.hpp"
#include "discord/rest/command_registration.hpp"
#include "discord/rest/rest_client.hpp"
#include "discord/rest/route.hpp"
#include "net/http_out.hpp"

namespace discern::discord {
namespace {

constexpr std::chrono::milliseconds kLastStop{500};

RestOptions rest_options(const ClientOptions& options, DiscordClock& discord_clock) {
  RestOptions out;
  out.discord_clock = &discord_clock;
  out.token = options.token;
  out.base = api_base(options.api_url);
  out.invalid_request_limit = options.invalid_request_limit;
  out.requests_per_second = options.requests_per_second;
  return out;
}

Result<void> check(const ClientOptions& options) {
  if (options.token.empty()) return Error(Errc::Invalid, "there is no bot token");
  if (!find_compression(options.compression)) {
    return Error(Errc::Invalid,
                 "the gateway's compression is \"" + options.compression +
                     "\"; it takes none, zlib or zstd");
  }
  if (!options.api_url.starts_with("https://") && !options.api_url.starts_with("http://")) {
    return Error(Errc::Invalid, "the API address must begin with https:// or http://");
  }
  return {};
}

}  // namespace

struct Client::Parts {
  Parts(ClientOptions given, metrics::Registry& registry, const Clock& clock)
      : options(std::move(given)),
        discord_clock(clock),
        rest(rest_options(options, discord_clock), http, registry, clock),
        cluster(options,
                find_compression(options.compression).value_or(Compression::Zstd),
                rest,
                registry,
                clock,
                discord_clock) {}

  const ClientOptions options;
  DiscordClock discord_clock;
  net::HttpOut http;
  RestClient rest;
  Cluster cluster;
};

Client::Client(ClientOptions options, metrics::Registry& registry, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), registry, clock)) {}

Client::~Client() {
  stop(kLastStop);
}

void Client::set_intents(Intents intents, std::vector<std::pair<Intents, std::string>> wishes) {
  parts_->cluster.set_intents(intents, std::move(wishes));
}

void Client::restore(SavedSessions saved) {
  parts_->cluster.restore(std::move(saved));
}

Result<void> Client::start(DispatchSink& sink) {
  Result<void> fine = check(parts_->options);
  if (fine) fine = parts_->cluster.start(sink);
  return fine;
}

bool Client::stop(std::chrono::milliseconds limit) {
  // The shards first: what REST answers afterwards has nobody left to act on it. Requests on their
  // way, a last reply of a plugin, get the rest of the time.
  const SteadyTime end = std::chrono::steady_clock::now() + limit;
  const bool idle = parts_->cluster.stop(limit * 2 / 3);
  parts_->rest.stop();
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  parts_->http.stop(std::max(left, std::chrono::milliseconds(0)));
  return idle;
}

RestPort& Client::rest() {
  return parts_->rest;
}
net::HttpOut& Client::http() {
  return parts_->http;
}
const DiscordClock& Client::discord_clock() const {
  return parts_->discord_clock;
}
GatewayStatus Client::status() const {
  return parts_->cluster.status();
}
RestStatus Client::rest_status() const {
  return parts_->rest.status();
}
void Client::sample(SteadyTime now) {
  parts_->cluster.sample(now);
  parts_->rest.sample();
}
double Client::median_latency_seconds() const {
  return parts_->rest.median_latency_seconds();
}

bool Client::cut(metrics::slab::Latch& latch,
                 SavedSessions& sessions,
                 GuildList guilds,
                 std::chrono::milliseconds timeout) {
  return parts_->cluster.cut(latch, sessions, guilds, timeout);
}

void Client::cut_stored() {
  parts_->cluster.cut_stored();
}

void Client::post(std::function<void()> work) {
  parts_->cluster.post(std::move(work));
}

void Client::register_commands(std::string commands, GuildId guild, RegistrationDone done) {
  discord::register_commands(
      parts_->rest,
      parts_->cluster.application(),
      std::move(commands),
      guild,
      [cluster = &parts_->cluster](std::string text) {
        cluster->set_endpoint_warning(std::move(text));
      },
      std::move(done));
}

void Client::set_command_warnings(std::vector<std::string> sentences) {
  parts_->cluster.set_command_warnings(std::move(sentences));
}

void Client::set_presence(const Presence& presence) {
  parts_->cluster.set_presence(presence);
}

void Client::send_gateway(Op op,
                          GuildId guild,
                          std::string d,
                          std::function<void(Result<void>)> done) {
  parts_->cluster.send(op, guild, std::move(d), std::move(done));
}

std::string token_fingerprint(const Secret& token) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const std::string& text = token.reveal();
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out.push_back(kHex[digest[i] >> 4]);
    out.push_back(kHex[digest[i] & 15]);
  }
  return out;
}

}  // namespace discern::discord
