// Discord's payloads with each field missing, null and of another type: what is read is the same,
// or the payload is refused in each case.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cctype>

#include "discord/gateway/gateway_address.hpp"
#include "discord/gateway/payload.hpp"
#include "discord/rest/command_set.hpp"
#include "discord/rest/rest_error.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;

// What a reader makes of a payload, as text; empty when it refuses it.
using Reader = std::string (*)(const std::string& text);

struct Sample {
  const char* name;
  Reader read;
  const char* text;
  // Below this member of the sample; the envelope has rules of its own.
  const char* below;
};

// Keeps the payload padded while the reader points into it.
struct Read {
  explicit Read(const std::string& text) : kept(text) {
    kept.resize(text.size() + 64, '\0');
    fine = reader.read(std::string_view(kept).substr(0, text.size()), head);
  }
  std::string kept;
  PayloadReader reader;
  PayloadHead head;
  bool fine = false;
};

std::string describe(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out.append(part).append("|");
  return out;
}

std::string read_interaction(const std::string& text) {
  Read payload(text);
  InteractionHead head;
  InteractionOrigin origin;
  if (!payload.fine || !payload.reader.interaction(head, origin)) return {};
  return describe({head.id.text(),
                   head.application.text(),
                   std::to_string(static_cast<int>(head.type)),
                   head.name,
                   head.token.reveal(),
                   origin.guild.text(),
                   origin.user.text()});
}

std::string read_ready(const std::string& text) {
  Read payload(text);
  ReadyFields ready;
  if (!payload.fine || !payload.reader.ready(ready)) return {};
  std::string out = describe({ready.session_id, ready.resume_url, ready.application.text()});
  if (!ready.guilds) return out + "none";
  for (const GuildId id : *ready.guilds) out.append(id.text()).append(",");
  return out;
}

std::string read_guild(const std::string& text) {
  Read payload(text);
  GuildFields guild;
  if (!payload.fine || !payload.reader.guild(guild)) return {};
  return describe({guild.id.text(),
                   guild.members ? std::to_string(*guild.members) : "none",
                   std::string(guild.locale),
                   guild.unavailable ? "out" : "in"});
}

std::string read_message(const std::string& text) {
  Read payload(text);
  MessageFields message;
  if (!payload.fine || !payload.reader.message(message)) return {};
  return describe({message.guild.text(),
                   message.author.text(),
                   message.bot ? "bot" : "",
                   message.webhook ? "webhook" : ""});
}

std::string read_any(const std::string& text) {
  Read payload(text);
  GuildId guild;
  if (!payload.fine || !payload.reader.guild_id(guild)) return {};
  return guild.text();
}

std::string read_hello(const std::string& text) {
  Read payload(text);
  std::chrono::milliseconds interval{};
  if (!payload.fine || !payload.reader.hello(interval)) return {};
  return std::to_string(interval.count());
}

std::string read_invalid(const std::string& text) {
  Read payload(text);
  bool resumable = false;
  if (!payload.fine || !payload.reader.invalid_session(resumable)) return {};
  return resumable ? "resumable" : "gone";
}

std::string read_gateway(const std::string& text) {
  const auto address = parse_gateway_address(text);
  if (!address) return {};
  return describe({address->url,
                   std::to_string(address->shards),
                   std::to_string(address->start_limit.total),
                   std::to_string(address->start_limit.remaining),
                   std::to_string(address->start_limit.reset_after.count()),
                   std::to_string(address->start_limit.max_concurrency)});
}

std::string read_limited(const std::string& text) {
  net::HttpOutResponse response;
  response.status = 429;
  response.body = text;
  const Limited limited = parse_limited(response);
  return describe(
      {std::string(to_string(limited.scope)), std::to_string(limited.retry_after.count())});
}

std::string read_problem(const std::string& text) {
  const ApiProblem problem = parse_problem(text);
  return describe({std::to_string(problem.code), problem.message});
}

std::string read_commands(const std::string& text) {
  const auto compared = compare_commands(
      R"([{"name":"a","description":"d","options":[{"type":3,"name":"o","description":"x"}]}])",
      "[" + text + "]");
  return compared ? (compared->same ? "same" : "different") : "refused";
}

