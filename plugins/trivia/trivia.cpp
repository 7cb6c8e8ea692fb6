// Quiz rounds: /trivia play asks, buttons (or /trivia answer) answer, /trivia score tells how the
// server does. Scores are kept.

#include <discern/plugin/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "questions.hpp"
#include "scores.hpp"

using namespace discern::plugin;
using namespace trivia;

namespace {

constexpr std::uint32_t kAsking = 0x5865F2;
constexpr std::uint32_t kRight = 0x2E7D32;
constexpr std::uint32_t kWrong = 0xB3261E;
constexpr std::string_view kScoreKey = "score:";  // And the guild's id.
constexpr const char* kLetters[] = {"A", "B", "C", "D"};

// One question that waits in one channel.
struct Round {
  std::uint64_t number = 0;
  const Question* question = nullptr;
  std::array<std::size_t, 4> order{0, 1, 2, 3};  // Which answer each letter stands for.
  std::chrono::steady_clock::time_point asked;
};

Option topic_option() {
  return Option::string("topic", "What the question is about")
      .choices({{"Space", "space"},
                {"Nature", "nature"},
                {"History", "history"},
                {"Geography", "geography"},
                {"Games", "games"}});
}

Option letter_option() {
  return Option::string("choice", "The letter of the answer")
      .required()
      .choices({{"A", "A"}, {"B", "B"}, {"C", "C"}, {"D", "D"}});
}

}  // namespace

