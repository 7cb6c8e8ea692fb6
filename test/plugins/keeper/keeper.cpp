// Keeps its interactions and answers when the next event comes.

#include <discern/plugin/plugin.hpp>

#include <vector>

using namespace discern::plugin;

class Keeper : public Plugin {
  void init(Core& core) override {
    core.api().register_command(
        "keep", "Answers later", [this](Interaction& i) { kept_.push_back(i); });
    core.api().register_command("whisper", "Answers later, to one person", [this](Interaction& i) {
      whispers_.push_back(i);
    });
    core.on("TYPING_START", [this](const Event&) {
      for (const Interaction& interaction : kept_) interaction.reply("here it is");
      Message secret("a secret");
      secret.ephemeral = true;
      for (const Interaction& interaction : whispers_) interaction.reply(secret);
      kept_.clear();
      whispers_.clear();
    });
    core.on("CHANNEL_CREATE", [this](const Event&) { kept_.clear(); });
  }

  std::vector<Interaction> kept_;
  std::vector<Interaction> whispers_;
};

DISCERN_PLUGIN(Keeper)
