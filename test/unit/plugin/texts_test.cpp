// What plugins give as text and as file names, and what of it goes to Discord.

#include <gtest/gtest.h>

#include "discern/plugin/text.hpp"
#include "plugin/boundary.hpp"
#include "plugin/file_names.hpp"
#include "plugin/rest_request.hpp"

namespace discern::plugin {
namespace {

TEST(Cut, EndsAtACharacter) {
  EXPECT_EQ(discern::cut("äöü", 2), "äö");
  EXPECT_EQ(cut("a€😀b", 3), "a€😀");
  EXPECT_EQ(cut("short", 80), "short");
  EXPECT_EQ(cut("", 80), "");
  EXPECT_EQ(cut("x", 0), "");
  EXPECT_EQ(count_characters("a€😀b"), 4u);
}

TEST(Cut, RepairsWhatIsNoUtf8) {
  EXPECT_EQ(cut("a\xC3", 80), "a\xEF\xBF\xBD");
  EXPECT_EQ(cut("\xED\xA0\x80z", 80), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(cut("\xC0\xAF", 1), "\xEF\xBF\xBD");
}

TEST(TextOf, RepairsWhatIsNoUtf8) {
  EXPECT_EQ(text_of(lend("a\xC3")), "a\xEF\xBF\xBD");
  EXPECT_EQ(text_of(lend("äöü")), "äöü");
  EXPECT_EQ(text_of({nullptr, 0}), "");
}

TEST(FileName, IsCleanedAsDiscordDoesIt) {
  for (const auto& [given, expected] : std::vector<std::pair<std::string, std::string>>{
           {"plain-1_2.tar.gz", "plain-1_2.tar.gz"},
           {"SPOILER_a.png", "SPOILER_a.png"},
           {".env", ".env"},
           {"a\"b.txt", "ab.txt"},
           {"image (1).png", "image_1.png"},
           {"über allés.PNG", "uber_alles.PNG"},
           {"Straße.pdf", "Strasse.pdf"},
           {"u\xCC\x88.txt", "u.txt"},
           {"日本.png", "file.png"},
           {"日本", "file"},
           {"😀.gif", "file.gif"},
           {"../../etc/passwd", "etc_passwd"},
           {"a\r\nX-Evil: 1\r\n\r\n.txt", "a_X-Evil_1.txt"},
           {"C:\\temp\\x.txt", "C_temp_x.txt"},
           {"", "file"},
           {".", "file"},
           {"...", "file"},
           {" ", "file"},
           {std::string("a\0b.txt", 7), "a_b.txt"},
           {"a\xFF"
            "b.txt",
            "ab.txt"},
           {std::string(300, 'x') + ".txt", std::string(96, 'x') + ".txt"},
           {std::string(300, 'x'), std::string(100, 'x')},
           {"a." + std::string(300, 'x'), "a." + std::string(98, 'x')}}) {
    EXPECT_EQ(clean_file_name(given), expected) << given;
  }
}

TEST(FileName, IsTheSameInTheMessage) {
  std::vector<discord::RestFile> files = {{"a b.png", "", "1"}, {"c.png", "", "2"}};
  std::string json =
      R"({"attachments":[{"id":"0","filename":"a b.png"},{"id":1,"filename":"other"},)"
      R"({"id":"112233445566778899"}],)"
      R"("embeds":[{"image":{"url":"attachment://a b.png"},"title":"attachment://c.png"}]})";
  clean_file_names(files, json);
  EXPECT_EQ(files[0].name, "a_b.png");
  EXPECT_EQ(json,
            R"({"attachments":[{"id":"0","filename":"a_b.png"},{"id":1,"filename":"c.png"},)"
            R"({"id":"112233445566778899"}],)"
            R"("embeds":[{"image":{"url":"attachment://a_b.png"},"title":"attachment://c.png"}]})");
}

TEST(FileName, OfAContentTypeThatWouldBeAHeaderIsRefused) {
  discern_file file = sized_struct<discern_file>();
  file.name = lend("a.txt");
  file.bytes = lend("1");
  file.content_type = lend("text/plain\r\nX-Evil: 1");
  EXPECT_FALSE(read_files(&file, 1).ok());
  file.content_type = lend("text/plain; charset=utf-8");
  EXPECT_TRUE(read_files(&file, 1).ok());
}

TEST(RestRequest, IsRepairedAndCheckedBeforeItIsSent) {
  const discern_text channel = lend("42");
  auto given = sized_struct<discern_rest_request>();
  given.method = lend("POST");
  given.route = lend("/channels/{}/messages");
  given.parameters = &channel;
  given.parameter_count = 1;
  given.json = lend("{\"content\":\"half \xC3\"}");
  std::string reason;
  for (int i = 0; i < 600; ++i) reason += "ä";
  given.reason = lend(reason);
  const auto made = read_rest_request(given, "p");
  ASSERT_TRUE(made.ok()) << made.error().text;
  EXPECT_EQ(made->json, "{\"content\":\"half \xEF\xBF\xBD\"}");
  EXPECT_EQ(made->reason, reason.substr(0, 1024)) << "512 characters of two bytes";
  const std::string large = R"({"content":")" + std::string(2001, 'x') + "\"}";
  given.json = lend(large);
  const auto refused = read_rest_request(given, "p");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("content has 2001 characters; Discord allows 2000"),
            std::string::npos);
  given.json = lend("{\"content\":");
  EXPECT_FALSE(read_rest_request(given, "p").ok());
}

}  // namespace
}  // namespace discern::plugin
