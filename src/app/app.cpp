#include "app/app.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <random>

#include "app/descriptors.hpp"
#include "app/host_address.hpp"
#include "app/period_keys.hpp"
#include "app/pipeline.hpp"
#include "app/plugin_commands.hpp"
#include "app/program_folder.hpp"
#include "app/refused_commands.hpp"
#include "app/simulator.hpp"
#include "app/stop_signal.hpp"
#include "app/storage.hpp"
#include "app/tell.hpp"
#include "app/version.hpp"
#include "app/web_send.hpp"
#include "base/log.hpp"
#include "base/log_in_sight.hpp"
#include "base/system_limits.hpp"
#include "base/thread.hpp"
#include "collect/all_collectors.hpp"
#include "collect/loop_probe.hpp"
#include "collect/runner.hpp"
#include "collect/thread_cpu.hpp"
#include "discord/client.hpp"
#include "history/reader.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/stopwatch.hpp"
#include "plugin/host.hpp"
#include "web/server.hpp"

namespace discern::app {
namespace {

using namespace std::chrono_literals;

// SIGTERM to exit within 5 seconds, in this order, leaves the pipeline its time for the disk.
constexpr auto kGatewayStopLimit = 1500ms;
constexpr auto kCutTimeout = 250ms;
// The loop whose delay is `system.eventLoopDelay`: where everything from Discord arrives.
constexpr const char* kGatewayLoop = "gateway";
// As their threads are named.
constexpr std::string_view kHostThreads[] = {"main",
                                             "signals",
                                             "log",
                                             "gateway",
                                             "web",
                                             "query",
                                             "pipeline",
                                             "http-out",
                                             "plugins",
                                             "watchdog"};

std::string random_boot_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

log::Options log_options(const Config::Log& config) {
  const log::Level level = config.level == "debug"   ? log::Level::Debug
                           : config.level == "warn"  ? log::Level::Warn
                           : config.level == "error" ? log::Level::Error
                                                     : log::Level::Info;
  return {level, config.format == "json" ? log::Format::Json : log::Format::Text};
}

// The stages, in the order in which they are built; they are destroyed the other way round.
class App {
 public:
  App(const Request& request, SignalWatch& signals)
      : request_(request),
        signals_(signals),
        config_(request.config),
        registry_(clock_.system_now()),
        runner_(registry_,
                clock_,
                collect::make_all_collectors(registry_, clock_, collect::HostRoot())),
        prober_(registry_, clock_),
        thread_cpu_(registry_, kHostThreads) {}

  // Builds and starts every stage. Ends early, without an error, when a stop is asked for.
  Result<void> build();

  void announce() const {
    if (request_.verb == Request::Verb::Demo) {
      tell(
          "Demo: a simulated Discord with {} guilds at {}; nothing leaves this machine.\n"
          "To run your own bot set DISCORD_TOKEN (docs/quick-start.md). Ctrl-C stops.\n",
          request_.demo.guilds,
          simulator_->url());
    }
    // Last, where a newcomer looks, and where it stays.
    tell("Dashboard: {}\n", server_->url());
    log::keep_in_sight(fmt::format("Dashboard: {}   (Ctrl-C stops)\n", server_->url()));
  }

  // Reads the configuration again and brings into force what can be without a restart; a wrong one
  // changes nothing.
  void reload();

  // Stops what was started. Nothing is lost: no dispatch comes after the gateway stopped, and the
  // last tick has them all.
  // Returns whether every thread came back, the system's look-up of names included.
  bool stop();

