// When a server talks: /activity, and the page /plugins/activity/.

#include <discern/plugin/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <unordered_map>

#include "hours.hpp"

using namespace discern::plugin;
using namespace activity;

namespace {

std::int64_t this_hour() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::hours>(now).count();
}

}  // namespace

class Activity : public Plugin {
  void init(Core& core) override {
    most_guilds_ = static_cast<std::size_t>(
        std::clamp<std::int64_t>(core.config()["most_guilds"].integer(10000), 1, 1000000));
    seen_ = core.metrics().counter("messages_seen_total",
                                   "Messages of people that were counted by hour.");
    guilds_known_ = core.metrics().gauge("guilds", "Servers with a message in the last 24 hours.");

    core.on("MESSAGE_CREATE", [this](const Event& event) {
      // Only whether a person wrote, never who.
      if (event.boolean("author.bot") || event.guild_id() == 0) return;
      seen_.add();
      const std::int64_t hour = this_hour();
      all_.add(hour);
      guilds_[event.guild_id()].add(hour);
      if (guilds_.size() > most_guilds_) forget_quietest(hour);
    });
    core.api().register_command(
        Command("activity", "Shows when this server talks").only_in_guilds(),
        [this](Interaction& i) { show(i); });
    core.api().register_route("/", [this](const Request&, Response& response) {
      response.html(page(all_, this_hour(), guilds_.size()));
    });
    core.api().register_route("/hours.json", [this](const Request&, Response& response) {
      JsonArray counts;
      for (const std::uint32_t count : all_.until(this_hour())) counts.add(count);
      response.json(JsonObject().add("hours", counts).add("guilds", guilds_.size()).text());
    });
    core.every(std::chrono::minutes(1), [this] { forget_silent(); });
  }

  void show(Interaction& interaction) {
    const std::int64_t hour = this_hour();
    const auto found = guilds_.find(interaction.guild_id());
    if (found == guilds_.end() || found->second.total(hour) == 0) {
      return interaction.reply("No messages yet, as far as I have seen. Say something!");
    }
    const std::uint64_t total = found->second.total(hour);
    Embed embed;
    embed.title = "The last 24 hours";
    embed.color = 0x4F6BED;
    embed.description = "```\n" + text_chart(found->second.until(hour), hour) + "\n```";
    embed.footer =
        std::to_string(total) + (total == 1 ? " message" : " messages") + ". Counted, not read.";
    interaction.reply(Message(embed));
  }

  void forget_silent() {
    const std::int64_t hour = this_hour();
    std::erase_if(guilds_, [hour](const auto& item) { return item.second.total(hour) == 0; });
    guilds_known_.set(static_cast<double>(guilds_.size()));
  }

  void forget_quietest(std::int64_t hour) {
    const auto quietest =
        std::min_element(guilds_.begin(), guilds_.end(), [hour](const auto& a, const auto& b) {
          return a.second.total(hour) < b.second.total(hour);
        });
    guilds_.erase(quietest);
  }

  std::size_t most_guilds_ = 0;
  Hours all_;
  std::unordered_map<std::uint64_t, Hours> guilds_;
  Counter seen_;
  Gauge guilds_known_;
};

DISCERN_PLUGIN(Activity)
