#include "discord/rest/command_registration.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

namespace discern::discord {
namespace {

namespace json = boost::json;

// Discord's routes of commands, and a rule of which this program knows nothing.
class FakeDiscord : public RestPort {
 public:
  void send(RestRequest request, RestDone done) override {
    ++asked[request.method];
    if (request.route == "/applications/@me") return done(answer("{\"id\":\"9\"}"));
    if (request.method == "GET") return done(answer(list()));
    if (request.method == "DELETE") {
      registered.erase(request.parameters.back());
      return done(answer("", 204));
    }
    const json::value body = json::parse(request.json);
    if (request.method == "POST") return done(post(body.as_object()));
    done(put(body.as_array()));
  }

  std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& [name, command] : registered) out.insert(name);
    return out;
  }

  std::map<std::string, json::object> registered;  // The name is the id, too.
  std::map<std::string, int> asked;
  std::set<std::string> refuses;
  bool names_them = true;
  std::size_t most_named = 100;  // In one answer.
  int code = 50035;

 private:
  static RestOutcome answer(std::string body, int status = 200) {
    return {RestResponse{status, std::move(body)}, 0, status};
  }
  RestOutcome refuse(const json::object& errors) const {
    const json::object body{{"code", code}, {"message", "Invalid Form Body"}, {"errors", errors}};
    return {Error(Errc::Refused, "400 Invalid Form Body"), code, 400, json::serialize(body)};
  }
  static json::object error() {
    return {{"_errors", json::array{json::object{{"code", "X"}, {"message", "Not today."}}}}};
  }
  std::string list() const {
    json::array out;
    for (const auto& [name, command] : registered) out.push_back(command);
    return json::serialize(out);
  }
  static std::string name_of(const json::value& command) {
    return std::string(command.as_object().at("name").as_string());
  }
  void take(const json::object& command) {
    json::object full = command;
    full["id"] = command.at("name");
    registered[name_of(command)] = full;
  }
  RestOutcome post(const json::object& command) {
    if (refuses.contains(name_of(command))) return refuse({{"name", error()}});
    take(command);
    return answer("{}", 201);
  }
  RestOutcome put(const json::array& commands) {
    json::object errors;
    for (std::size_t i = 0; i < commands.size() && errors.size() < most_named; ++i) {
      if (refuses.contains(name_of(commands[i]))) errors[std::to_string(i)] = error();
    }
    if (!errors.empty()) return refuse(names_them ? errors : error());
    registered.clear();
    for (const json::value& one : commands) take(one.as_object());
    return answer("[]");
  }
};

std::string commands(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& name : names) {
    out.push_back(json::object{{"type", 1}, {"name", name}, {"description", "Does"}});
  }
  return json::serialize(out);
}

class CommandRegistration : public ::testing::Test {
 protected:
  Result<Registration> offer(const std::vector<std::string>& names) {
    Result<Registration> out = Error(Errc::Timeout, "never done");
    register_commands(
        discord_,
        ApplicationId{9},
        commands(names),
        GuildId{},
        [](std::string) {},
        [&](Result<Registration> done) { out = std::move(done); });
    return out;
  }
  using Names = std::set<std::string>;

  FakeDiscord discord_;
};

TEST_F(CommandRegistration, LeavesOutWhatDiscordNames) {
  discord_.refuses = {"bad", "worse"};
  const auto done = offer({"a", "bad", "c", "worse"});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(discord_.names(), (Names{"a", "c"}));
  EXPECT_EQ(done->commands, 2u);
  ASSERT_EQ(done->left_out.size(), 2u);
  EXPECT_EQ(done->left_out[0].why, "Not today.");
  EXPECT_EQ(discord_.asked["PUT"], 2);
  EXPECT_EQ(discord_.asked["POST"], 0);
}

TEST_F(CommandRegistration, GoesOnWhenDiscordNamesOneAfterTheOther) {
  std::vector<std::string> names = {"good"};
  for (int i = 0; i < 30; ++i) {
    names.push_back("bad" + std::to_string(i));
    discord_.refuses.insert(names.back());
  }
  discord_.most_named = 1;
  const auto done = offer(names);
  ASSERT_TRUE(done);
  EXPECT_EQ(discord_.names(), Names{"good"});
  EXPECT_EQ(done->left_out.size(), 30u);
  EXPECT_EQ(discord_.asked["PUT"], 9) << "eight rounds, then each by itself";
}

TEST_F(CommandRegistration, FindsTheOneThatDiscordDoesNotName) {
  discord_.registered["old"] = {{"id", "old"}, {"name", "old"}, {"description", "Gone"}};
  discord_.registered["same"] = {{"id", "same"}, {"name", "same"}, {"description", "Does"}};
  discord_.refuses = {"bad"};
  discord_.names_them = false;
  const auto done = offer({"a", "bad", "c", "same"});
  ASSERT_TRUE(done);
  EXPECT_EQ(discord_.names(), (Names{"a", "c", "same"}));
  ASSERT_EQ(done->left_out.size(), 1u);
  EXPECT_EQ(done->left_out[0].name, "bad");
  EXPECT_EQ(done->left_out[0].why, "name: Not today.");
  EXPECT_EQ(discord_.asked["PUT"], 1) << "never a part of the list: it would delete the rest";
  EXPECT_EQ(discord_.asked["POST"], 3) << "what is there already is not sent";
  EXPECT_EQ(discord_.asked["DELETE"], 1);
}

TEST_F(CommandRegistration, KeepsWhatIsThereWhenAllAreRefused) {
  discord_.registered["bad"] = {{"id", "bad"}, {"name", "bad"}, {"description", "Earlier"}};
  discord_.refuses = {"bad"};
  const auto done = offer({"bad"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->left_out.size(), 1u);
  EXPECT_EQ(discord_.names(), Names{"bad"});
}

TEST_F(CommandRegistration, ComesBackLaterWhenTheDaysNewCommandsAreUsedUp) {
  discord_.refuses = {"bad"};
  discord_.code = 30034;
  EXPECT_FALSE(offer({"a", "bad"}));
  EXPECT_EQ(discord_.asked["POST"], 0);
}

TEST_F(CommandRegistration, SendsNothingForWhatIsThere) {
  ASSERT_TRUE(offer({"a", "b"})->changed);
  EXPECT_FALSE(offer({"b", "a"})->changed);
  EXPECT_EQ(discord_.asked["PUT"], 1);
}

}  // namespace
}  // namespace discern::discord
