#include "plugin/book.hpp"

#include <gtest/gtest.h>

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

Crash crash_at(std::chrono::minutes minute) {
  return {SystemTime(20000h + minute), "SIGSEGV", "command boom"};
}

TEST(Book, RemembersOverAStart) {
  const TempFolder folder;
  const fs::path file = folder.path() / "plugins.json";
  Book book;
  book.set_wish("calm", false);
  book.set_version("calm", "1.2.0", SystemTime(20000h));
  book.add_crash("calm", crash_at(1min));
  const std::vector<CommandSpec> commands = {
      {"calm", "Answers", R"([{"type":3,"name":"what","description":"What"}])", R"({"nsfw":true})"},
      {"note add", "Adds a note", "", ""},
      {"Report it", "", "", "", discord::CommandType::User}};
  book.set_commands("calm", commands);
  std::ofstream(file) << book.to_json();
  KeptFile kept = Book::kept_file(file);
  const std::optional<Book> again = Book::read(kept);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->wish("calm"), false);
  EXPECT_EQ(again->wish("other"), std::nullopt) << "the configuration decides";
  EXPECT_EQ(again->version("calm"), "1.2.0");
  EXPECT_EQ(again->changed("calm"), SystemTime(20000h));
  ASSERT_EQ(again->crashes("calm").size(), 1u);
  EXPECT_EQ(again->crashes("calm")[0].handler, "command boom");
  EXPECT_EQ(again->crashes("calm")[0].signal, "SIGSEGV");
  EXPECT_EQ(again->commands("calm"), commands);
}

TEST(Book, LeavesOutCommandsThatDiscordWouldRefuse) {
  const TempFolder folder;
  const fs::path file = folder.path() / "plugins.json";
  std::ofstream(file) << R"({"calm": {"commands": [
      {"path": "Bad Name", "description": "x"},
      {"path": "odd", "description": "x", "options": "[{"},
      {"path": "calm", "description": "Answers"}, 7]}})";
  KeptFile kept = Book::kept_file(file);
  const std::optional<Book> book = Book::read(kept);
  ASSERT_TRUE(book.has_value());
  ASSERT_EQ(book->commands("calm").size(), 1u);
  EXPECT_EQ(book->commands("calm")[0].path, "calm");
}

TEST(Book, IsEmptyWithoutAFileAndSetsADamagedOneAside) {
  const TempFolder folder;
  const fs::path file = folder.path() / "plugins.json";
  KeptFile kept = Book::kept_file(file);
  (void)Book::read(kept);
  std::ofstream(file) << R"({"calm": {"wan)";
  const std::optional<Book> damaged = Book::read(kept);
  ASSERT_TRUE(damaged.has_value()) << "the host starts all the same";
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "it was kept";
}

TEST(Book, CountsThreeCrashesWithinTenMinutesAsTooOften) {
  Book book;
  book.add_crash("calm", crash_at(0min));
  book.add_crash("calm", crash_at(8min));
  EXPECT_FALSE(book.crashed_too_often("calm"));
  book.add_crash("calm", crash_at(11min));
  EXPECT_FALSE(book.crashed_too_often("calm")) << "the first is older than ten minutes";
  book.add_crash("calm", crash_at(12min));
  EXPECT_TRUE(book.crashed_too_often("calm"));
  EXPECT_FALSE(book.crashed_too_often("other"));
  book.forgive("calm");
  EXPECT_FALSE(book.crashed_too_often("calm"));
}

}  // namespace
}  // namespace discern::plugin::test
