// Throws in every hook but init.

#include <discern/plugin/plugin.hpp>

#include <stdexcept>

using namespace discern::plugin;

class Thrower : public Plugin {
  void init(Core& core) override {
    core.api().register_command(
        Command("throw", "Throws").option(Option::string("what", "What to throw").autocomplete()),
        [](Interaction&) { throw std::out_of_range("in a command"); },
        [](Interaction&) { throw std::runtime_error("while somebody types"); });
    core.api().register_command("odd", "Throws no exception class", [](Interaction&) { throw 42; });
    core.api().register_command("report", "Reports an error and throws", [&core](Interaction&) {
      core.metrics().increment_plugin_error_count("thrower");
      throw std::runtime_error("reported and thrown");
    });
    core.api().register_command("trap", "Shows a button that throws", [](Interaction& i) {
      Message message("Press it.");
      message.rows = {{Button{.label = "Press", .custom_id = "trap"}}};
      i.reply(message);
    });
    core.api().on_component("trap",
                            [](Interaction&) { throw std::runtime_error("in a component"); });
    core.api().register_command("form", "Opens a form that throws", [](Interaction& i) {
      i.modal(R"({"title":"Form","custom_id":"thrower:form","components":[{"type":1,"components":[)"
              R"({"type":4,"custom_id":"text","style":1,"label":"Text"}]}]})");
    });
    core.api().on_modal("form", [](Interaction&) { throw std::runtime_error("in a form"); });
    core.api().register_command("ask", "Throws when Discord answers", [&core](Interaction& i) {
      i.reply("asking");
      core.discord().send_message(
          i.channel_id(), "hello", [](const Reply&) { throw std::runtime_error("in a response"); });
    });
    core.on("MESSAGE_CREATE", [](const Event&) { throw std::runtime_error("in an event"); });
    core.after(std::chrono::seconds(5), [] { throw std::runtime_error("in a timer"); });
    core.api().register_route(
        "/", [](const Request&, Response&) { throw std::runtime_error("in a route"); });
  }
  void stop(Core&) override { throw std::runtime_error("in stop"); }
};

DISCERN_PLUGIN(Thrower)