const Sample kSamples[] = {
    {"a command",
     read_interaction,
     R"({"t":"INTERACTION_CREATE","s":1,"op":0,"d":{"id":"11","application_id":"12","type":2,
       "token":"tok","version":1,"guild_id":"13","channel_id":"14","guild":{"id":"13"},
       "locale":"de","guild_locale":"de","app_permissions":"8","context":0,"entitlements":[],
       "authorizing_integration_owners":{"0":"13"},"attachment_size_limit":1,
       "member":{"user":{"id":"15","username":"u","avatar":"a"},"roles":["1"],"nick":"n"},
       "user":{"id":"15","username":"u"},"channel":{"id":"14","type":0},
       "data":{"id":"16","name":"music","type":1,"guild_id":"13","target_id":"2",
         "resolved":{"users":{"1":{"id":"1"}}},
         "options":[{"type":2,"name":"list","value":1,"options":[
           {"type":1,"name":"play","focused":true,"options":[{"type":3,"name":"x","value":"y"}]}]}]}}})",
     "d"},
    {"a button",
     read_interaction,
     R"({"t":"INTERACTION_CREATE","s":1,"op":0,"d":{"id":"11","application_id":"12","type":3,
       "token":"tok","user":{"id":"15"},"message":{"id":"1","flags":64},
       "data":{"custom_id":"a:b","component_type":3,"values":["x"],"id":1}}})",
     "d"},
    {"READY",
     read_ready,
     R"({"t":"READY","s":1,"op":0,"d":{"v":10,"user":{"id":"1","email":"x"},"session_id":"s",
       "session_type":"normal","resume_gateway_url":"wss://r","shard":[0,1],"_trace":["x"],
       "guilds":[{"id":"21","unavailable":true}],"application":{"id":"12","flags":1}}})",
     "d"},
    {"GUILD_CREATE",
     read_guild,
     R"({"t":"GUILD_CREATE","s":1,"op":0,"d":{"id":"21","name":"n","member_count":7,"large":true,
       "preferred_locale":"de","unavailable":false,"joined_at":"x","features":["A"],"icon":"i"}})",
     "d"},
    {"GUILD_DELETE",
     read_guild,
     R"({"t":"GUILD_DELETE","s":1,"op":0,"d":{"id":"21","unavailable":true}})",
     "d"},
    {"MESSAGE_CREATE",
     read_message,
     R"({"t":"MESSAGE_CREATE","s":1,"op":0,"d":{"id":"1","guild_id":"21","webhook_id":"5",
       "member":{"nick":"n"},"author":{"id":"31","bot":true,"username":"u","global_name":"g"}}})",
     "d"},
    {"any event",
     read_any,
     R"({"t":"TYPING_START","s":1,"op":0,"d":{"guild_id":"21","member":{"nick":"n"},"user_id":"1"}})",
     "d"},
    {"HELLO",
     read_hello,
     R"({"op":10,"s":1,"t":"x","d":{"heartbeat_interval":5,"_trace":[1]}})",
     ""},
    {"INVALID SESSION", read_invalid, R"({"op":9,"s":1,"t":"x","d":true})", ""},
    {"GET /gateway/bot",
     read_gateway,
     R"({"url":"wss://g","shards":3,"session_start_limit":{"total":1000,"remaining":7,
       "reset_after":5,"max_concurrency":2}})",
     ""},
    {"429", read_limited, R"({"message":"m","retry_after":1.5,"global":true,"code":5})", ""},
    {"an error",
     read_problem,
     R"({"message":"m","code":5,"errors":{"content":{"_errors":[{"code":"C","message":"x"}]}}})",
     ""},
    {"a registered command",
     read_commands,
     R"({"id":"1","type":1,"name":"a","description":"d","nsfw":false,"contexts":[0],
       "default_member_permissions":"8","name_localizations":{"de":"x"},"integration_types":[0],
       "options":[{"type":3,"name":"o","description":"x","required":true,"choices":[],
         "min_length":1,"autocomplete":true,"channel_types":[1]}]})",
     ""},
};

// Calls `visit(place)` with every member of an object that can be left out, however deep. The value
// is put back afterwards.
template <class Visit>
void each_member(json::value& at, const std::string& path, Visit&& visit) {
  if (json::array* list = at.if_array()) {
    for (json::value& element : *list) each_member(element, path + "[]", visit);
    return;
  }
  json::object* object = at.if_object();
  if (object == nullptr) return;
  std::vector<std::string> keys;
  for (const auto& field : *object) keys.emplace_back(field.key());
  for (const std::string& key : keys) {
    visit(*object, key, path + "." + key);
    each_member(object->at(key), path + "." + key, visit);
  }
}

class Nullable : public testing::TestWithParam<Sample> {};

TEST_P(Nullable, ReadsNullAndAnotherTypeLikeAbsence) {
  const Sample& sample = GetParam();
  json::value root = json::parse(sample.text);
  ASSERT_FALSE(sample.read(json::serialize(root)).empty());
  const bool inner = *sample.below != '\0';
  json::value& from = inner ? root.as_object().at(sample.below) : root;
  int members = 0;
  each_member(
      from,
      sample.name,
      [&](json::object& object, const std::string& key, const std::string& path) {
        if (path.ends_with(".op")) return;
        ++members;
        const json::value before = object.at(key);
        object.erase(key);
        const std::string without = sample.read(json::serialize(root));
        object[key] = nullptr;
        EXPECT_EQ(sample.read(json::serialize(root)), without) << path << " is null";
        // What is no string, number, list and object in turn: of another type than this one.
        const json::value others[] = {json::array{}, json::object{}, true, "not a number", -1.5};
        for (const json::value& other : others) {
          // Envelopes are Discord's promise, and an empty list or another flag is a value, too.
          if (!inner || other.kind() == before.kind()) continue;
          if (before.is_number() && other.is_double()) continue;
          if (key == "webhook_id") continue;  // Its presence tells, not its value.
          object[key] = other;
          EXPECT_EQ(sample.read(json::serialize(root)), without) << path << " is " << other;
        }
        object[key] = before;
      });
  EXPECT_GT(members, 0);
}

INSTANTIATE_TEST_SUITE_P(Samples,
                         Nullable,
                         testing::ValuesIn(kSamples),
                         [](const testing::TestParamInfo<Sample>& sample) {
                           std::string name = sample.param.name;
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

TEST(NullableCommand, AnInteractionWhoseOptionsAreNullIsAnswered) {
  const std::string read = read_interaction(
      R"({"t":"INTERACTION_CREATE","s":1,"op":0,"d":{"id":"11","application_id":"12","type":2,
        "token":"tok","guild_id":null,"member":null,"user":{"id":"15"},"message":null,
        "data":{"id":"16","name":"ping","type":1,"options":null,"resolved":null}}})");
  EXPECT_EQ(read, "11|12|2|ping|tok|0|15|");
}

}  // namespace
}  // namespace discern::discord
