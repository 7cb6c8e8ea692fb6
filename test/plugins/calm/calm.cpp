// Does what it should: the others are measured against it.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class Calm : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    // An hour, which nothing here took.
    core.metrics().record_plugin_load_time("calm", 3'600'000);
    core.api().register_command("calm", "Answers at once", [this](Interaction& i) {
      i.reply(core_->config()["greeting"].string() + " " + i.user_name());
    });
    core.api().register_command(Command("echo text", "Says it again")
                                    .option(Option::string("what", "What to say").required()),
                                [](Interaction& i) { i.reply(i.option_string("what")); });
    core.api().register_command("count", "Uses its metrics", [this](Interaction& i) {
      used_.with("a").add(2);
      sizes_.observe(0.5);
      level_.set(7);
      core_->metrics().record_command_usage("count");
      core_->metrics().record_command_usage("elsewhere");
      core_->metrics().increment_plugin_error_count("calm");
      core_->metrics().record_plugin_load_time("calm", std::chrono::hours(1));
      i.reply("counted");
    });
    core.api().register_command(
        "private", "Defers for one person, then answers", [](Interaction& i) {
          i.defer(true);
          i.reply("for your eyes only");
        });
    core.api().register_command("send", "Sends a message elsewhere", [this](Interaction& i) {
      core_->discord().send_message(42, "news", [i](const Reply& reply) {
        i.reply(reply.ok ? "sent" : "not sent: " + reply.error);
      });
    });
    core.api().register_command("members", "Asks the gateway", [this](Interaction& i) {
      core_->discord().request_members(i.guild_id(), "ad", 5, [i](const Reply& sent) {
        i.reply(sent.ok ? "asked" : "not asked: " + sent.error);
      });
      core_->discord().send_gateway(8, i.guild_id(), R"(null},"op":2,"d":{"token":1)");
    });
    core.api().on_component("press:", [](Interaction& i) { i.update("pressed " + i.name()); });
    core.api().register_route("/", [](const Request& request, Response& response) {
      response.html(html("<p>{}</p>", request.query("q")));
    });
    core.api().register_route("/files/*", [](const Request& request, Response& response) {
      response.text(std::string(request.path()));
    });
    core.on("MESSAGE_CREATE",
            [this](const Event& event) { used_.with(event.string("d.author.username")).add(); });
    core.every(std::chrono::seconds(30), [this] { used_.with("timer").add(); });
    used_ = core.metrics().counter("used_total", "Uses.", {"what"});
    sizes_ = core.metrics().histogram("size_seconds", "Sizes.");
    level_ = core.metrics().gauge("level", "Level.");
  }

  Core* core_ = nullptr;
  Family<Counter> used_;
  Histogram sizes_;
  Gauge level_;
};

DISCERN_PLUGIN(Calm)
