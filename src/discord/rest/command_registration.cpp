#include "discord/rest/command_registration.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <deque>

#include "discord/rest/command_refusal.hpp"
#include "discord/rest/command_set.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;

constexpr std::string_view kEndpointIsSet =
    "the application has an Interactions Endpoint URL, so Discord sends interactions there and "
    "none of them here: slash commands will not work. Clear it in the developer portal (General "
    "Information > Interactions Endpoint URL)";

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kDailyCreates = 30034;  // 200 new names a day are used up.
// Each round leaves out at least one command; Discord names all it finds at once, mostly.
constexpr int kMaxRounds = 8;

// A request of the way one by one, and the command it is about; null for a deletion.
struct Step {
  RestRequest request;
  const json::object* command = nullptr;
};

std::int64_t type_of(const json::object& command) {
  const json::value* type = command.if_contains("type");
  return type != nullptr && type->is_int64() ? type->get_int64() : 1;
}

// The command of the list with the same type and name; null if there is none.
const json::object* find_same_name(const json::array& list, const json::object& like) {
  for (const json::value& one : list) {
    const json::object& command = one.as_object();
    if (type_of(command) == type_of(like) && command.at("name") == like.at("name")) {
      return &command;
    }
  }
  return nullptr;
}

// The steps, each begun by the answer to the one before; holds itself alive through the callbacks.
class Flow : public std::enable_shared_from_this<Flow> {
 public:
  Flow(RestPort& rest,
       ApplicationId application,
       std::string commands,
       GuildId guild,
       std::function<void(std::string)> warn,
       RegistrationDone done)
      : rest_(rest),
        application_(application),
        commands_(std::move(commands)),
        guild_(guild),
        warn_(std::move(warn)),
        done_(std::move(done)) {}

  void ask_application() {
    RestRequest request;
    request.route = "/applications/@me";
    rest_.send(std::move(request),
               [self = shared_from_this()](RestOutcome outcome) { self->on_application(outcome); });
  }

 private:
  void on_application(const RestOutcome& outcome) {
    if (outcome.response) {
      read_application(outcome.response->body);
    } else if (!application_) {
      return done_(wrap("could not find out the application's id", outcome.response.error()));
    }
    if (!application_) {
      return done_(Error(Errc::Corrupt, "GET /applications/@me did not name the application"));
    }
    RestRequest request = request_for("GET");
    request.query = "with_localizations=true";
    rest_.send(std::move(request),
               [self = shared_from_this()](RestOutcome answer) { self->on_registered(answer); });
  }

  void read_application(const std::string& body) {
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return;
    const json::object& object = parsed.get_object();
    const json::value* id = object.if_contains("id");
    if (id != nullptr && id->is_string()) {
      const std::string_view text = id->get_string();
      std::from_chars(text.data(), text.data() + text.size(), application_.value);
    }
    const json::value* endpoint = object.if_contains("interactions_endpoint_url");
    const bool is_set =
        endpoint != nullptr && endpoint->is_string() && !endpoint->get_string().empty();
    warn_(is_set ? std::string(kEndpointIsSet) : std::string());
  }

  RestRequest request_for(std::string method) const {
    RestRequest request;
    request.method = std::move(method);
    request.route = "/applications/{}/commands";
    request.parameters = {application_.text()};
    if (guild_) {
      request.route = "/applications/{}/guilds/{}/commands";
      request.parameters.push_back(guild_.text());
    }
    return request;
  }

  void on_registered(const RestOutcome& outcome) {
    if (!outcome.response) {
      return done_(wrap("could not read the registered commands", outcome.response.error()));
    }
    registered_ = outcome.response->body;
    commands_ = guild_ ? without_global_fields(std::move(commands_))
                       : keep_entry_points(std::move(commands_), registered_);
    const Result<CommandComparison> comparison = compare_commands(commands_, registered_);
    if (!comparison) return done_(comparison.error());
    if (comparison->same) return done_(Registration{false, comparison->wanted, {}});
    list_ = json::parse(commands_).as_array();
    wanted_ = list_.size();
    put_all();
  }

  void put_all() {
    RestRequest request = request_for("PUT");
    request.json = json::serialize(list_);
    rest_.send(std::move(request),
               [self = shared_from_this()](RestOutcome answer) { self->on_put(answer); });
  }

