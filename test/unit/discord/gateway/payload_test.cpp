#include "discord/gateway/payload.hpp"

#include <gtest/gtest.h>

#include <random>

namespace discern::discord {
namespace {

struct PayloadTest : testing::Test {
  // Keeps the text, padded, until the next read.
  bool read(std::string_view text) {
    kept.assign(text);
    kept.resize(text.size() + 64, '\0');
    return reader.read(std::string_view(kept).substr(0, text.size()), head);
  }
  std::string kept;
  PayloadHead head;
  PayloadReader reader;
};

TEST_F(PayloadTest, ReadsTheEnvelopeInAnyOrder) {
  for (const char* text : {R"({"t":"READY","s":5,"op":0,"d":{"x":1}})",
                           R"({"op":0,"t":"READY","d":{"t":"NO","s":9,"op":7},"s":5})",
                           R"({"d":{"op":3},"s":5,"op":0,"t":"READY"})",
                           R"({"new":[1,{"t":2}],"op":0,"d":{},"s":5,"t":"READY","more":null})"}) {
    ASSERT_TRUE(read(text)) << text;
    EXPECT_EQ(head.op, 0);
    EXPECT_EQ(head.sequence, 5u);
    EXPECT_EQ(head.type, "READY");
  }
}

TEST_F(PayloadTest, TellsSequenceZeroFromNone) {
  ASSERT_TRUE(read(R"({"t":"X","s":0,"op":0,"d":null})"));
  EXPECT_EQ(head.sequence, 0u);
  ASSERT_TRUE(read(R"({"t":null,"s":null,"op":11,"d":null})"));
  EXPECT_EQ(head.sequence, std::nullopt);
  EXPECT_EQ(head.type, "");
}

TEST_F(PayloadTest, RefusesWhatIsNoPayload) {
  for (const char* text : {"",
                           "null",
                           "[]",
                           "{}",
                           "{",
                           "{\"op\":\"0\"}",
                           "{\"op\":-1}",
                           "{\"op\":0,\"t\":null}",
                           "{\"op\":0,\"t\":5}",
                           "{\"op\":0,\"t\":\"A\",\"s\":\"x\"}",
                           "{\"op\":0,\"t\":\"A",
                           "\xff\xfe\x00",
                           "{\"t\":\"A\",\"s\":-3,\"op\":0}"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

TEST_F(PayloadTest, ReadsHello) {
  ASSERT_TRUE(
      read(R"({"op":10,"d":{"_trace":["x"],"heartbeat_interval":41250},"s":null,"t":null})"));
  std::chrono::milliseconds interval{};
  ASSERT_TRUE(reader.hello(interval));
  EXPECT_EQ(interval.count(), 41250);
  ASSERT_TRUE(read(R"({"op":10,"d":{}})"));
  EXPECT_FALSE(reader.hello(interval));
  ASSERT_TRUE(read(R"({"op":10,"d":null})"));
  EXPECT_FALSE(reader.hello(interval));
  ASSERT_TRUE(read(R"({"op":10})"));
  EXPECT_FALSE(reader.hello(interval));
}

TEST_F(PayloadTest, ReadsWhetherASessionIsResumable) {
  bool resumable = false;
  ASSERT_TRUE(read(R"({"op":9,"d":true})"));
  EXPECT_TRUE(reader.invalid_session(resumable) && resumable);
  ASSERT_TRUE(read(R"({"op":9,"d":false})"));
  EXPECT_TRUE(reader.invalid_session(resumable) && !resumable);
  ASSERT_TRUE(read(R"({"op":9,"d":null})"));
  EXPECT_TRUE(reader.invalid_session(resumable) && !resumable);
}

TEST_F(PayloadTest, ReadsReady) {
  ASSERT_TRUE(read(R"({"t":"READY","s":1,"op":0,"d":{"v":10,"user":{"id":"5"},
    "guilds":[{"unavailable":true,"id":"11"},{"id":12}],"application":{"flags":1,"id":"99"},
    "resume_gateway_url":"wss:\/\/r.example","shard":[0,1],"session_id":"abc"}})"));
  ReadyFields ready;
  ASSERT_TRUE(reader.ready(ready));
  EXPECT_EQ(ready.session_id, "abc");
  EXPECT_EQ(ready.resume_url, "wss://r.example");
  EXPECT_EQ(ready.application, ApplicationId{99});
  ASSERT_TRUE(ready.guilds);
  EXPECT_EQ(*ready.guilds, (std::vector<GuildId>{{11}, {12}}));
}

TEST_F(PayloadTest, RefusesReadyWithoutASession) {
  ReadyFields ready;
  ASSERT_TRUE(read(R"({"t":"READY","s":1,"op":0,"d":{"guilds":[]}})"));
  EXPECT_FALSE(reader.ready(ready));
  ASSERT_TRUE(read(R"({"t":"READY","s":1,"op":0,"d":{"session_id":"a","guilds":5}})"));
  EXPECT_TRUE(reader.ready(ready));
  EXPECT_FALSE(ready.guilds) << "nothing is said about guilds, and none has left";
}

TEST_F(PayloadTest, ReadsGuilds) {
  GuildFields guild;
  ASSERT_TRUE(
      read(R"({"t":"GUILD_CREATE","s":2,"op":0,"d":{"members":[{"id":"1","user":{"id":"2"}}],
    "member_count":250,"name":"x","preferred_locale":"pt-BR","id":"613425648685547541"}})"));
  ASSERT_TRUE(reader.guild(guild));
  EXPECT_EQ(guild.id, GuildId{613425648685547541ull});
  EXPECT_EQ(guild.members, 250u);
  EXPECT_EQ(guild.locale, "pt-BR");
  EXPECT_FALSE(guild.unavailable);

  ASSERT_TRUE(read(R"({"t":"GUILD_DELETE","s":2,"op":0,"d":{"id":"7","unavailable":true}})"));
  ASSERT_TRUE(reader.guild(guild));
  EXPECT_TRUE(guild.unavailable);
  EXPECT_EQ(guild.members, std::nullopt);

  ASSERT_TRUE(read(R"({"t":"GUILD_DELETE","s":2,"op":0,"d":{"unavailable":true}})"));
  EXPECT_FALSE(reader.guild(guild));
}

TEST_F(PayloadTest, TellsWhoWroteAMessage) {
  MessageFields message;
  ASSERT_TRUE(read(R"({"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"author":{"id":"1","bot":true},
    "content":"{\"author\":{\"bot\":false}}","guild_id":"44"}})"));
  ASSERT_TRUE(reader.message(message));
  EXPECT_TRUE(message.bot);
  EXPECT_FALSE(message.webhook);
  EXPECT_EQ(message.guild, GuildId{44});
  EXPECT_EQ(message.author, UserId{1});

  ASSERT_TRUE(
      read(R"({"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"webhook_id":"9","author":{"id":"9"}}})"));
  ASSERT_TRUE(reader.message(message));
  EXPECT_TRUE(message.webhook);
  EXPECT_FALSE(message.guild);

