// Coroutines that end in every way: well, by an exception before and after they waited, and not at
// all.

#include <discern/plugin/plugin.hpp>

#include <stdexcept>

using namespace discern::plugin;

class Waits : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    ended_ = core.metrics().counter("ended_total", "Coroutines whose locals ended.");
    visitors_ = core.metrics().distinct("visitors", "Different visitors.");
    top_ = core.metrics().top_k("top_items", "Items.", "item", 2);
    core.api().register_command("well", "Waits, then answers", [this](Interaction& i) -> Task<> {
      co_await pause();
      i.reply("well");
    });
    core.api().register_command("late", "Waits, then fails", [this](Interaction&) -> Task<> {
      co_await pause();
      throw std::out_of_range("after it waited");
    });
    core.api().register_command("early", "Fails before it waits", [](Interaction&) -> Task<> {
      throw std::out_of_range("before it waited");
      co_return;
    });
    core.api().register_command(
        "silent", "Waits, then says nothing", [this](Interaction&) -> Task<> { co_await pause(); });
    core.api().register_command(
        "never", "Holds on until it stops", [this](Interaction& i) -> Task<> {
          const Counted counted{ended_};
          i.defer();
          co_await core_->sleep(std::chrono::hours(1));
          i.reply("never");
        });
    core.api().register_command("fetch", "Asks the web", [this](Interaction& i) -> Task<> {
      const WebReply reply = co_await core_->http().get("http://service.test/a?b=c", awaited);
      i.reply(reply.error.empty() ? reply.body + " " + std::string(reply.header("x-kind"))
                                  : reply.error);
    });
    core.api().register_command("flood", "Asks the web too often", [this](Interaction& i) {
      for (int n = 0; n < 17; ++n) core_->http().get("http://service.test/");
      i.reply("not reached");
    });
    core.api().register_command("keep", "Uses storage", [this](Interaction& i) {
      const std::int64_t n = core_->storage().integer("n") + 1;
      core_->storage().put("n", n);
      i.reply("kept " + std::to_string(n));
    });
    core.api().register_command("sketch", "Uses sketches", [this](Interaction& i) {
      for (const char* item : {"a", "b", "a", "c", "a", "b"}) {
        visitors_.add(item);
        top_.add(item);
      }
      i.reply("drawn");
    });
    core.api().register_route("/slow",
                              [this](const Request& request, Response& response) -> Task<> {
                                co_await pause();
                                response.text("you asked " + std::string(request.query()));
                              });
    core.api().register_route("/fails", [this](const Request&, Response&) -> Task<> {
      co_await pause();
      throw std::runtime_error("after it waited");
    });
    core.on("MESSAGE_CREATE", [this](const Event& event) -> Task<> {
      const std::string before = event.string("content");
      co_await pause();
      visitors_.add(before == event.string("content") ? "same" : "changed");
    });
  }

  Awaiting<detail::Nothing> pause() {
    return core_->sleep(std::chrono::seconds(core_->config()["seconds"].integer()));
  }

  struct Counted {
    ~Counted() { ended.add(); }
    Counter ended;
  };

  Core* core_ = nullptr;
  Counter ended_;
  Distinct visitors_;
  TopK top_;
};

DISCERN_PLUGIN(Waits)