class Trivia : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    patience_ = std::chrono::seconds(core.config()["seconds_to_answer"].integer());
    restore_scores();
    rounds_ = core.metrics().counter("rounds_total", "Questions asked, by topic.", {"topic"});
    answers_ = core.metrics().counter(
        "answers_total", "How questions ended: right, wrong, nobody.", {"result"});
    thinking_ = core.metrics().histogram("thinking_seconds", "Time from a question to its answer.");
    open_ = core.metrics().gauge("open_rounds", "Questions that wait for an answer.");

    const char* about = "A quiz for the whole server";
    core.api().register_command(
        Command("trivia play", "Asks a question").of(about).option(topic_option()),
        [this](Interaction& i) { play(i); });
    core.api().register_command(Command("trivia answer", "Answers the question in this channel")
                                    .of(about)
                                    .option(letter_option()),
                                [this](Interaction& i) { answer(i, i.option_string("choice")); });
    core.api().register_command(Command("trivia score", "Tells how this server does").of(about),
                                [this](Interaction& i) { score(i); });
    core.api().on_component("answer:", [this](Interaction& i) { press(i); });
  }

  void restore_scores() {
    std::string last;
    while (true) {
      const auto rows = core_->storage().list(kScoreKey, last);
      if (rows.empty()) return;
      for (const auto& [key, text] : rows) {
        scores_.restore(std::strtoull(key.c_str() + kScoreKey.size(), nullptr, 10), text);
      }
      last = rows.back().first;
    }
  }

  void play(Interaction& interaction) {
    const std::uint64_t channel = interaction.channel_id();
    if (rounds_open_.contains(channel)) {
      Message busy("There is a question open in this channel. Answer it first!");
      busy.ephemeral = true;
      return interaction.reply(busy);
    }
    Round round;
    round.number = ++numbers_;
    round.question = &pick(interaction.option_string("topic"));
    std::shuffle(round.order.begin(), round.order.end(), random_);
    round.asked = core_->now();
    rounds_.with(round.question->topic).add();
    interaction.reply(ask(round));
    core_->after(patience_, [this, channel, number = round.number, interaction] {
      time_is_up(channel, number, interaction);
    });
    rounds_open_.emplace(channel, round);
    open_.set(static_cast<double>(rounds_open_.size()));
  }

  const Question& pick(const std::string& topic) {
    std::vector<const Question*> fitting;
    for (const Question& question : questions()) {
      if (topic.empty() || question.topic == topic) fitting.push_back(&question);
    }
    if (fitting.empty()) return questions().front();
    return *fitting[random_() % fitting.size()];
  }

  Message ask(const Round& round) const {
    Embed embed;
    embed.title = round.question->text;
    embed.color = kAsking;
    std::vector<Button> buttons;
    for (std::size_t i = 0; i < 4; ++i) {
      embed.description += "**" + std::string(kLetters[i]) + "**  " +
                           std::string(round.question->answers[round.order[i]]) + "\n";
      buttons.push_back(
          {kLetters[i], "answer:" + std::to_string(round.number) + ":" + kLetters[i]});
    }
    embed.footer = "You have " + std::to_string(patience_.count()) + " seconds.";
    Message message(embed);
    message.rows = {buttons};
    return message;
  }

  // custom_id: "answer:<number>:<letter>"
  void press(Interaction& interaction) {
    const std::string& id = interaction.name();
    const std::size_t colon = id.rfind(':');
    const auto round = rounds_open_.find(interaction.channel_id());
    if (round == rounds_open_.end() ||
        id != "answer:" + std::to_string(round->second.number) + ":" + id.substr(colon + 1)) {
      Message over("This question is over.");
      over.ephemeral = true;
      return interaction.reply(over);
    }
    answer(interaction, id.substr(colon + 1));
  }

  void answer(Interaction& interaction, const std::string& letter) {
    const auto found = rounds_open_.find(interaction.channel_id());
    if (found == rounds_open_.end()) {
      Message none("There is no question in this channel. Start one with `/trivia play`.");
      none.ephemeral = true;
      return interaction.reply(none);
    }
    const Round round = found->second;
    rounds_open_.erase(found);
    open_.set(static_cast<double>(rounds_open_.size()));
    thinking_.observe(core_->now() - round.asked);

    const std::size_t place = letter.empty() ? 4 : static_cast<std::size_t>(letter[0] - 'A');
    const bool right = place < 4 && round.order[place] == 0;
    answers_.with(right ? "right" : "wrong").add();
    const Scores::Score& score = scores_.answered(interaction.guild_id(), right);
    core_->storage().put(std::string(kScoreKey) + std::to_string(interaction.guild_id()),
                         Scores::to_text(score));
    Embed embed;
    embed.title = right ? "Right!" : "Not quite.";
    embed.color = right ? kRight : kWrong;
    embed.description = "**" + std::string(round.question->text) + "**\nIt is **" +
                        std::string(round.question->answers[0]) + "**. " +
                        std::string(round.question->fact);
    embed.footer = score.streak > 1 ? std::to_string(score.streak) + " right in a row"
                                    : std::to_string(score.right) + " of " +
                                          std::to_string(score.asked) + " right on this server";
    interaction.reply(Message(embed));
  }

  void time_is_up(std::uint64_t channel, std::uint64_t number, const Interaction& interaction) {
    const auto found = rounds_open_.find(channel);
    if (found == rounds_open_.end() || found->second.number != number) return;
    const Question& question = *found->second.question;
    answers_.with("nobody").add();
    Embed embed;
    embed.title = "Time is up.";
    embed.description = "**" + std::string(question.text) + "**\nIt was **" +
                        std::string(question.answers[0]) + "**. " + std::string(question.fact);
    interaction.edit_reply(Message(embed));
    rounds_open_.erase(found);
    open_.set(static_cast<double>(rounds_open_.size()));
  }

  void score(Interaction& interaction) const {
    const Scores::Score score = scores_.of(interaction.guild_id());
    if (score.asked == 0)
      return interaction.reply("Nobody has played here yet. `/trivia play` changes that.");
    Embed embed;
    embed.title = "How this server does";
    embed.color = kAsking;
    embed.description = "`" + bar(score.right, score.asked) + "`";
    embed.fields = {
        {"Right", std::to_string(score.right) + " of " + std::to_string(score.asked), true},
        {"Best streak", std::to_string(score.best_streak), true},
        {"Place",
         std::to_string(scores_.rank(interaction.guild_id())) + " of " +
             std::to_string(scores_.guilds()),
         true}};
    interaction.reply(Message(embed));
  }

  Core* core_ = nullptr;
  std::chrono::seconds patience_{30};
  std::map<std::uint64_t, Round> rounds_open_;  // By channel.
  std::uint64_t numbers_ = 0;
  Scores scores_;
  std::minstd_rand random_{std::random_device{}()};
  Family<Counter> rounds_;
  Family<Counter> answers_;
  Histogram thinking_;
  Gauge open_;
};

DISCERN_PLUGIN(Trivia)
