// What an author is promised, with the real host: coroutines, outgoing HTTP, storage, sketches.

#include <gmock/gmock.h>

#include <cmath>

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Author : public PluginHost {
 protected:
  ~Author() override { host_.reset(); }

  // The newest answer of the plugin, once there are so many requests.
  std::string answer(std::size_t requests) {
    EXPECT_TRUE(rest_.wait_for(requests));
    return rest_.requests().back().json;
  }
  // Waits until the plugin has begun to wait: its handler returned.
  bool handled(const std::string& kind, double count) {
    return reaches("discern_plugin_handler_seconds", "waits," + kind, count);
  }
  void use_web() {
    options_.send_web = [this](OutgoingRequest request, OutgoingDone done) {
      const std::lock_guard lock(web_mutex_);
      asked_.push_back(std::move(request));
      web_.push_back(std::move(done));
    };
  }
  std::size_t asked() {
    const std::lock_guard lock(web_mutex_);
    return asked_.size();
  }
  void web_says(Result<OutgoingResponse> response) {
    ASSERT_TRUE(eventually([&] {
      const std::lock_guard lock(web_mutex_);
      return !web_.empty();
    }));
    OutgoingDone done;
    {
      const std::lock_guard lock(web_mutex_);
      done = std::move(web_.front());
      web_.erase(web_.begin());
    }
    done(std::move(response));
  }
  std::optional<RouteResponse> ask(const std::string& path) {
    auto answer = std::make_shared<std::optional<RouteResponse>>();
    auto mutex = std::make_shared<std::mutex>();
    const auto before = std::max(value("discern_plugin_handler_seconds", "waits,route"), 0.0);
    host_->serve("waits", {"GET", path, "a=b", "", {}}, [answer, mutex](RouteResponse response) {
      const std::lock_guard lock(*mutex);
      *answer = std::move(response);
    });
    // Called twice: before the time has come there is no answer yet.
    EXPECT_TRUE(handled("route", before + 1));
    advance(5s);
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(*mutex);
      return answer->has_value();
    }));
    const std::lock_guard lock(*mutex);
    return *answer;
  }

  std::mutex web_mutex_;
  std::vector<OutgoingRequest> asked_;
  std::vector<OutgoingDone> web_;
};

TEST_F(Author, ACoroutineAnswersAfterItWaited) {
  start_with({"waits"});
  command("well");
  ASSERT_TRUE(handled("command", 1));
  advance(2100ms);
  // The host has deferred for it.
  ASSERT_TRUE(rest_.wait_for(1));
  advance(8s);
  ASSERT_TRUE(eventually([&] {
    const auto lines = rest_.lines();
    return !lines.empty() && lines.back().find("well") != std::string::npos;
  }));
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,late", 1));
}

TEST_F(Author, AFailureAfterWaitingIsOneErrorOfItsCommand) {
  start_with({"waits"});
  command("late");
  ASSERT_TRUE(handled("command", 1));
  advance(5s);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "waits,command", 1));
  EXPECT_TRUE(reaches("discern_discord_command_errors_total", "waits,late", 1));
  EXPECT_EQ(value("discern_plugin_errors_total", "waits,timer"), -1);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 1));
}

TEST_F(Author, AFailureBeforeWaitingIsOneErrorToo) {
  start_with({"waits"});
  command("early");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "waits,command", 1));
  EXPECT_TRUE(reaches("discern_discord_command_errors_total", "waits,early", 1));
  EXPECT_THAT(answer(1), HasSubstr("Something went wrong"));
}

TEST_F(Author, SilenceAfterWaitingIsAnErrorAndThePersonIsTold) {
  start_with({"waits"});
  command("silent");
  ASSERT_TRUE(handled("command", 1));
  advance(1s);
  advance(9s);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "waits,command", 1));
  ASSERT_TRUE(eventually([&] {
    const auto lines = rest_.lines();
    return !lines.empty() && lines.back().find("gave no answer") != std::string::npos;
  }));
}

