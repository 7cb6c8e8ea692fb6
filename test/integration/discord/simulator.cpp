#include "integration/discord/simulator.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <future>
#include <thread>

extern char** environ;

namespace discern::discord {

bool eventually(const std::function<bool()>& is_true, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Simulator::Simulator(std::map<std::string, std::string> options) {
  const char* program = std::getenv("DISCERN_SIM");
  if (program == nullptr) throw std::runtime_error("DISCERN_SIM does not name the simulator");
  options.insert({{"--port", "0"},
                  {"--rate", "0"},
                  {"--latency-ms", "0"},
                  {"--fault-rate", "0"},
                  {"--guilds", "5"},
                  {"--identify-interval-ms", "0"}});
  std::vector<std::string> all = {program, "--die-with-parent"};
  for (const auto& [name, value] : options) all.insert(all.end(), {name, value});
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);

  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const int error = ::posix_spawn(&process_, program, &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  if (error != 0) throw std::runtime_error(std::string("cannot start ") + program);
  std::string line;
  for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
  ::close(out[0]);
  const std::size_t address = line.find("http://");
  if (address == std::string::npos) throw std::runtime_error("the simulator said: " + line);
  url_ = line.substr(address);
}

Simulator::~Simulator() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

boost::json::value Simulator::call(const std::string& method,
                                   const std::string& path,
                                   std::string body) {
  net::HttpOutRequest request;
  request.method = method;
  request.url = url_ + path;
  request.headers = {"Content-Type: application/json",
                     "Authorization: Bot sim.test",
                     "User-Agent: DiscordBot (https://example.org, 1)"};
  request.body = std::move(body);
  std::promise<net::HttpOutcome> got;
  http_.send(std::move(request),
             [&](net::HttpOutcome outcome) { got.set_value(std::move(outcome)); });
  const net::HttpOutcome outcome = got.get_future().get();
  EXPECT_TRUE(outcome.response) << path;
  if (!outcome.response) return nullptr;
  EXPECT_LT(outcome.response->status, 300) << path << ": " << outcome.response->body;
  return boost::json::parse(outcome.response->body);
}

boost::json::value Simulator::state() {
  return get("/_sim/state");
}
boost::json::value Simulator::get(const std::string& path) {
  return call("GET", path, "");
}
boost::json::value Simulator::act(const std::string& action, const std::string& parameters) {
  return call("POST", "/_sim/" + action, parameters);
}

void Simulator::register_commands() {
  const boost::json::value application = get("/api/v10/applications/@me");
  call("PUT",
       "/api/v10/applications/" + std::string(application.at("id").as_string()) + "/commands",
       R"([{"name":"ping","description":"Answers."},
           {"name":"music","description":"Music.","options":[
             {"type":1,"name":"play","description":"Plays."}]}])");
}

std::string Simulator::channel() {
  const boost::json::value guilds = get("/_sim/guilds");
  const boost::json::value channels =
      get("/api/v10/guilds/" + std::string(guilds.at(0).at("id").as_string()) + "/channels");
  for (const boost::json::value& channel : channels.as_array()) {
    if (channel.at("type").to_number<int>() == 0) return std::string(channel.at("id").as_string());
  }
  return {};
}

std::string Simulator::complaints() {
  std::string out;
  const boost::json::value now = state();
  for (const auto& complaint : now.at("complaints").as_array()) {
    out.append(boost::json::serialize(complaint)).append("\n");
  }
  return out;
}

std::map<std::string, std::uint64_t> Simulator::sent() {
  std::map<std::string, std::uint64_t> out;
  const boost::json::value now = state();
  const boost::json::object& dispatches = now.at("dispatches").as_object();
  for (const auto& [type, count] : dispatches.at("by_type").as_object()) {
    out[std::string(type)] = count.to_number<std::uint64_t>();
  }
  for (const auto& [type, count] : dispatches.at("undelivered_by_type").as_object()) {
    out[std::string(type)] -= count.to_number<std::uint64_t>();
  }
  return out;
}

bool RecordingSink::wants(std::string_view type) const {
  return type == wanted || wanted == "*";
}

void RecordingSink::on_dispatch(const Dispatch& dispatch) {
  Event event;
  event.type = dispatch.type;
  event.guild = dispatch.guild;
  event.sequence = dispatch.sequence;
  event.replayed = dispatch.replayed;
  event.text = dispatch.payload.text();
  if (dispatch.interaction != nullptr) {
    event.interaction = dispatch.interaction->id;
    event.name = dispatch.interaction->name;
    event.token = dispatch.interaction->token;
  }
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  if (then) then(event);
}

void RecordingSink::on_ready(ApplicationId) {
  const std::lock_guard lock(mutex_);
  ++ready_;
}

std::vector<RecordingSink::Event> RecordingSink::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

int RecordingSink::ready_calls() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

ClientOptions Bot::options_for(const Simulator& simulator) {
  ClientOptions options;
  options.token = Secret("sim.test");
  options.api_url = simulator.url() + "/api";
  options.intents = intent::kGuilds | intent::kGuildMessages | intent::kGuildMembers;
  options.identify_interval = std::chrono::milliseconds(20);
  return options;
}

Bot::Bot(ClientOptions options) : client(std::move(options), registry, clock) {}

bool Bot::all_ready() const {
  const GatewayStatus status = client.status();
  if (status.shards.empty()) return false;
  for (const ShardStatus& shard : status.shards) {
    if (shard.state != "ready") return false;
  }
  return true;
}

double Bot::count(std::string_view family, std::string_view key) {
  const metrics::SnapshotPtr now = registry.snapshot(clock.system_now(), clock.steady_now());
  const metrics::FamilySeries* found = now->find_family(family);
  if (found == nullptr) return 0;
  for (const metrics::Series* series : found->series) {
    if (series->key() == key) return now->value(*series);
  }
  return 0;
}

double Bot::sum(std::string_view family) {
  return registry.snapshot(clock.system_now(), clock.steady_now())->lifetime_sum(family);
}

std::map<std::string, std::uint64_t> Bot::counted() {
  std::map<std::string, std::uint64_t> out;
  const metrics::SnapshotPtr now = registry.snapshot(clock.system_now(), clock.steady_now());
  const metrics::FamilySeries* found = now->find_family("discern_gateway_events_total");
  if (found == nullptr) return out;
  for (const metrics::Series* series : found->series) {
    out[std::string(series->key())] = now->steps(*series);
  }
  return out;
}

}  // namespace discern::discord
