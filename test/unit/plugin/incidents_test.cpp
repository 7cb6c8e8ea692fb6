// What is told of an error, a stall and a crash: where it happened above all.

#include "plugin/incidents.hpp"

#include <gmock/gmock.h>

#include "plugin/crash_guard.hpp"
#include "plugin/thread_slot.hpp"
#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

#if defined(__SANITIZE_THREAD__)
constexpr bool kSignalsComeLate = true;
#else
constexpr bool kSignalsComeLate = false;
#endif

Incident incident(std::string text) {
  return {SystemTime(), "event", "event READY", "std::runtime_error", std::move(text), 1, {}};
}

TEST(Incidents, CountsTheSameOneAfterTheOtherAndKeepsTheLast) {
  Incidents incidents;
  incidents.add("calm", incident("a"));
  incidents.add("calm", incident("b"));
  incidents.add("calm", incident("b"));
  ASSERT_EQ(incidents.list("calm").size(), 2u);
  EXPECT_EQ(incidents.list("calm")[0].text, "b");
  EXPECT_EQ(incidents.list("calm")[0].count, 2u);
  EXPECT_TRUE(incidents.list("other").empty());
  for (int i = 0; i < 100; ++i) incidents.add("calm", incident(std::to_string(i)));
  EXPECT_EQ(incidents.list("calm").size(), Incidents::kMostPerPlugin);
  EXPECT_EQ(incidents.list("calm")[0].text, "99");
}

TEST(Incidents, KeepsNoHostThatSomebodyMayHaveTyped) {
  Incidents incidents;
  for (const char* place : {"response GET ada.example", "response /channels/{}/messages", "init"}) {
    Incident one = incident("text");
    one.handler = place;
    incidents.add("calm", one);
  }
  const std::string kept = incidents.to_json();
  EXPECT_THAT(kept, HasSubstr("\"response GET\""));
  EXPECT_THAT(kept, Not(HasSubstr("ada")));
  EXPECT_THAT(kept, HasSubstr("messages\""));
  EXPECT_THAT(kept, HasSubstr("\"init\""));
}

// Hangs when it does not.
TEST(Incidents, AreAddedAndListedWhileStacksAreMadeReadable) {
  Incidents* all = nullptr;
  std::vector<std::string> seen;
  Incidents incidents([&](const CallStack&) {
    all->add("calm", incident("newer"));
    for (const Incident& one : all->list("calm")) seen.push_back(one.text);
    return std::vector<std::string>{"calm.so Calm::init()"};
  });
  all = &incidents;
  CallStack stack;
  stack.size = 1;
  incidents.add("calm", incident("older"), stack);
  incidents.resolve_all();
  EXPECT_THAT(seen, ElementsAre("newer", "older"));
  EXPECT_THAT(incidents.list("calm")[1].stack, ElementsAre("calm.so Calm::init()"));
  EXPECT_TRUE(incidents.list("calm")[0].stack.empty());
}

TEST(ThreadSlot, HoldsOneLine) {
  ThreadSlot slot;
  slot.set_handler("component", "a\ncrash 1 SIGSEGV other\x7f");
  EXPECT_STREQ(slot.handler, "component a?crash 1 SIGSEGV other?");
}

TEST(CrashReports, AreReadAndDamagedOnesLeftOut) {
  const TempFolder folder;
  const fs::path file = folder.path() / "crash.txt";
  EXPECT_TRUE(read_crash_reports(file).empty());
  std::ofstream(file) << "  stray\ncrash 1764000000 SIGSEGV boom command segv now\n"
                         "  boom.so _ZN4Boom5touchEv+0x4\n  libc.so.6+0x12\n"
                         "nonsense\n  more\ncrash 1764000060 SIGABRT - \ncrash 17";
  const std::vector<CrashReport> reports = read_crash_reports(file);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].plugin, "boom");
  EXPECT_EQ(reports[0].signal, "SIGSEGV");
  EXPECT_EQ(reports[0].handler, "command segv now");
  EXPECT_THAT(reports[0].stack, ElementsAre("boom.so Boom::touch()+0x4", "libc.so.6+0x12"));
  EXPECT_EQ(reports[1].plugin, "");
  EXPECT_EQ(reports[1].handler, "");
}

class Told : public PluginHost {
 protected:
  void TearDown() override {
    if (!gate_.empty()) fs::remove(gate_);
    host_.reset();
  }
  // The newest incident of that kind. On a slow machine others, such as a stall, may come first.
  std::optional<Incident> newest(std::string_view plugin, std::string_view kind) {
    for (const Incident& incident : host_->incidents(std::string(plugin))) {
      if (incident.kind == kind) return incident;
    }
    return std::nullopt;
  }
  fs::path gate_;
};

TEST_F(Told, AnErrorIsToldWithItsPlace) {
  start_with({"calm", "thrower"});
  command("throw");
  ASSERT_TRUE(reaches("discern_plugin_errors_total", "thrower,command", 1));
  ASSERT_TRUE(eventually([&] { return newest("thrower", "command").has_value(); }));
  // The watchdog makes it readable. Not for longer: soon a timer of its own throws, too.
  advance(300ms);
  ASSERT_TRUE(eventually(
      [&] { return !has_process_hooks() || !newest("thrower", "command")->stack.empty(); }));
  const Incident told = newest("thrower", "command").value();
  EXPECT_EQ(told.handler, "command throw");
  EXPECT_EQ(told.type, "std::out_of_range");
  EXPECT_EQ(told.text, "in a command");
  EXPECT_TRUE(host_->incidents("calm").empty());
  if (has_process_hooks()) {
    EXPECT_THAT(told.stack, Contains(AllOf(StartsWith("thrower."), HasSubstr("Thrower"))));
  }
}