 private:
  Result<void> open_storage() {
    const bool demo = request_.verb == Request::Verb::Demo;
    std::optional<MadeUpWeek> week;
    if (demo) {
      // A rate for load tests would take too long to make up.
      constexpr double kMostMadeUp = 50;
      week = MadeUpWeek{
          .span = std::chrono::hours(24 * request_.demo.days),
          .events_per_second = std::min(static_cast<double>(request_.demo.rate), kMostMadeUp),
          .guilds = request_.demo.guilds,
          .random_seed = request_.demo.seed};
    }
    auto storage = Storage::open(config_, clock_, demo ? DataOf::Demo : DataOf::Bot, week);
    if (!storage) return std::move(storage).error();
    storage_ = *std::move(storage);
    if (auto done = storage_->restore_totals(registry_); !done) return done;
    period_keys_ =
        std::make_unique<PeriodKeys>(config_.data_dir / "period.keys",
                                     registry_,
                                     storage_->is_new() ? DataFolder::New : DataFolder::Used);
    period_keys_->update(clock_.system_now(), clock_.steady_now());
    return {};
  }

  Result<void> start_simulator() {
    if (request_.verb != Request::Verb::Demo) return {};
    auto simulator = Simulator::start(program_folder() / "discern-sim",
                                      {"--port",
                                       "0",
                                       "--guilds",
                                       std::to_string(request_.demo.guilds),
                                       "--rate",
                                       std::to_string(request_.demo.rate),
                                       "--seed",
                                       std::to_string(request_.demo.seed),
                                       "--incidents",
                                       "--same-guilds"});
    if (!simulator) return std::move(simulator).error();
    simulator_ = *std::move(simulator);
    // No token of a person ever reaches the simulator.
    config_.discord.token = Secret("sim.demo");
    config_.discord.api_url = simulator_->url() + "/api";
    return {};
  }

  Result<void> make_producers();
  Result<void> start_plugins();
  Result<void> start_client();
  plugin::HostOptions plugin_options();
  void tell_invitation(discord::ApplicationId application) const;
  discord::Presence presence() const;
  Result<discord::ClientOptions> client_options();
  Result<void> start_web();
  Result<void> start_pipeline();
  void collect();
  bool cut(metrics::slab::Latch& latch);
  Result<void> commit(const metrics::Snapshot& snapshot, Cut cut);

