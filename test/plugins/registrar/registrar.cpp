// Registers "registrar" as its configuration says: as Discord takes it, or with a fault.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class Registrar : public Plugin {
  void init(Core& core) override {
    core.api().register_command(make(core.config()["wrong"].string()),
                                [](Interaction& i) { i.reply("registered"); });
  }

  static std::vector<std::pair<std::string, std::string>> choices(int n, std::size_t length) {
    std::vector<std::pair<std::string, std::string>> list;
    for (int i = 0; i < n; ++i) list.emplace_back(std::to_string(i), std::string(length, 'x'));
    return list;
  }

  static Command make(const std::string& wrong) {
    if (wrong == "menu") return Command::user("A name with more than 32 characters");
    Command command(wrong == "emoji" ? "party🎉" : "registrar", "Registers itself");
    Option topic = Option::string("topic", "What it is about");
    if (wrong == "choices") topic.choices(choices(26, 1));
    if (wrong == "capital") topic.localized("de", "Thema", "Worum es geht");
    if (wrong == "language") topic.localized("klingon", "topic", "What it is about");
    if (wrong == "range") topic.length(7, 3);
    command.option(topic);
    if (wrong == "twice") command.option(topic);
    if (wrong == "order") command.option(Option::string("last", "Comes too late").required());
    if (wrong == "total") {
      for (int i = 0; i < 4; ++i) {
        command.option(Option::string("o" + std::to_string(i), "Long").choices(choices(25, 90)));
      }
    }
    return command;
  }
};

DISCERN_PLUGIN(Registrar)
