// What is left of a plugin when it ends: what it held, what it told last, its gauges, its code.

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class Ending : public PluginHost {
 protected:
  Result<void> ask(Control what, const std::string& id) {
    return wait_for([&](ControlDone done) { host_->control(id, what, std::move(done)); });
  }
};

TEST_F(Ending, WhatItHeldIsAnsweredAndIsNotItsFailure) {
  start_with({"parting", "keeper"});
  // One lets go of it in stop, the other in its destructor.
  command("hold");
  command("keep");
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "parting,command", 1));
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "keeper,command", 1));
  ASSERT_TRUE(ask(Control::Disable, "parting").ok());
  ASSERT_TRUE(ask(Control::Reload, "keeper").ok());
  ASSERT_TRUE(rest_.wait_for(2));
  for (const discord::RestRequest& sent : rest_.requests()) {
    EXPECT_NE(sent.json.find("was stopped while it ran"), std::string::npos) << sent.json;
  }
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 2));
  EXPECT_EQ(value("discern_discord_command_errors_total", "parting,hold"), -1);
  EXPECT_EQ(value("discern_discord_command_errors_total", "keeper,keep"), -1);
  EXPECT_EQ(value("discern_plugin_errors_total", "keeper,command"), -1);
  EXPECT_EQ(value("discern_plugin_errors_total", "parting,command"), -1);
}

TEST_F(Ending, WhatItReportsOutsideOfItsHandlersCounts) {
  start_with({"parting"});
  event("TYPING_START");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "parting,reported", 1))
      << "by what a removed handler held";
  ASSERT_TRUE(ask(Control::Disable, "parting").ok());
  EXPECT_EQ(value("discern_plugin_errors_total", "parting,reported"), 2) << "in stop";
}

TEST_F(Ending, GaugesTellNothingOfAPluginThatIsOff) {
  start_with({"parting", "calm"});
  EXPECT_EQ(value("plugin_parting_level"), 7);
  command("count");
  ASSERT_TRUE(reaches("plugin_calm_used_total", "a", 2));
  ASSERT_TRUE(ask(Control::Reload, "parting").ok());
  EXPECT_EQ(value("plugin_parting_level"), 7);
  ASSERT_TRUE(ask(Control::Disable, "parting").ok());
  EXPECT_EQ(value("plugin_parting_level"), 0);
  EXPECT_EQ(value("plugin_parting_level_of", "a"), 0);
  EXPECT_EQ(value("discern_plugin_queue_depth", "parting"), 0);
  EXPECT_EQ(value("discern_loop_stall_seconds", "p:parting"), 0);
  EXPECT_EQ(value("plugin_calm_level"), 7) << "of others nothing changes";
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  EXPECT_EQ(value("plugin_calm_used_total", "a"), 2) << "counts stay";
}

TEST_F(Ending, CodeThatTheLoaderKeepsIsCounted) {
  start_with({"pinned"});
  ASSERT_TRUE(ask(Control::Reload, "pinned").ok());
  EXPECT_EQ(host_->pinned(), 1u);
  EXPECT_EQ(status("pinned").pinned, 1u);
  EXPECT_EQ(value("discern_plugin_pinned_generations", "pinned"), 1);
  command("stay");
  EXPECT_TRUE(rest_.wait_for(1)) << "it runs all the same";
}

}  // namespace
}  // namespace discern::plugin::test
