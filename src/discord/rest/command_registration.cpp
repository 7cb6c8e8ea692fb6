#include "discord/rest/command_registration.hpp"

#include <boost/json/parse.hpp>
#include <charconv>

#include "discord/rest/command_set.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;

constexpr std::string_view kEndpointIsSet =
    "the application has an Interactions Endpoint URL, so Discord sends interactions there and "
    "none of them here: slash commands will not work. Clear it in the developer portal (General "
    "Information > Interactions Endpoint URL)";

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
      return done_(wrap("could not read the registered slash commands", outcome.response.error()));
    }
    if (!guild_) commands_ = keep_entry_points(std::move(commands_), outcome.response->body);
    const Result<CommandComparison> comparison =
        compare_commands(commands_, outcome.response->body);
    if (!comparison) return done_(comparison.error());
    const std::uint32_t wanted = comparison->wanted;
    if (comparison->same) return done_(Registration{false, wanted});
    RestRequest request = request_for("PUT");
    request.json = std::move(commands_);
    rest_.send(std::move(request), [self = shared_from_this(), wanted](RestOutcome answer) {
      if (!answer.response) {
        return self->done_(wrap("could not register slash commands", answer.response.error()));
      }
      self->done_(Registration{true, wanted});
    });
  }

  RestPort& rest_;
  ApplicationId application_;
  std::string commands_;
  const GuildId guild_;
  const std::function<void(std::string)> warn_;
  const RegistrationDone done_;
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