  const Request& request_;
  SignalWatch& signals_;
  Config config_;
  SystemClock clock_;
  metrics::Registry registry_;
  collect::Runner runner_;
  collect::LoopProber prober_;
  collect::ThreadCpu thread_cpu_;
  std::unique_ptr<Simulator> simulator_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<PeriodKeys> period_keys_;
  std::unique_ptr<discord::Client> client_;
  std::unique_ptr<plugin::Host> plugins_;
  std::unique_ptr<web::Server> server_;
  // Of the last cut; pipeline thread.
  discord::SavedSessions sessions_;
  bool guild_list_stored_ = false;
  std::unique_ptr<Pipeline> pipeline_;
};

Result<void> App::build() {
  const std::pair<const char*, Result<void> (App::*)()> steps[] = {
      {"the database", &App::open_storage},
      // From here on lifetime totals are known; what counts from now on adds to them.
      {"the simulated Discord", &App::start_simulator},
      {"the plugins' folder", &App::make_producers},
      // Guild and user counts of the last run are there before any connection is.
      {"the web server", &App::start_web},
      {"the pipeline", &App::start_pipeline},
      {"the plugins' init", &App::start_plugins},
      // Every plugin has started or failed: the commands are known before the first READY.
      {"the gateway", &App::start_client}};
  for (const auto& [what, step] : steps) {
    if (signals_.stop_asked()) return {};
    signals_.waits_for(what);
    if (auto done = (this->*step)(); !done) return done;
  }
  return {};
}

Result<void> App::start_plugins() {
  registry_.annotate({clock_.system_now(), "start", fmt::format("Discern {} started.", kVersion)});
  signals_.on_stop([this] { plugins_->stop_waiting(); });
  auto started = plugins_->start();
  signals_.on_stop(nullptr);
  return started;
}

Result<void> App::start_client() {
  return client_->start(*plugins_);
}

bool App::stop() {
  bool idle = true;
  std::size_t abandoned = 0;
  const auto step = [&](const char* what, const auto& part, auto&& stop) {
    if (!part) return;
    signals_.waits_for(what);
    // What one stage could not do must not keep the others from stopping in order.
    fenced("the stop", stop);
  };
  fenced("the stop", [&] {
    registry_.annotate({clock_.system_now(), "stop", "Discern stopped."});
  });
  step("the gateway to close", client_, [&] { idle = client_->stop(kGatewayStopLimit); });
  // First what a second signal must not cost.
  step("the disk, to write the last tick", pipeline_, [&] {
    pipeline_->save();
    signals_.saved();
  });
  step("the plugins to stop", plugins_, [&] { abandoned = plugins_->stop(); });
  step("the disk, to write the last tick", pipeline_, [&] { pipeline_->stop(); });
  step("the web server to close", server_, [&] {
    server_->stop();
    remove_host_address(config_.data_dir);
  });
  signals_.waits_for("the database to close");
  return idle && abandoned == 0;
}

Result<void> App::make_producers() {
  auto options = client_options();
  if (!options) return std::move(options).error();
  client_ = std::make_unique<discord::Client>(*std::move(options), registry_, clock_);
  plugins_ = std::make_unique<plugin::Host>(clock_, registry_, client_->rest(), plugin_options());

  // Discord is asked for what the plugins need and what the operator adds, and for nothing else.
  discord::Intents intents = discord::intent::kGuilds | plugins_->intents();
  std::vector<std::pair<discord::Intents, std::string>> wishes;
  intents |= config_.discord.intents;
  if (config_.discord.intents != 0) {
    wishes.emplace_back(config_.discord.intents, "the configuration (discord.intents)");
  }
  for (unsigned bit = 0; bit < 64; ++bit) {
    const discord::Intents intent = discord::Intents{1} << bit;
    if ((intents & intent) == 0) continue;
    for (const std::string& id : plugins_->who_wants(intent)) {
      wishes.emplace_back(intent, "plugin " + id);
    }
  }
  client_->set_intents(intents, std::move(wishes));

  auto sessions = storage_->load_sessions();
  if (!sessions) return std::move(sessions).error();
  client_->restore(*std::move(sessions));
  return {};
}

// The address by which a server's owner adds the bot, with what its plugins need.
void App::tell_invitation(discord::ApplicationId application) const {
  if (request_.verb == Request::Verb::Demo || !application) return;
  log::info("app",
            "to add the bot to a server, open https://discord.com/oauth2/authorize?client_id={}"
            "&scope=bot+applications.commands&permissions={}",
            application.text(),
            plugins_->permissions());
}

plugin::HostOptions App::plugin_options() {
  plugin::HostOptions options = app::plugin_options(config_, request_.verb == Request::Verb::Demo);
  options.other_intents = discord::intent::kGuilds | config_.discord.intents;
  options.discord_clock = &client_->discord_clock();
  if (config_.plugins.outgoing_http != "none") {
    options.send_web =
        make_web_send(client_->http(), config_.plugins.outgoing_http == "public", kVersion);
  }
  options.register_commands = [this](discord::ApplicationId application,
                                     std::string json,
                                     plugin::HostOptions::Registered registered) {
    tell_invitation(application);
    // One process of a bot does it for all: two that replace each other's list would never end.
    if (config_.discord.shard_range.first > 0) return;
    client_->register_commands(
        std::move(json),
        config_.discord.guild,
        [this, registered = std::move(registered)](Result<discord::Registration> done) {
          if (!done) {
            log::error("app", "the commands could not be registered: {}", done.error().text);
          } else {
            if (done->changed) {
              log::info(
                  "app", "registered {} command{}", done->commands, done->commands == 1 ? "" : "s");
            }
            client_->set_command_warnings(refused_commands(done->left_out, plugins_->commands()));
          }
          registered(done.ok());
        });
  };
  options.send_gateway = [this](discord::Op op, discord::GuildId guild, std::string d, auto done) {
    client_->send_gateway(op, guild, std::move(d), std::move(done));
  };
  return options;
}

discord::Presence App::presence() const {
  const auto activity = discord::find_activity(config_.discord.activity);
  return {config_.discord.presence,
          activity.value_or(discord::Presence::Activity::Custom),
          config_.discord.status};
}

void App::reload() {
  auto read = request_.read_config();
  if (!read) {
    log::error("app", "SIGHUP: {}; the configuration stays as it is", read.error().text);
    return;
  }
  log::configure(log_options(read->log));
  const discord::Presence before = presence();
  config_.log = read->log;
  config_.discord.presence = read->discord.presence;
  config_.discord.activity = read->discord.activity;
  config_.discord.status = read->discord.status;
  if (presence() != before) client_->set_presence(presence());
  plugins_->renew(std::move(read->plugin_values));
  const std::vector<std::string> waiting = waiting_options(config_, *read);
  log::info("app",
            "SIGHUP: the configuration is read again{}{}",
            waiting.empty() ? "" : "; these wait for the next start: ",
            fmt::join(waiting, ", "));
}

Result<discord::ClientOptions> App::client_options() {
  if (config_.discord.token.empty()) {
    return Error(
        Errc::Invalid,
        "there is no bot token: set DISCORD_TOKEN, or discord.token_file in the configuration; "
        "to look around without a bot, run: discern demo");
  }
  discord::ClientOptions options;
  options.token = config_.discord.token;
  options.api_url = config_.discord.api_url;
  options.compression = config_.discord.compression;
  options.shard_count = static_cast<std::uint32_t>(config_.discord.shards);
  const auto& range = config_.discord.shard_range;
  if (range.count > 0 && range.first + range.count > options.shard_count) {
    return Error(
        Errc::Invalid,
        fmt::format("discord.shard_range ends with shard {}, but discord.shards is {}: set "
                    "it to the number of shards of the whole bot, the same in every process",
                    range.first + range.count - 1,
                    options.shard_count));
  }
  options.first_shard = range.first;
  options.shards_here = range.count;
  options.requests_per_second = static_cast<std::uint32_t>(config_.discord.requests_per_second);
  options.member_refresh = config_.discord.member_refresh;
  options.presence = presence();
  options.resume_on_stop = config_.discord.resume_on_stop;
  // The pipeline is there before the client starts.
  options.ask_for_cut = [this] { pipeline_->hurry(); };
  return options;
}

Result<void> App::start_pipeline() {
  prober_.add(kGatewayLoop, [this](std::function<void()> work) { client_->post(std::move(work)); });
  prober_.add("web", [this](std::function<void()> work) { server_->post(std::move(work)); });
  PipelineStages stages{
      .collect = [this] { collect(); },
      .cut = [this](metrics::slab::Latch& latch) { return cut(latch); },
      .live = &server_->live(),
      .note = [this](std::span<const metrics::Event> marks) { storage_->note(marks); },
      .commit = [this](const metrics::Snapshot& snapshot,
                       Cut cut) { return commit(snapshot, cut); },
      .backup = {}};
  if (config_.backup.enabled) {
    stages.backup = [this,
                     encoding = registry_.histogram(metrics::catalogue::kExportDuration, "json")](
                        const metrics::Snapshot& snapshot) {
      std::string json;
      {
        const metrics::ScopedTimer timer(encoding);
        exporter::append_seed_json(json, snapshot, server_->seed_extras());
      }
      return storage_->write_backup(json);
    };
  }
  pipeline_ = std::make_unique<Pipeline>(
      registry_,
      clock_,
      std::move(stages),
      PipelineIntervals{.history = config_.history.tick, .backup = config_.backup.interval});
  return pipeline_->start();
}

void App::collect() {
  runner_.run();
  prober_.ping();
  period_keys_->update(clock_.system_now(), clock_.steady_now());
  client_->sample(clock_.steady_now());
  plugins_->sample();
  // The plugins' first: what they use from here on to the process's clock would be theirs, and is
  // a few microseconds.
  const auto plugins = plugins_->cpu();
  const auto threads = collect::read_thread_times();
  thread_cpu_.update(collect::process_cpu_time(), plugins, threads, ::getpid());
}

bool App::cut(metrics::slab::Latch& latch) {
  const auto guilds = guild_list_stored_ ? discord::GuildList::Changes : discord::GuildList::All;
  return client_->cut(latch, sessions_, guilds, kCutTimeout);
}

Result<void> App::commit(const metrics::Snapshot& snapshot, Cut cut) {
  if (cut == Cut::Lost) return storage_->commit_without_sessions(snapshot);
  auto written = storage_->commit(snapshot, sessions_);
  // The changes of a cut that is not on disk are lost: the next one brings the whole list.
  guild_list_stored_ = written.ok();
  client_->cut_stored();
  return written;
}

Result<void> App::start_web() {
  web::Options options;
  options.address = config_.web.address;
  options.port = static_cast<std::uint16_t>(config_.web.port);
  const auto wanted = static_cast<std::size_t>(config_.web.connections);
  options.connections = spare_descriptors(raise_descriptor_limit(), wanted);
  if (options.connections < wanted) {
    log::warn("app",
              "the system allows this process so few open files that only {} web connections are "
              "served; raise the limit (ulimit -n, LimitNOFILE) or lower web.connections",
              options.connections);
  }
  options.live_streams = static_cast<std::size_t>(config_.web.live_streams);
  options.version = kVersion;
  options.boot_id = random_boot_id();
  options.mode = request_.verb == Request::Verb::Demo ? "demo" : "discord";
  options.io_loop = kGatewayLoop;
  options.data_dir = config_.data_dir;
  options.made_up_until = storage_->made_up_until();
  options.assets = web::embedded_assets();
  web::Windows windows;
  windows.discord = client_.get();
  windows.plugins = plugins_.get();
  windows.make_reader = [file = history::database_file(config_.data_dir),
                         health = storage_->health()] {
    history::ReaderOptions reader;
    reader.health = health;
    return history::make_reader(file, reader);
  };
  windows.data_warnings = [health = storage_->health()] { return health->warnings(); };
  auto server = web::Server::start(std::move(options), registry_, std::move(windows));
  if (!server) return std::move(server).error();
  server_ = *std::move(server);
  // A full disk must not keep the bot from starting.
  if (auto written = write_host_address(config_.data_dir, server_->url()); !written) {
    log::error("app", "{}; `discern plugin` will not find this host", written.error().text);
  }
  return {};
}

int fail(const Error& error) {
  complain(error.text);
  return error.kind == Errc::Invalid ? kExitUsage : kExitFailed;
}

int run_app(const Request& request, SignalWatch& signals) {
  App app(request, signals);
  Result<void> built;
  try {
    built = app.build();
  } catch (const boost::system::system_error& thrown) {
    built = Error(Errc::Io, refusal_text("start", thrown.code().value()));
  } catch (const std::exception& thrown) {
    built = Error(Errc::Io, refusal_text("start", thrown));
  }
  if (built && !signals.stop_asked()) {
    signals.started();
    app.announce();
    while (signals.wait() == Wish::Reload) {
      // A reload that the system refuses leaves everything as it is.
      fenced("the reload of the configuration", [&] { app.reload(); });
    }
    log::keep_in_sight({});
    tell("Stopping: the last numbers and the gateway's sessions are being saved.\n");
  }
  const int code = built ? kExitFine : fail(built.error());
  // A plugin that is stuck still runs: its code must not be taken from under it. And nobody waits
  // half a minute for a name.
  const bool clean = app.stop();
  if (code == kExitFine) tell("Stopped.\n");
  if (!clean) end_program(code);
  return code;
}

}  // namespace

int run(const Request& request) {
  // One arena for each of many threads would look like a leak.
  ::mallopt(M_ARENA_MAX, 2);
  log::configure(log_options(request.config.log));
  // Whatever is created from here on, by libraries and plugins too, is for the owner's eyes only.
  ::umask(S_IRWXG | S_IRWXO);
  if (const auto logging = log::start_thread(); !logging) {
    log::warn("app", "log lines may be lost: {}", logging.error().text);
  }
  auto signals = SignalWatch::start();
  if (!signals) return fail(signals.error());
  return run_app(request, **signals);
}

}  // namespace discern::app
