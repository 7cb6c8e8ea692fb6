// Uses all that the API offers on Discord, once. The contract test holds what goes out against
// Discord's own description.

#include <discern/plugin/plugin.hpp>

#include <memory>
#include <thread>

using namespace discern::plugin;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPng = "\x89PNG\r\n\x1a\n";

Message rich() {
  Embed embed;
  embed.title = "Title";
  embed.description = "Text";
  embed.url = "https://example.org";
  embed.color = 0x5865F2;
  embed.fields = {{"left", "1", true}, {"right", "2", true}};
  embed.footer = "below";
  embed.image_url = "https://example.org/i.png";
  embed.thumbnail_url = "https://example.org/t.png";
  embed.author = "somebody";
  embed.author_url = "https://example.org/a";
  embed.author_icon_url = "https://example.org/a.png";
  embed.timestamp = "2026-01-31T12:00:00Z";
  Message message("rich @everyone");
  message.embeds = {embed};
  Button link{.label = "Site", .url = "https://example.org"};
  Button heart{.label = "Like", .custom_id = "like", .emoji = "❤️"};
  message.rows = {{{"Go", "go", ButtonStyle::Primary}, heart, link}};
  Select colors{.custom_id = "color",
                .options = {{"Red", "r", "like fire", "🔥", true}, {"Blue", "b"}},
                .placeholder = "Choose"};
  message.selects = {colors,
                     {.custom_id = "who", .of = Select::Of::Users},
                     {.custom_id = "where", .of = Select::Of::Channels, .least = 0, .most = 2}};
  message.mention_users = {111111111111111111};
  message.silent = true;
  message.without_links = true;
  return message;
}

Message with_file(std::string text) {
  Message message(std::move(text));
  message.files = {{"shot.png", "image/png", kPng, "a picture"}, {"a.txt", "text/plain", "some"}};
  return message;
}

// Calls one step after the other and then tells how each went.
class Tour : public std::enable_shared_from_this<Tour> {
 public:
  using Step = std::function<void(Done)>;
  Tour(Interaction interaction) : interaction_(std::move(interaction)) {}

  void add(std::string name, Step step) { steps_.emplace_back(std::move(name), std::move(step)); }
  void next() {
    if (at_ == steps_.size()) {
      interaction_.edit_reply("done " + std::to_string(steps_.size()) + failures_);
      return;
    }
    const auto& [name, step] = steps_[at_++];
    step([self = shared_from_this(), name = name](const Reply& reply) {
      if (!reply.ok) self->failures_ += "\n" + name + ": " + reply.error;
      // Of the object that was made or changed; of a list, the second (the first role is
      // @everyone).
      self->last_id = reply.body.is_array() ? reply.body.at(1)["id"].id() : reply.body["id"].id();
      self->next();
    });
  }
  std::uint64_t last_id = 0;
  std::uint64_t message = 0;
  std::uint64_t second = 0;
  std::uint64_t thread = 0;

 private:
  Interaction interaction_;
  std::vector<std::pair<std::string, Step>> steps_;
  std::size_t at_ = 0;
  std::string failures_;
};

}  // namespace

