// When a server talks: /activity, and the page /plugins/activity/. Counts are kept over restarts.

#include <discern/plugin/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hours.hpp"

using namespace discern::plugin;
using namespace activity;

namespace {

constexpr std::string_view kGuildKey = "guild:";  // And the guild's id.
constexpr std::string_view kAllKey = "all";
// Changes in one write: the host takes 10,000.
constexpr std::size_t kWriteAtOnce = 5000;

}  // namespace

class Activity : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    most_guilds_ = static_cast<std::size_t>(core.config()["most_guilds"].integer());
    restore();
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
      changed_.insert(event.guild_id());
      if (guilds_.size() > most_guilds_) forget_quietest(hour, event.guild_id());
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
      response.json(JsonObject().add("hours", counts).add("guilds", guilds_.size()));
    });
    core.every(std::chrono::minutes(1), [this] {
      forget_silent();
      save();
    });
  }

  void stop(Core&) override { save(); }

  std::int64_t this_hour() const {
    const auto now = core_->system_now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::hours>(now).count();
  }

  void restore() {
    all_ = Hours::from_text(core_->storage().text(kAllKey));
    std::string last;
    while (guilds_.size() < most_guilds_) {
      const auto rows = core_->storage().list(kGuildKey, last);
      if (rows.empty()) return;
      for (const auto& [key, text] : rows) {
        const std::uint64_t guild = std::strtoull(key.c_str() + kGuildKey.size(), nullptr, 10);
        guilds_[guild] = Hours::from_text(text);
      }
      last = rows.back().first;
    }
  }

  // What changed since the last time; at most a minute's counts are lost to a crash.
  void save() {
    if (changed_.empty()) return;
    std::vector<std::pair<std::string, std::optional<std::string>>> rows{
        {std::string(kAllKey), all_.to_text()}};
    for (const std::uint64_t guild : changed_) {
      const auto found = guilds_.find(guild);
      rows.emplace_back(
          std::string(kGuildKey) + std::to_string(guild),
          found != guilds_.end() ? std::optional(found->second.to_text()) : std::nullopt);
    }
    for (std::size_t begin = 0; begin < rows.size(); begin += kWriteAtOnce) {
      const std::size_t end = std::min(rows.size(), begin + kWriteAtOnce);
      core_->storage().write(
          std::vector<Storage::Change>(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                       rows.begin() + static_cast<std::ptrdiff_t>(end)));
    }
    changed_.clear();
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
    std::erase_if(guilds_, [&](const auto& item) {
      if (item.second.total(hour) > 0) return false;
      changed_.insert(item.first);
      return true;
    });
    guilds_known_.set(static_cast<double>(guilds_.size()));
  }

  // But not the one that has just come: it would never get in.
  void forget_quietest(std::int64_t hour, std::uint64_t newest) {
    const auto quietest =
        std::min_element(guilds_.begin(), guilds_.end(), [&](const auto& a, const auto& b) {
          if ((a.first == newest) != (b.first == newest)) return b.first == newest;
          return a.second.total(hour) < b.second.total(hour);
        });
    changed_.insert(quietest->first);
    guilds_.erase(quietest);
  }

  Core* core_ = nullptr;
  std::size_t most_guilds_ = 0;
  Hours all_;
  std::unordered_map<std::uint64_t, Hours> guilds_;
  std::unordered_set<std::uint64_t> changed_;  // Guilds whose rows are older than that.
  Counter seen_;
  Gauge guilds_known_;
};

DISCERN_PLUGIN(Activity)
