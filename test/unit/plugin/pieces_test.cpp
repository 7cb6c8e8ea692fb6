// The small pure pieces: ELF check, fault meter, names, registrations, requests.

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "plugin/boundary.hpp"
#include "plugin/callback_table.hpp"
#include "plugin/discord_names.hpp"
#include "plugin/elf.hpp"
#include "plugin/exchanges.hpp"
#include "plugin/fault_meter.hpp"
#include "plugin/registrations.hpp"
#include "plugin/rest_request.hpp"

namespace discern::plugin {
namespace {

using namespace std::chrono_literals;

std::string elf_header(unsigned machine, unsigned type) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_machine = static_cast<Elf64_Half>(machine);
  header.e_type = static_cast<Elf64_Half>(type);
  return {reinterpret_cast<const char*>(&header), sizeof header};
}

TEST(CheckSharedLibrary, SaysWhatTheFileIsInstead) {
  EXPECT_EQ(check_shared_library("hello", "a.so").error().text,
            "a.so is not a shared library: it does not begin like an ELF file");
  EXPECT_NE(check_shared_library(elf_header(EM_S390, ET_DYN), "a.so")
                .error()
                .text.find("is built for machine number 22"),
            std::string::npos);
  EXPECT_FALSE(check_shared_library(std::string_view(ELFMAG, 4), "a.so").ok());
}

TEST(FaultMeter, DisablesWhenHalfOfManyCallsFail) {
  FaultMeter meter({.faults = 3});
  const SteadyTime now{1h};
  EXPECT_FALSE(meter.call_failed(now));
  EXPECT_FALSE(meter.call_failed(now));
  EXPECT_TRUE(meter.call_failed(now));

  FaultMeter mostly_fine({.faults = 3});
  for (int i = 0; i < 100; ++i) mostly_fine.call_succeeded(now);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(mostly_fine.call_failed(now));

  FaultMeter rare({.faults = 3});
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(rare.call_failed(now + i * 61s));
}

TEST(Backoff, GrowsAndForgives) {
  Backoff backoff({.first_pause = 10s, .longest_pause = 100s, .forgiven_after = 1h});
  const SteadyTime now{1h};
  EXPECT_EQ(backoff.next_pause(now), 10s);
  EXPECT_EQ(backoff.next_pause(now), 40s);
  EXPECT_EQ(backoff.next_pause(now), 100s);
  EXPECT_EQ(backoff.next_pause(now + 2h), 10s);
}

TEST(DiscordNames, KnowPermissionsAndWhatEventsNeed) {
  EXPECT_EQ(find_permission("SEND_MESSAGES"), 1u << 11);
  EXPECT_FALSE(find_permission("send_messages"));
  EXPECT_EQ(intents_for("MESSAGE_CREATE"),
            discord::intent::kGuildMessages | discord::intent::kDirectMessages);
  EXPECT_EQ(intents_for("GUILD_MEMBER_ADD"), discord::intent::kGuildMembers);
  EXPECT_EQ(intents_for("INTERACTION_CREATE"), 0u);
}

TEST(Registrations, FindTheLongestPrefixAndExactRoutes) {
  using Prefixed = Registrations::Prefixed;
  Registrations registrations;
  ASSERT_TRUE(registrations.add_prefixed(Prefixed::Component, "answer:", 1).ok());
  ASSERT_TRUE(registrations.add_prefixed(Prefixed::Component, "answer:final:", 2).ok());
  ASSERT_TRUE(registrations.add_prefixed(Prefixed::Route, "/", 3).ok());
  ASSERT_TRUE(registrations.add_prefixed(Prefixed::Route, "/files/*", 4).ok());
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Component, "answer:7").callback, 1u);
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Component, "answer:final:7").callback, 2u);
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Component, "question").callback, 0u);
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Route, "/").callback, 3u);
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Route, "/other").callback, 0u);
  EXPECT_EQ(registrations.find_prefixed(Prefixed::Route, "/files/a/b").callback, 4u);
  ASSERT_TRUE(registrations.add_prefixed(Prefixed::Route, "/hook", 7, true).ok());
  EXPECT_TRUE(registrations.find_prefixed(Prefixed::Route, "/hook").is_public);
  EXPECT_FALSE(registrations.find_prefixed(Prefixed::Route, "/").is_public);
  EXPECT_FALSE(registrations.find_prefixed(Prefixed::Route, "/hooks").is_public);
  EXPECT_FALSE(registrations.add_prefixed(Prefixed::Route, "/", 5).ok());
  EXPECT_FALSE(registrations.add_prefixed(Prefixed::Route, "no-slash", 5).ok());
  for (const Prefixed what : {Prefixed::Component, Prefixed::Modal, Prefixed::Route}) {
    EXPECT_FALSE(registrations.add_prefixed(what, "/a\ncrash 1 SIGSEGV other", 6).ok());
  }
}