class Everything : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    register_simple();
    register_described();
    register_menus();
    auto& api = core.api();
    api.on_component("", [](Interaction& i) {
      std::string text = "got " + i.name();
      for (const std::string& value : i.values()) text += " " + value;
      if (i.name() == "go") return i.update(text);
      i.reply(text);
    });
    api.on_modal("report", [](Interaction& i) {
      i.reply("why: " + i.field("why") + ", more: " + i.field("more"));
    });
    core.on("MESSAGE_CREATE", [this](const Event& event) {
      if (event.string("content") == "raise") throw std::runtime_error("as asked");
    });
    // A task of the operator's: what runs without a person waiting.
    api.register_command("tour", "Does everything the API can", [this](Interaction& i) {
      i.defer();
      start_tour(i);
    });
  }

  void register_simple() {
    auto& api = core_->api();
    api.register_command("say", "Says it with everything", [](Interaction& i) { i.reply(rich()); });
    api.register_command("secret", "For one person", [](Interaction& i) {
      Message message("hush");
      message.ephemeral = true;
      i.reply(message);
    });
    api.register_command("file", "Files everywhere", [](Interaction& i) {
      i.reply(with_file("first"), [i](const Reply&) {
        i.edit_reply(with_file("edited"),
                     [i](const Reply&) { i.follow_up(with_file("followed")); });
      });
    });
    api.register_command("deferred", "Thinks first", [](Interaction& i) {
      i.defer();
      i.edit_reply("at last", [i](const Reply&) { i.follow_up("and more"); });
    });
    api.register_command("counted", "Counts in follow-ups", [](Interaction& i) -> Task<> {
      i.reply("counting");
      const Reply one = co_await i.follow_up("one", awaited);
      const Reply two = co_await i.follow_up("two", awaited);
      co_await i.edit_follow_up(one.id(), with_file("three"), awaited);
      const Reply gone = co_await i.delete_follow_up(two.id(), awaited);
      i.edit_reply(gone.ok ? "counted" : gone.error);
    });
    api.register_command("gone", "Answers and takes it back", [](Interaction& i) {
      i.reply("nothing to see", [i](const Reply&) { i.delete_reply(); });
    });
    api.register_command("late", "Answers after the host lost patience", [this](Interaction& i) {
      core_->after(2500ms, [i] { i.reply("better late"); });
    });
    api.register_command("stuck", "Does not come back for a while", [](Interaction& i) {
      std::this_thread::sleep_for(2500ms);
      i.reply("awake");
    });
    api.register_command("report", "Opens a form", [](Interaction& i) {
      i.show(Form("report:1", "Report")
                 .add(Field("why", "Why?").length(1, 100).placeholder("say it"))
                 .add(Field("more", "More?").long_text().optional().value("nothing")));
    });
  }

  void register_menus() {
    auto& api = core_->api();
    api.register_user_command("Who is this", [](Interaction& i) {
      i.reply("user " + std::to_string(i.target_id()) + " is " +
              i.target_user()["username"].string() + (i.target_member() ? " of here" : ""));
    });
    Command quote = Command::message("Quote it!");
    quote.localized("de", "Zitiere es!", {}).requires_permissions(permission::kManageMessages);
    api.register_command(quote, [](Interaction& i) {
      i.reply("quoting " + i.target_message()["content"].string());
    });
    // Another command than the one above, and counted as another.
    api.register_message_command("Who is this", [](Interaction& i) {
      i.reply("message of " + i.target_message().find("author.username").string());
    });
  }

  void register_described() {
    auto& api = core_->api();
    Command pick("pick", "Picks one");
    pick.localized("de", "waehlen", "Wählt eins aus")
        .requires_permissions(permission::kManageMessages)
        .contexts({Context::Guild, Context::BotDm})
        .installed_by({Install::Guild})
        .age_restricted()
        .option(Option::string("what", "What to pick")
                    .required()
                    .autocomplete()
                    .length(1, 50)
                    .localized("de", "was", "Was es sein soll"))
        .option(Option::integer("count", "How many").range(1, 9))
        .option(Option::integer("size", "Which size").integer_choices({{"small", 1}, {"big", 2}}))
        .option(Option::number("share", "Which share").number_choices({{"half", 0.5}}))
        .option(Option::channel("place", "Where").channel_types({0, 5}))
        .option(Option::mentionable("whom", "For whom"))
        .option(Option::role("role", "Which role"))
        .option(Option::attachment("picture", "Which picture"))
        .option(Option::boolean("loud", "How"));
    api.register_command(
        pick,
        [](Interaction& i) { i.reply("picked " + i.option_string("what")); },
        [](Interaction& i) {
          i.choices({{"apple " + i.typed(), "apple"}, {"pear", "pear"}});
        });
    api.register_command(Command("settings theme set", "Sets the theme")
                             .of("Settings of the bot")
                             .localized("fr", "choisir", "Choisit le thème")
                             .answers_privately()
                             .option(Option::string("name", "Which").choices({{"Dark", "dark"}})),
                         [](Interaction& i) { i.reply("theme " + i.option_string("name")); });
    api.register_command(Command("settings theme show", "Shows the theme"),
                         [](Interaction& i) { i.reply("dark"); });
  }

  void start_tour(const Interaction& i) {
    auto tour = std::make_shared<Tour>(i);
    const std::uint64_t channel = i.channel_id();
    add_messages(*tour, channel);
    add_threads(*tour, channel, i.user_id());
    add_people(*tour, i.guild_id(), i.user_id());
    tour->next();
  }

  // A step holds the tour by reference: the tour lives as long as one of its steps is under way.
  void add_messages(Tour& tour, std::uint64_t channel) {
    Discord& discord = core_->discord();
    tour.add("send", [=, &discord](Done done) { discord.send_message(channel, rich(), done); });
    tour.add("send a file", [=, &discord, &tour](Done done) {
      tour.message = tour.last_id;
      Message answer = with_file("an answer");
      answer.reply_to = tour.message;
      discord.send_message(channel, answer, done);
    });
    tour.add("edit", [=, &discord, &tour](Done done) {
      tour.second = tour.last_id;
      discord.edit_message(channel, tour.message, "edited", done);
    });
    tour.add("fetch", [=, &discord, &tour](Done done) {
      discord.fetch_message(channel, tour.message, done);
    });
    tour.add("pin", [=, &discord, &tour](Done done) {
      discord.pin_message(channel, tour.message, "important", done);
    });
    tour.add("unpin", [=, &discord, &tour](Done done) {
      discord.unpin_message(channel, tour.message, "not important", done);
    });
    tour.add("react", [=, &discord, &tour](Done done) {
      discord.add_reaction(channel, tour.message, "👍", done);
    });
    tour.add("unreact", [=, &discord, &tour](Done done) {
      discord.remove_reaction(channel, tour.message, "👍", done);
    });
    tour.add("clear one", [=, &discord, &tour](Done done) {
      discord.clear_reactions(channel, tour.message, "👍", done);
    });
    tour.add("clear all", [=, &discord, &tour](Done done) {
      discord.clear_reactions(channel, tour.message, done);
    });
    tour.add("delete", [=, &discord, &tour](Done done) {
      discord.delete_message(channel, tour.second, "done with it", done);
    });
    tour.add("delete many", [=, &discord, &tour](Done done) {
      discord.delete_messages(channel, {tour.message, tour.second}, {}, done);
    });
    tour.add("list", [=, &discord](Done done) {
      discord.request({.method = "GET",
                       .route = "/channels/{}/messages",
                       .parameters = {std::to_string(channel)},
                       .query = "limit=5",
                       .json = {},
                       .files = {},
                       .reason = {}},
                      done);
    });
  }

  void add_threads(Tour& tour, std::uint64_t channel, std::uint64_t user) {
    Discord& discord = core_->discord();
    tour.add("message", [=, &discord](Done done) { discord.send_message(channel, "talk", done); });
    tour.add("thread of it", [=, &discord, &tour](Done done) {
      discord.start_thread(channel, tour.last_id, "talk", done);
    });
    tour.add("thread", [=, &discord](Done done) {
      discord.start_thread(channel, "quiet talk", Discord::ThreadKind::Private, done);
    });
    tour.add("invite", [=, &discord, &tour](Done done) {
      tour.thread = tour.last_id;
      discord.add_to_thread(tour.thread, user, done);
    });
    tour.add("uninvite", [=, &discord, &tour](Done done) {
      discord.remove_from_thread(tour.thread, user, done);
    });
    tour.add("archive",
             [=, &discord, &tour](Done done) { discord.archive_thread(tour.thread, true, done); });
  }

  void add_people(Tour& tour, std::uint64_t guild, std::uint64_t user) {
    Discord& discord = core_->discord();
    tour.add("private", [=, &discord](Done done) { discord.send_private(user, "psst", done); });
    tour.add("ask for members", [=, &discord](Done done) {
      discord.request_members(guild, std::vector<std::uint64_t>{user}, done);
    });
    tour.add("make role", [=, &discord](Done done) {
      discord.request(
          "POST", "/guilds/{}/roles", {std::to_string(guild)}, R"({"name":"guest"})", done, "new");
    });
    tour.add("list roles", [=, &discord](Done done) {
      discord.request("GET", "/guilds/{}/roles", {std::to_string(guild)}, {}, done);
    });
    tour.add("role", [=, &discord, &tour](Done done) {
      tour.second = tour.last_id;
      discord.add_role(guild, user, tour.second, "welcome", done);
    });
    tour.add("no role", [=, &discord, &tour](Done done) {
      discord.remove_role(guild, user, tour.second, "bye", done);
    });
    tour.add("nickname",
             [=, &discord](Done done) { discord.set_nickname(guild, user, "Nick", "fits", done); });
    tour.add("time out",
             [=, &discord](Done done) { discord.time_out(guild, user, 10min, "too loud", done); });
    tour.add("time in", [=, &discord](Done done) { discord.time_out(guild, user, 0s, {}, done); });
    tour.add("ban", [=, &discord](Done done) { discord.ban(guild, user, "rules", 1h, done); });
    tour.add("unban", [=, &discord](Done done) { discord.unban(guild, user, "grace", done); });
    tour.add("kick", [=, &discord](Done done) { discord.kick(guild, user, "rules", done); });
  }

  Core* core_ = nullptr;
};

DISCERN_PLUGIN(Everything)