  ASSERT_TRUE(read(R"({"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"author":{"username":"x"}}})"));
  ASSERT_TRUE(reader.message(message));
  EXPECT_FALSE(message.author);
}

TEST_F(PayloadTest, NamesACommandByItsPath) {
  const auto name_of = [&](const char* data) {
    const std::string text =
        std::string(R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"token":"tok","data":)") + data +
        R"(,"type":2,"guild_id":"8","application_id":"3","id":"2"}})";
    EXPECT_TRUE(read(text));
    InteractionHead interaction;
    InteractionOrigin origin;
    EXPECT_TRUE(reader.interaction(interaction, origin));
    EXPECT_EQ(origin.guild, GuildId{8});
    EXPECT_EQ(interaction.token.reveal(), "tok");
    EXPECT_EQ(interaction.id, InteractionId{2});
    EXPECT_EQ(interaction.application, ApplicationId{3});
    return interaction.name;
  };
  EXPECT_EQ(name_of(R"({"id":"1","name":"ping","type":1})"), "ping");
  EXPECT_EQ(name_of(R"({"name":"roll","options":[{"type":4,"name":"sides","value":6}]})"), "roll");
  EXPECT_EQ(name_of(R"({"options":[{"options":[{"type":3,"name":"song","value":"a"}],"name":"play",
                       "type":1}],"name":"music"})"),
            "music play");
  EXPECT_EQ(name_of(R"({"name":"admin","options":[{"name":"role","type":2,"options":
                       [{"type":1,"name":"add","options":[]}]}]})"),
            "admin role add");
  EXPECT_EQ(name_of(R"({"name":"Report it","type":2,"target_id":"7"})"), "Report it (user)");
  EXPECT_EQ(name_of(R"({"target_id":"7","type":3,"name":"Report it"})"), "Report it (message)");
}

TEST_F(PayloadTest, NamesAComponentByItsCustomId) {
  ASSERT_TRUE(read(R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"id":"2","type":3,"token":"t",
    "user":{"id":"1"},"data":{"component_type":2,"custom_id":"answer:\u0041"}}})"));
  InteractionHead interaction;
  InteractionOrigin origin;
  ASSERT_TRUE(reader.interaction(interaction, origin));
  EXPECT_EQ(interaction.type, InteractionType::Component);
  EXPECT_EQ(interaction.name, "answer:A");
  EXPECT_FALSE(origin.guild);
}