TEST_F(Told, TheLastErrorsOutliveARestartWithoutTheirText) {
  options_.incident_file = folder_.path() / "plugin-errors.json";
  const auto kept = [&] {
    std::ifstream file(options_.incident_file);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  start_with({"thrower"});
  command("throw");
  // What stands behind the prefix may name a person, and is not kept either.
  interact(discord::InteractionType::Component, "thrower:trap:ada-1815");
  // Its timer and its end throw, too.
  const auto told_of = [&](std::string_view handler) {
    for (const Incident& one : host_->incidents("thrower")) {
      // On a slow machine it may have run over its budget as well: this clock jumps.
      if (one.handler == handler && one.kind != "stall") return one;
    }
    return Incident();
  };
  ASSERT_TRUE(eventually([&] {
    advance(300ms);
    return !told_of("command trap").kind.empty() &&
           (!has_process_hooks() || !told_of("command throw").stack.empty());
  }));
  const Incident before = told_of("command throw");
  // A kill costs ten seconds at most.
  advance(10s);
  host_->sample();
  EXPECT_THAT(kept(), HasSubstr("std::out_of_range"));
  EXPECT_THAT(kept(), Not(HasSubstr("in a command")));
  EXPECT_THAT(kept(), Not(HasSubstr("ada-1815")));

  host_.reset();
  start();
  EXPECT_EQ(told_of("command trap").type, "std::runtime_error");
  const Incident after = told_of("command throw");
  EXPECT_EQ(after.kind, "command");
  EXPECT_EQ(after.type, "std::out_of_range");
  EXPECT_EQ(after.text, "");
  EXPECT_EQ(after.stack, before.stack);
  EXPECT_EQ(epoch_ms(after.time), epoch_ms(before.time));

  host_.reset();
  std::ofstream(options_.incident_file) << "{";
  start();
  EXPECT_EQ(told_of("command throw").kind, "") << "the host starts all the same";
}

TEST_F(Told, OfACrashNoHostIsKeptThatSomebodyMayHaveTyped) {
  options_.crash_file = folder_.path() / "crash.txt";
  options_.book_file = folder_.path() / "plugins.json";
  options_.incident_file = folder_.path() / "plugin-errors.json";
  std::ofstream(options_.crash_file) << "crash 1764000000 SIGSEGV calm response GET ada.example\n";
  start_with({"calm"});
  ASSERT_EQ(host_->incidents("calm").size(), 1u);
  EXPECT_EQ(host_->incidents("calm")[0].handler, "response GET");
  const auto snapshot = registry_.snapshot(clock_.system_now(), clock_.steady_now());
  ASSERT_FALSE(snapshot->events().empty());
  EXPECT_EQ(snapshot->events()[0].text, "plugin calm crashed the program: SIGSEGV in response GET");
  std::ifstream book(options_.book_file);
  const std::string kept(std::istreambuf_iterator<char>(book), {});
  EXPECT_THAT(kept, HasSubstr("SIGSEGV"));
  EXPECT_THAT(kept, Not(HasSubstr("ada")));
}

TEST_F(Told, AStuckHandlerIsToldWithItsStackWhileItIsStuck) {
  gate_ = folder_.path() / "gate";
  std::ofstream(gate_) << "closed";
  options_.config["sleeper"]["gate"] = {"\"" + gate_.string() + "\"", "test"};
  start_with({"sleeper"});
  command("nap");
  ASSERT_TRUE(eventually([&] {
    advance(300ms);
    return !host_->incidents("sleeper").empty();
  }));
  const std::optional<StuckHandler> stuck = status("sleeper").stuck;
  ASSERT_TRUE(stuck.has_value());
  EXPECT_EQ(stuck->handler, "command nap");
  const Incident told = host_->incidents("sleeper")[0];
  EXPECT_EQ(told.kind, "stall");
  EXPECT_EQ(told.handler, "command nap");
  EXPECT_EQ(told.stack, stuck->stack);
  if (!kSignalsComeLate) {
    EXPECT_THAT(stuck->stack, Contains(HasSubstr("Sleeper::sleep() const")));
  }
  fs::remove(gate_);
  EXPECT_TRUE(eventually([&] { return !status("sleeper").stuck.has_value(); }));
  EXPECT_EQ(host_->incidents("sleeper").size(), 1u) << "one stall, told once";
}

TEST_F(Told, WhatAPluginAsksOfOperatorNewIsItsOwn) {
  if (!has_process_hooks()) GTEST_SKIP() << "a sanitizer has operator new";
  start_with({"calm", "leaker"});
  host_->sample();
  const double before = value("discern_plugin_allocated_bytes_total", "leaker");
  const double calm = value("discern_plugin_allocated_bytes_total", "calm");
  command("leak");
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "leaker,command", 1));
  host_->sample();
  EXPECT_GE(value("discern_plugin_allocated_bytes_total", "leaker"), before + (1 << 20));
  EXPECT_GT(value("discern_plugin_allocations_total", "leaker"), 0);
  EXPECT_LT(value("discern_plugin_allocated_bytes_total", "calm"), calm + (1 << 20));
}

}  // namespace
}  // namespace discern::plugin::test
