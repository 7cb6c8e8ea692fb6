// The sample plugin: a command, a web page, metrics of its own.

#include <discern/plugin/plugin.hpp>

#include <chrono>

using namespace discern::plugin;

class HelloPlugin : public Plugin {
  void init(Core& core) override {
    // Record plugin load time. The host measures it anyway, and what it measured counts.
    const auto start = std::chrono::steady_clock::now();
    // ... plugin initialization code ...
    greeting_ = core.config().find("greeting").string();
    const auto end = std::chrono::steady_clock::now();
    core.metrics().record_plugin_load_time("my-plugin", end - start);

    // Register a command that records usage. The host counted it too: once is what it counts.
    core.api().register_command(
        "my-command", "A sample command", [this, &core](Interaction& interaction) {
          core.metrics().record_command_usage("my-command");
          greetings_.add();

          // Command implementation
          interaction.reply(greeting_);
        });

    core.api().register_route("/stats", [this](const Request&, Response& response) {
      response.json(JsonObject().add("greeting", greeting_).text());
    });

    // What only the plugin knows: plugin_my_plugin_greetings_total.
    greetings_ = core.metrics().counter("greetings_total", "How often somebody was greeted.");
  }

  std::string greeting_;
  Counter greetings_;
};

DISCERN_PLUGIN(HelloPlugin)