TEST_F(PayloadTest, TellsWhoseAnInteractionIs) {
  const auto user_of = [&](const std::string& who) {
    EXPECT_TRUE(read(R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"id":"2","type":2,)" + who +
                     R"("data":{"name":"ping"},"token":"tok","guild_id":"8"}})"));
    InteractionHead interaction;
    InteractionOrigin origin;
    EXPECT_TRUE(reader.interaction(interaction, origin)) << who;
    // What follows the person is read all the same.
    EXPECT_EQ(interaction.token.reveal(), "tok");
    EXPECT_EQ(origin.guild, GuildId{8});
    return origin.user.value;
  };
  // In a guild the person is inside the member, in direct messages beside it.
  EXPECT_EQ(user_of(R"("member":{"roles":["1"],"user":{"name":"x","id":"613425648685547541",)"
                    R"("avatar":null},"permissions":"8"},)"),
            613425648685547541u);
  EXPECT_EQ(user_of(R"("user":{"id":"77","username":"a"},)"), 77u);
  // Ids of other things are no people.
  EXPECT_EQ(user_of(R"("member":{"id":"5","roles":[]},"channel":{"id":"6"},)"), 0u);
  EXPECT_EQ(user_of(R"("member":{"user":{"username":"a"}},)"), 0u);
  EXPECT_EQ(user_of(R"("member":{"user":null},"user":null,)"), 0u);
  EXPECT_EQ(user_of(R"("member":3,"user":"x",)"), 0u);
}

TEST_F(PayloadTest, RefusesAnInteractionThatCannotBeAnswered) {
  InteractionHead interaction;
  InteractionOrigin origin;
  ASSERT_TRUE(read(R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"id":"2","type":2}})"));
  EXPECT_FALSE(reader.interaction(interaction, origin));
  ASSERT_TRUE(
      read(R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"id":"2","type":"x","token":"t"}})"));
  EXPECT_FALSE(reader.interaction(interaction, origin));
}

TEST_F(PayloadTest, FindsTheGuildOfAnyEvent) {
  GuildId guild;
  ASSERT_TRUE(read(R"({"t":"TYPING_START","s":4,"op":0,"d":{"user_id":"1","guild_id":"5"}})"));
  EXPECT_TRUE(reader.guild_id(guild));
  EXPECT_EQ(guild, GuildId{5});
  ASSERT_TRUE(read(R"({"t":"TYPING_START","s":4,"op":0,"d":{"member":{"guild_id":"5"}}})"));
  EXPECT_TRUE(reader.guild_id(guild));
  EXPECT_FALSE(guild);
}

// Cut and garbled payloads are refused or read, but never more than that.
TEST_F(PayloadTest, SurvivesGarbledPayloads) {
  const std::string sample =
      R"({"t":"INTERACTION_CREATE","s":4,"op":0,"d":{"id":"2","type":2,"token":"t","guild_id":"3",)"
      R"("data":{"name":"a","options":[{"type":2,"name":"g","options":[{"type":1,"name":"s"}]}]},)"
      R"("member":{"user":{"id":"4"}},"guilds":[{"id":"1"}],"author":{"bot":true},"member_count":3,"heartbeat_interval":9}})";
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text = sample.substr(0, random() % (sample.size() + 1));
    for (unsigned n = random() % 4; n > 0 && !text.empty(); --n) {
      text[random() % text.size()] = "{}[]\",:0\\\x01\xff\0nt"[random() % 14];
    }
    if (!read(text)) continue;
    InteractionHead interaction;
    InteractionOrigin origin;
    GuildId guild;
    ReadyFields ready;
    GuildFields fields;
    MessageFields message;
    std::chrono::milliseconds interval{};
    bool resumable = false;
    (void)reader.interaction(interaction, origin);
    (void)reader.ready(ready);
    (void)reader.guild(fields);
    (void)reader.message(message);
    (void)reader.hello(interval);
    (void)reader.invalid_session(resumable);
    (void)reader.guild_id(guild);
  }
}

TEST_F(PayloadTest, ReadsAHugePayloadAndThenASmallOne) {
  std::string huge = R"({"t":"GUILD_CREATE","s":2,"op":0,"d":{"id":"9","pad":")";
  huge.append(6'000'000, 'x');
  huge.append(R"(","member_count":3}})");
  GuildFields guild;
  ASSERT_TRUE(read(huge));
  ASSERT_TRUE(reader.guild(guild));
  EXPECT_EQ(guild.members, 3u);
  ASSERT_TRUE(read(R"({"t":"GUILD_DELETE","s":3,"op":0,"d":{"id":"9"}})"));
  EXPECT_TRUE(reader.guild(guild));
}

}  // namespace
}  // namespace discern::discord