TEST(Registrations, ForgetWhatWasRemoved) {
  Registrations registrations;
  registrations.add_event("A", 1);
  registrations.add_event("*", 2);
  registrations.add_command({{"ping", "Pong", "", ""}, 3, 4});
  EXPECT_EQ(registrations.find_event("A"), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(registrations.remove(1).routing_changed);
  EXPECT_EQ(registrations.find_event("A"), std::vector<std::uint64_t>{2});
  EXPECT_EQ(registrations.event_types(), std::vector<std::string>{"*"});
  EXPECT_EQ(registrations.remove(3).autocomplete, 4u);
  EXPECT_EQ(registrations.find_command("ping").run, 0u);
}

int releases = 0;
discern_callback counted() {
  return {[](void*, const void*, discern_failure*) -> std::int32_t { return 0; },
          [](void*) { ++releases; },
          nullptr};
}

TEST(CallbackTable, ReleasesEachOnce) {
  releases = 0;
  CallbackTable table;
  const std::uint64_t first = table.add(counted());
  table.add(counted());
  EXPECT_EQ(table.call(first, nullptr, nullptr), 0);
  table.remove(first);
  EXPECT_EQ(table.call(first, nullptr, nullptr), std::nullopt);
  EXPECT_EQ(releases, 0);
  table.sweep();
  EXPECT_EQ(releases, 1);
  table.close();
  EXPECT_EQ(releases, 2);
  EXPECT_EQ(table.add(counted()), 0u);
}

discern_text text(std::string_view view) {
  return {view.data(), view.size()};
}

std::string refusal(std::string_view method,
                    std::string_view route,
                    std::vector<discern_text> parameters) {
  auto given = sized_struct<discern_rest_request>();
  given.method = text(method);
  given.route = text(route);
  given.parameters = parameters.data();
  given.parameter_count = static_cast<std::uint32_t>(parameters.size());
  const Result<discord::RestRequest> read = read_rest_request(given, "p");
  return read.ok() ? "" : read.error().text;
}

TEST(ReadRestRequest, KeepsPluginsToTemplatedRoutes) {
  EXPECT_EQ(refusal("GET", "/channels/{}", {text("7")}), "");
  EXPECT_NE(refusal("TRACE", "/channels/{}", {text("7")}), "");
  EXPECT_NE(refusal("GET", "channels", {}), "");
  EXPECT_NE(refusal("GET", "/channels/{}", {}), "");
  EXPECT_NE(refusal("GET", "/channels/{token}", {text("7")}), "");
  EXPECT_NE(refusal("GET", "/../secret", {}), "");
  EXPECT_NE(refusal("GET", "/a?b=c", {}), "");
  EXPECT_NE(refusal("GET", "/channels/{}", {text("")}), "");
  EXPECT_NE(refusal("GET", "/channels/123456789012345678", {}).find("pass it as a parameter"),
            std::string::npos);
}

TEST(ReadStruct, TakesOlderAndNewerStructs) {
  auto timer = sized_struct<discern_timer>();
  timer.delay_ms = 5;
  timer.repeat_ms = 7;
  timer.size = offsetof(discern_timer, repeat_ms);
  EXPECT_EQ(read_struct(&timer).delay_ms, 5u);
  EXPECT_EQ(read_struct(&timer).repeat_ms, 0u);
  timer.size = 4000;
  EXPECT_EQ(read_struct(&timer).repeat_ms, 7u);
}

TEST(Exchanges, AnswerEachRequestOnce) {
  ManualClock clock;
  Exchanges exchanges(clock);
  std::vector<int> statuses;
  const auto note = [&](RouteResponse response) { statuses.push_back(response.status); };
  const std::uint64_t a = exchanges.open(1, note);
  EXPECT_FALSE(exchanges.answer(a, 2, {}));
  EXPECT_TRUE(exchanges.answer(a, 1, {}));
  EXPECT_FALSE(exchanges.answer(a, 1, {}));
  exchanges.fail(a, 500, "late");
  exchanges.open(1, note);
  clock.advance(11s);
  exchanges.open(1, note);
  exchanges.expire(10s);
  exchanges.fail_all_of(1, 503, "gone");
  EXPECT_EQ(statuses, (std::vector<int>{200, 504, 503}));
}

}  // namespace
}  // namespace discern::plugin
