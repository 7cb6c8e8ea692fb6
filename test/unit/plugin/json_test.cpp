// What authors read and write JSON with.

#include "discern/plugin/json.hpp"
#include "discern/plugin/form.hpp"

#include <gtest/gtest.h>

#include "discern/plugin/http.hpp"
#include "discern/plugin/json_text.hpp"
#include "discern/plugin/message.hpp"
#include "discern/plugin/metric_cells.hpp"
#include "metrics/buckets.hpp"

namespace discern::plugin {
namespace {

constexpr std::string_view kText =
    R"({"op":0, "t":"X","d":{"id":"123456789012345678","n":-4.5,"ok":true,"no":null,)"
    R"("list":[1,{"a":"b"},"x,]"],"quote":"a\"b\\c\u00e9\ud83d\ude00\n","k\"ey":1,"big":7}})";

TEST(Json, FollowsPaths) {
  const Json json(kText);
  EXPECT_EQ(json.find("d.id").id(), 123456789012345678u);
  EXPECT_EQ(json.find("d.big").id(), 7u);
  EXPECT_EQ(json.find("d.n").number(), -4.5);
  EXPECT_EQ(json.find("d.n").integer(), -4);
  EXPECT_TRUE(json.find("d.ok").boolean());
  EXPECT_TRUE(json.find("d.no").is_null());
  EXPECT_EQ(json.find("d.list.1.a").string(), "b");
  EXPECT_EQ(json.find("d.list.2").string(), "x,]");
  EXPECT_EQ(json.find("d.list").size(), 3u);
  EXPECT_EQ(json["t"].string(), "X");
}

TEST(Json, UnescapesStringsAndKeys) {
  EXPECT_EQ(Json(kText).find("d.quote").string(), "a\"b\\c\u00e9\U0001F600\n");
  EXPECT_EQ(Json(kText)["d"]["k\"ey"].integer(), 1);
  EXPECT_EQ(Json(R"("\ud83d")").string(), "\uFFFD");
}

TEST(Json, AnswersWhatIsAbsentWithTheFallback) {
  const Json json(kText);
  EXPECT_FALSE(json.find("d.nothing.at.all").exists());
  EXPECT_EQ(json.find("d.nothing").string("x"), "x");
  EXPECT_EQ(json.find("d.list.9").integer(5), 5);
  EXPECT_EQ(json.find("d.id").integer(5), 5);
  EXPECT_EQ(json.find("d.no").boolean(true), true);
  EXPECT_EQ(Json().string("none"), "none");
}

TEST(Json, VisitsElementsAndMembers) {
  std::string seen;
  Json(R"([1, 2 ,3])").each_element([&](Json item) { seen += std::to_string(item.integer()); });
  Json(R"({"a":1,"b":[2]})").each_member([&](const std::string& key, Json item) {
    seen += key + std::string(item.raw());
  });
  EXPECT_EQ(seen, "123a1b[2]");
}

TEST(Json, NeverReadsBeyondATextThatIsCutAnywhere) {
  for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
    // A copy of exactly that size, so that a sanitizer sees a step too far.
    const std::vector<char> bytes(kText.begin(), kText.begin() + static_cast<std::ptrdiff_t>(cut));
    const Json json(std::string_view(bytes.data(), bytes.size()));
    (void)json.find("d.quote").string();
    (void)json.find("d.list.2").string();
    (void)json.size();
  }
  for (const char* text :
       {"{", "[", "\"", "\"\\", "{\"a\"", "{\"a\":", "[[[[", "}", "{\"a\":}", "\"\\u12", "{]}"}) {
    (void)Json(text).find("a.0").string();
    (void)Json(text).string();
    (void)Json(text).size();
  }
}

TEST(JsonText, WritesWhatItIsGiven) {
  EXPECT_EQ(JsonObject()
                .add("a", "b\"\n")
                .add("n", 5)
                .add("x", 0.5)
                .add("t", true)
                .add("l", JsonArray().add(1).add("z"))
                .text(),
            R"({"a":"b\"\u000a","n":5,"x":0.5,"t":true,"l":[1,"z"]})");
  EXPECT_EQ(JsonObject().text(), "{}");
  EXPECT_EQ(JsonObject().add_id("id", 7).text(), R"({"id":"7"})");
}

TEST(Message, PutsThePluginBeforeItsCustomIds) {
  Message message("hi");
  message.rows = {{{"A", "answer:1"}}};
  message.ephemeral = true;
  const std::string json = detail::to_json(message, "trivia");
  EXPECT_EQ(Json(json).find("components.0.components.0.custom_id").string(), "trivia:answer:1");
  EXPECT_EQ(Json(json).find("flags").integer(), 64);
  EXPECT_EQ(Json(json).find("allowed_mentions.parse").size(), 0u);
  EXPECT_EQ(Json(json)["content"].string(), "hi");
}

TEST(Message, KeepsItsFlagsAndNamesWhomItCalls) {
  Message message("hi");
  message.silent = true;
  message.mention_users = {5};
  message.reply_to = 9;
  message.selects = {{.custom_id = "color", .options = {{"Red", "r"}}}};
  Button link{.label = "Site"};
  link.url = "https://example.org";
  message.rows = {{link}};
  const std::string json = detail::to_json(message, "trivia");
  EXPECT_EQ(Json(json).find("flags").integer(), 4096);
  EXPECT_EQ(Json(json).find("allowed_mentions.users.0").string(), "5");
  EXPECT_EQ(Json(json).find("message_reference.message_id").string(), "9");
  EXPECT_EQ(Json(json).find("components.0.components.0.style").integer(), 5);
  EXPECT_FALSE(Json(json).find("components.0.components.0.custom_id"));
  EXPECT_EQ(Json(json).find("components.1.components.0.custom_id").string(), "trivia:color");
  EXPECT_EQ(Json(json).find("components.1.components.0.options.0.value").string(), "r");
}

TEST(Form, LeadsBackToItsPlugin) {
  const std::string json =
      Form("report", "Report").add(Field("why", "Why?").long_text().optional()).json("trivia");
  EXPECT_EQ(Json(json)["custom_id"].string(), "trivia:report");
  EXPECT_EQ(Json(json).find("components.0.type").integer(), 18);
  EXPECT_EQ(Json(json).find("components.0.component.custom_id").string(), "why");
  EXPECT_EQ(Json(json).find("components.0.component.style").integer(), 2);
  EXPECT_FALSE(Json(json).find("components.0.component.required").boolean(true));
}

TEST(EscapeHtml, LeavesNothingThatHtmlReads) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(MetricCells, PlaceValuesAsTheHostDoes) {
  for (const double value : {0.0,
                             -1.0,
                             1e-12,
                             1.0,
                             1.0905077326652577,
                             2.0,
                             3.7,
                             0.001,
                             1e9,
                             1e30,
                             std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
    cells::Position mine{};
    metrics::BucketPosition theirs{};
    const bool found = cells::find_position(value, mine);
    ASSERT_EQ(found, metrics::find_bucket(value, theirs)) << value;
    if (!found) continue;
    EXPECT_EQ(mine.octave, theirs.octave) << value;
    EXPECT_EQ(mine.step, theirs.step) << value;
  }
}

}  // namespace
}  // namespace discern::plugin