  // Discord takes a list as a whole or not at all. Its answer says which commands are at fault;
  // they are left out, and the others offered again.
  void on_put(const RestOutcome& outcome) {
    if (outcome.response) return finish();
    const bool form = outcome.status == kBadRequest && outcome.discord_code != kDailyCreates;
    if (!form) return fail(outcome);
    const std::vector<RefusedCommand> refused =
        parse_refused_commands(outcome.refusal, list_.size());
    if (refused.empty() || ++rounds_ > kMaxRounds) return begin_one_by_one();
    const bool all = refused.size() == list_.size();
    for (auto one = refused.rbegin(); one != refused.rend(); ++one) {
      leave_out(list_[one->index].as_object(), one->why);
      list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(one->index));
    }
    // What is registered stays: an empty list would delete it.
    if (all) return done_(Registration{false, 0, std::move(left_out_)});
    put_all();
  }

  // The answer names no command. Parts of the list cannot be tried: a bulk overwrite deletes what
  // it does not hold, and with it what guilds have set for it. So each command that differs is
  // sent by itself, which creates no more of them than the list would.
  void begin_one_by_one() {
    boost::system::error_code bad;
    const json::value parsed = json::parse(registered_, bad);
    json::array there;
    for (const json::value& one : !bad && parsed.is_array() ? parsed.get_array() : json::array()) {
      const json::object* command = one.if_object();
      const json::value* id = command != nullptr ? command->if_contains("id") : nullptr;
      if (id == nullptr || !id->is_string() || !command->contains("name")) continue;
      there.push_back(one);
      if (find_same_name(list_, *command) != nullptr) continue;
      RestRequest request = request_for("DELETE");
      request.route += "/{}";
      request.parameters.emplace_back(id->get_string());
      steps_.push_back({std::move(request), nullptr});
    }
    for (const json::value& one : list_) {
      const json::object* old = find_same_name(there, one.as_object());
      const json::array ours{one};
      const json::array theirs = old != nullptr ? json::array{*old} : json::array{};
      const auto same = compare_commands(json::serialize(ours), json::serialize(theirs));
      if (same && same->same) continue;
      RestRequest request = request_for("POST");
      request.json = json::serialize(one);
      steps_.push_back({std::move(request), &one.as_object()});
    }
    next_step();
  }

  void next_step() {
    if (steps_.empty()) return finish();
    Step step = std::move(steps_.front());
    steps_.pop_front();
    rest_.send(std::move(step.request),
               [self = shared_from_this(), command = step.command](RestOutcome answer) {
                 self->on_step(command, answer);
               });
  }

  // `command` is null for a deletion.
  void on_step(const json::object* command, const RestOutcome& outcome) {
    if (!outcome.response && outcome.status != kNotFound) {
      const bool refused = outcome.status == kBadRequest && outcome.discord_code != kDailyCreates;
      if (!refused || command == nullptr) return fail(outcome);
      std::string why = parse_refusal(outcome.refusal);
      leave_out(*command, why.empty() ? outcome.response.error().text : std::move(why));
    }
    next_step();
  }

  void leave_out(const json::object& command, std::string why) {
    left_out_.push_back({std::string(command.at("name").as_string()),
                         static_cast<int>(type_of(command)),
                         std::move(why)});
  }

  void finish() {
    const std::size_t kept = wanted_ - left_out_.size();
    done_(Registration{true, static_cast<std::uint32_t>(kept), std::move(left_out_)});
  }

  void fail(const RestOutcome& outcome) {
    done_(wrap("could not register the commands", outcome.response.error()));
  }

  RestPort& rest_;
  ApplicationId application_;
  std::string commands_;
  const GuildId guild_;
  const std::function<void(std::string)> warn_;
  const RegistrationDone done_;
  std::string registered_;  // What Discord has, as it said.
  json::array list_;        // What it is offered, without those that are left out.
  std::size_t wanted_ = 0;
  int rounds_ = 0;
  std::deque<Step> steps_;
  std::vector<LeftOutCommand> left_out_;
};

}  // namespace

void register_commands(RestPort& rest,
                       ApplicationId application,
                       std::string commands,
                       GuildId guild,
                       std::function<void(std::string)> warn,
                       RegistrationDone done) {
  std::make_shared<Flow>(
      rest, application, std::move(commands), guild, std::move(warn), std::move(done))
      ->ask_application();
}

}  // namespace discern::discord