TEST_F(Author, StoppingEndsWhatWaits) {
  start_with({"waits"});
  command("never");
  ASSERT_TRUE(rest_.wait_for(1));
  ASSERT_TRUE(handled("command", 1));
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->disable("waits", done); }).ok());
  ASSERT_TRUE(becomes("waits", "disabled"));
  EXPECT_EQ(value("plugin_waits_ended_total"), 1);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 1));
}

TEST_F(Author, ARouteAndAnEventMayWait) {
  start_with({"waits"});
  EXPECT_EQ(ask("/slow")->body, "you asked a=b");
  EXPECT_EQ(ask("/fails")->status, 500);
  event("MESSAGE_CREATE", R"({"content":"a text that is longer than a small string may be"})");
  ASSERT_TRUE(handled("event", 1));
  advance(5s);
  // An estimate, very near for so few.
  EXPECT_TRUE(eventually([&] { return std::abs(value("plugin_waits_visitors") - 1) < 0.1; }));
}

TEST_F(Author, GetsAnswersFromTheWeb) {
  use_web();
  start_with({"waits"});
  command("fetch");
  web_says(OutgoingResponse{200, {{"x-kind", "test"}}, "there"});
  EXPECT_THAT(answer(1), HasSubstr("there test"));
  EXPECT_EQ(asked_[0].url, "http://service.test/a?b=c");
  EXPECT_EQ(asked_[0].plugin, "waits");
  EXPECT_EQ(asked_[0].timeout, 15s);
  command("fetch");
  web_says(Error(Errc::Timeout, "service.test did not answer"));
  EXPECT_THAT(answer(2), HasSubstr("service.test did not answer"));
  command("fetch");
  web_says(OutgoingResponse{503, {}, "later"});
  EXPECT_TRUE(rest_.wait_for(3));
  for (const char* outcome : {"2xx", "failed", "5xx"}) {
    EXPECT_EQ(value("discern_plugin_http_requests_total", std::string("waits,") + outcome), 1);
  }
  EXPECT_EQ(value("discern_plugin_http_request_seconds", "waits"), 3);
}

TEST_F(Author, IsToldWhenTheWebIsOutOfBounds) {
  start_with({"waits"});
  command("fetch");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "waits,command", 1));
}

TEST_F(Author, MayHaveSixteenWebRequestsUnderWay) {
  use_web();
  start_with({"waits"});
  command("flood");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "waits,command", 1));
  EXPECT_EQ(asked(), 16u);
  EXPECT_EQ(value("discern_plugin_http_requests_total", "waits,refused"), 1);
  for (int i = 0; i < 16; ++i) web_says(OutgoingResponse{204, {}, ""});
  command("fetch");
  web_says(OutgoingResponse{200, {}, "again"});
  EXPECT_THAT(answer(2), HasSubstr("again"));
}

TEST_F(Author, KeepsWhatItStoresOverAReload) {
  start_with({"waits"});
  command("keep");
  EXPECT_THAT(answer(1), HasSubstr("kept 1"));
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->reload("waits", done); }).ok());
  command("keep");
  EXPECT_THAT(answer(2), HasSubstr("kept 2"));
}

TEST_F(Author, CountsDifferentAndBusiestThings) {
  start_with({"waits"});
  command("sketch");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NEAR(value("plugin_waits_visitors"), 3, 0.1);
  EXPECT_EQ(value("plugin_waits_top_items"), 6);
}

TEST_F(Author, LoadsTheTourOfTheDocumentation) {
  add("tour", DISCERN_EXAMPLE_PLUGINS);
  add("new-plugin", DISCERN_EXAMPLE_PLUGINS);
  start();
  EXPECT_EQ(status("tour").state, "enabled") << status("tour").message;
  command("note add", R"({"options":[{"type":1,"options":[{"name":"text","value":"milk"}]}]})");
  EXPECT_THAT(answer(1), HasSubstr("That is note 1."));
  command("new-plugin");
  EXPECT_THAT(answer(2), HasSubstr("Hello, ada!"));
}

}  // namespace
}  // namespace discern::plugin::test
