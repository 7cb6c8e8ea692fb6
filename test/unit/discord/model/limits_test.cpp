#include "discord/model/limits.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "discern/plugin/limits.hpp"

namespace discern::discord {
namespace {

namespace json = boost::json;
using limits::Limit;

const json::object& description() {
  static const json::value parsed = [] {
    // Discord's published description of its API, trimmed; the licence is beside it.
    std::ifstream in("test/foreign/discord-openapi.json");
    return json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  }();
  return parsed.as_object();
}

const json::value* find(const json::value* node, std::string_view key) {
  return node != nullptr && node->is_object() ? node->get_object().if_contains(key) : nullptr;
}

// "RichEmbed.title", "….name_localizations.*", or a route and a field of its body.
const json::value* find_field(std::string_view place) {
  const std::size_t dot = place.find('.');
  const std::string_view name = place.substr(0, dot);
  const json::value* node = nullptr;
  if (name.starts_with('/')) {
    for (const char* method : {"post", "patch"}) {
      const json::value* route = find(&description().at("paths"), name);
      const json::value* body = find(find(route, method), "request");
      if (node == nullptr) node = body;
    }
  } else {
    node = find(&description().at("components").at("schemas"), name);
  }
  for (std::size_t at = dot; at != std::string_view::npos && node != nullptr;) {
    const std::size_t next = place.find('.', at + 1);
    const std::string_view key = place.substr(at + 1, next - at - 1);
    node = key == "*" ? find(node, "additionalProperties") : find(find(node, "properties"), key);
    at = next;
  }
  return node;
}

std::optional<std::int64_t> number(const json::value* field, std::string_view key) {
  const json::value* value = find(field, key);
  if (value != nullptr) return value->to_number<std::int64_t>();
  // Either a number or a text, such as a nonce.
  const json::value* either = find(field, "oneOf");
  if (either == nullptr) return std::nullopt;
  for (const json::value& one : either->get_array()) {
    if (const json::value* found = find(&one, key)) return found->to_number<std::int64_t>();
  }
  return std::nullopt;
}

TEST(Limits, AreThoseOfDiscordsDescription) {
  std::size_t compared = 0;
  for (const auto& [name, limit] : limits::kTable) {
    std::istringstream places{std::string(limit->schema)};
    for (std::string place; places >> place;) {
      SCOPED_TRACE(std::string(name) + " " + place);
      const json::value* field = find_field(place);
      ASSERT_NE(field, nullptr) << "Discord's description has no such field";
      const bool text = limit->of == Limit::Of::Characters;
      const bool items = limit->of == Limit::Of::Items;
      const auto least = number(field, text ? "minLength" : items ? "minItems" : "minimum");
      const auto most = number(field, text ? "maxLength" : items ? "maxItems" : "maximum");
      EXPECT_EQ(most, limit->most);
      // A description leaves the least out where a required text may not be empty.
      EXPECT_EQ(least.value_or(limit->least), limit->least);
      ++compared;
    }
  }
  EXPECT_GT(compared, 90u);
}

TEST(Limits, EachSaysWhereItIsDocumented) {
  for (const auto& [name, limit] : limits::kTable) {
    EXPECT_LE(limit->least, limit->most) << name;
    const bool stated = !limit->docs.empty() || name == "kDisplayedTotal";
    EXPECT_TRUE(stated) << name;
  }
}

TEST(Limits, KnowTheLanguagesOfDiscord) {
  const json::value* known =
      find(&description().at("components").at("schemas"), "AvailableLocalesEnum");
  std::vector<std::string> theirs;
  for (const json::value& one : find(known, "oneOf")->get_array()) {
    theirs.emplace_back(one.at("const").as_string());
  }
  EXPECT_EQ(theirs,
            std::vector<std::string>(std::begin(limits::kLocales), std::end(limits::kLocales)));
}

std::string repeated(std::size_t times, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string said(const std::optional<LimitError>& error) {
  return error ? error->sentence : std::string();
}

std::string of_message(const std::string& json) {
  return said(check_message(json));
}

TEST(Limits, CountCharactersAsDiscordDoes) {
  const auto content = [](const std::string& text) {
    return of_message(R"({"content":")" + text + R"("})");
  };
  EXPECT_EQ(content(std::string(2000, 'x')), "");
  EXPECT_EQ(content(std::string(2001, 'x')), "content has 2001 characters; Discord allows 2000");
  EXPECT_EQ(content(repeated(2000, "🎉")), "") << "neither bytes nor UTF-16 units";
  EXPECT_EQ(content(repeated(1999, "ü") + R"(\ud83c\udf89)"), "") << "escapes are one character";
  EXPECT_NE(content(repeated(2001, "ü")), "");
}

TEST(Limits, NameThePlaceInAMessage) {
  EXPECT_EQ(of_message(R"({"embeds":[{"title":")" + std::string(300, 'x') + R"("}]})"),
            "embeds[0].title has 300 characters; Discord allows 256");
  EXPECT_EQ(of_message(R"({"embeds":[{"title":"a","fields":[{"name":"b"}]}]})"),
            "embeds[0].fields[0].value is missing");
  const std::string half = R"({"description":")" + std::string(3001, 'x') + R"("})";
  EXPECT_EQ(of_message(R"({"embeds":[)" + half + "," + half + "]}"),
            "embeds have 6002 characters together; Discord allows 6000");
  EXPECT_EQ(of_message(R"({"embeds":[{"title":"   )" + std::string(256, 'x') + R"( "}]})"), "")
      << "space around it does not count";
  EXPECT_NE(of_message(R"({"embeds":[{"image":{"url":"ftp://x"}}]})"), "");
  EXPECT_EQ(of_message(R"({"embeds":[{"image":{"url":"attachment://a.png"}}]})"), "");
  EXPECT_NE(of_message("{}"), "");
  EXPECT_EQ(said(check_message("{}", {true, 0})), "") << "an edit that changes nothing";
  EXPECT_EQ(said(check_message("{}", {false, 1})), "") << "a file alone";
  EXPECT_NE(of_message(R"({"poll":{"question":{"text":"?"},"answers":[]}})"), "");
}

TEST(Limits, KnowWhichComponentsGoTogether) {
  const auto row = [](const std::string& inside) {
    return R"({"type":1,"components":[)" + inside + "]}";
  };
  const auto button = [](const std::string& id) {
    return R"({"type":2,"style":1,"label":"a","custom_id":")" + id + R"("})";
  };
  const auto message = [](const std::string& list, const std::string& more = "") {
    return of_message(R"({"components":[)" + list + "]" + more + "}");
  };
  EXPECT_EQ(message(row(button("a") + "," + button("b"))), "");
  EXPECT_EQ(message(row(button("a") + "," + button("a"))),
            "components[0].components[1].custom_id is \"a\" a second time; give each component its "
            "own custom_id");
  EXPECT_NE(message(row(button(std::string(101, 'a')))), "");
  EXPECT_NE(message(row(button(""))), "");
  EXPECT_NE(message(row("")), "");
  EXPECT_NE(message(row(R"({"type":3,"custom_id":"s","options":[]})")), "");
  EXPECT_NE(message(row(R"({"type":3,"custom_id":"s"})")), "");
  const std::string select = R"({"type":5,"custom_id":"s"})";
  EXPECT_EQ(message(row(select)), "");
  EXPECT_NE(message(row(select + "," + button("a"))), "");
  std::string rows;
  for (int i = 0; i < 6; ++i) rows += (i == 0 ? "" : ",") + row(button(std::to_string(i)));
  EXPECT_EQ(message(rows), "components has 6 action rows; Discord allows 5");
  const std::string text = R"({"type":10,"content":"hello"})";
  EXPECT_NE(message(text), "") << "without the flag";
  EXPECT_EQ(message(text, R"(,"flags":32768)"), "");
  EXPECT_NE(message(text, R"(,"flags":32768,"content":"x")"), "");
  EXPECT_EQ(message(R"({"type":17,"components":[)" + repeated(39, text + ",") + text + "]}",
                    R"(,"flags":32768)"),
            "components has 41 components; Discord allows 40");
}

TEST(Limits, KnowModalsAndChoices) {
  const auto field = [](int i) {
    return R"({"type":18,"label":"l","component":{"type":4,"style":1,"custom_id":"f)" +
           std::to_string(i) + R"("}})";
  };
  const auto modal = [&](int fields, std::size_t title) {
    std::string list;
    for (int i = 0; i < fields; ++i) list += (i == 0 ? "" : ",") + field(i);
    return said(check_modal(R"({"custom_id":"m","title":")" + std::string(title, 't') +
                            R"(","components":[)" + list + "]}"));
  };
  EXPECT_EQ(modal(5, 45), "");
  EXPECT_EQ(modal(6, 45), "components has 6 components; Discord allows 1 to 5");
  EXPECT_EQ(modal(0, 45), "components is empty; Discord allows 1 to 5 components");
  EXPECT_EQ(modal(1, 46), "title has 46 characters; Discord allows 1 to 45");
  EXPECT_EQ(said(check_autocomplete_choices(R"({"choices":[]})")), "");
  EXPECT_EQ(said(check_autocomplete_choices(R"({"choices":[)" +
                                            repeated(25, R"({"name":"a","value":"b"},)") +
                                            R"({"name":"a","value":"b"}]})")),
            "choices has 26 choices; Discord allows 25");
}

TEST(Limits, KnowWhatCannotBeDeletedTogetherOrTimedOut) {
  constexpr std::int64_t kNow = 1'795'000'000'000;
  const auto id = [](std::int64_t days_ago, int n) {
    const auto ms = kNow - 1'420'070'400'000 - days_ago * 86'400'000;
    return '"' + std::to_string((ms << 22) + n) + '"';
  };
  const auto deleting = [&](const std::string& ids) {
    return said(check_bulk_delete(R"({"messages":[)" + ids + "]}", kNow));
  };
  EXPECT_EQ(deleting(id(1, 1) + "," + id(13, 2)), "");
  EXPECT_NE(deleting(id(1, 1)), "");
  EXPECT_NE(deleting(id(1, 1) + "," + id(1, 1)), "");
  EXPECT_NE(deleting(id(1, 1) + "," + id(15, 2)), "");
  const auto until = [](const char* time) {
    return said(
        check_member(std::string(R"({"communication_disabled_until":")") + time + R"("})", kNow));
  };
  EXPECT_EQ(until("2026-11-20T00:00:00Z"), "");
  EXPECT_EQ(until("2026-12-10T00:00:00.000000+00:00"), "");
  EXPECT_NE(until("2027-03-01T00:00:00Z"), "");
  EXPECT_NE(until("tomorrow"), "");
}

}  // namespace
}  // namespace discern::discord
