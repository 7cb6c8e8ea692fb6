// One of each thing a plugin can do. docs/plugins.md quotes it; tour_test.cpp runs it.

#include <discern/plugin/plugin.hpp>

#include <chrono>
#include <string>

using namespace discern::plugin;
using namespace std::chrono_literals;

class Tour : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    add_commands();
    add_notes();
    add_form();
    add_menus();
    add_waiting();
    add_pages();
    add_background();
  }

  // Options, choices while somebody types, and an embed.
  void add_commands() {
    const Command greet = Command("greet", "Greets somebody")
                              .option(Option::string("name", "Whom to greet").required())
                              .option(Option::integer("times", "How often").range(1, 5));
    core_->api().register_command(greet, [this](Interaction& i) {
      std::string text;
      for (std::int64_t n = i.option_int("times", 1); n > 0; --n) {
        text += core_->config()["greeting"].string() + ", " + i.option_string("name") + "!\n";
      }
      i.reply(text);
    });

    const Command color = Command("color", "Shows a color")
                              .option(Option::string("name", "Which").required().autocomplete());
    core_->api().register_command(
        color,
        [](Interaction& i) {
          Embed embed;
          embed.title = i.option_string("name");
          embed.color = embed.title == "red" ? 0xB3261E : 0x2E7D32;
          i.reply(embed);
        },
        [](Interaction& i) {
          std::vector<std::pair<std::string, std::string>> fitting;
          for (const char* name : {"red", "green"}) {
            if (std::string_view(name).starts_with(i.typed())) fitting.push_back({name, name});
          }
          i.choices(fitting);
        });
  }

  // Subcommands, and storage that outlives a restart.
  void add_notes() {
    const char* about = "Notes of this server";
    core_->api().register_command(
        Command("note add", "Writes a note down")
            .of(about)
            .option(Option::string("text", "The note").required()),
        [this](Interaction& i) { write_note(i, i.option_string("text")); });
    core_->api().register_command(Command("note list", "Reads the notes").of(about),
                                  [this](Interaction& i) { list_notes(i); });
    notes_ = core_->metrics().counter("notes_total", "Notes written down.");
  }

  void write_note(Interaction& i, const std::string& text) {
    const std::string guild = std::to_string(i.guild_id());
    const std::string note = "note:" + guild + ":" + std::to_string(i.id());
    if (core_->storage().find(note)) return i.reply("That is noted already.");
    const std::int64_t count = core_->storage().integer("count:" + guild);
    if (count >= core_->config()["notes"].integer()) return i.reply("This server's book is full.");
    const std::string number = std::to_string(count + 1);
    core_->storage().write({{note, text}, {"count:" + guild, number}});
    notes_.add();
    i.reply("That is note " + number + ".");
  }

  void list_notes(Interaction& i) {
    std::string text;
    for (const auto& [key, note] :
         core_->storage().list("note:" + std::to_string(i.guild_id()) + ":")) {
      text += "- " + note + "\n";
    }
    Message message(text.empty() ? "No notes yet." : text);
    message.ephemeral = true;
    i.reply(message);
  }

  // Buttons, a select and a form.
  void add_form() {
    core_->api().register_command("feedback", "Tells us what you think", [](Interaction& i) {
      Message message("How was it?");
      message.rows = {{{"Good", "rate:good", ButtonStyle::Success}, {"Bad", "rate:bad"}}};
      message.selects = {{"topic", {{"The bot", "bot"}, {"This server", "server"}}}};
      i.reply(message);
    });
    core_->api().on_component("rate:", [this](Interaction& i) {
      ratings_.with(i.name().substr(5)).add();
      if (i.name() == "rate:good") return i.update("Thank you!");
      i.show(Form("why", "What was wrong?").add(Field("text", "In your words").long_text()));
    });
    core_->api().on_component("topic",
                              [](Interaction& i) { i.update("About: " + i.values().at(0)); });
    core_->api().on_modal("why", [this](Interaction& i) {
      core_->log().info("somebody was not content");  // What they wrote is not for a log.
      i.reply("Thank you. We read: " + i.field("text"));
    });
    ratings_ = core_->metrics().counter("ratings_total", "Ratings given.", {"rating"});
  }

  // In the menus of people and messages.
  void add_menus() {
    core_->api().register_user_command("Greet", [this](Interaction& i) {
      i.reply(core_->config()["greeting"].string() + ", " + i.target_user()["username"].string() +
              "!");
    });
    core_->api().register_message_command("Note down", [this](Interaction& i) {
      write_note(i, i.target_message()["content"].string());
    });
  }

  // A coroutine: waits for the web without blocking, and answers when it knows.
  void add_waiting() {
    const Command weather =
        Command("weather", "Says how it is").option(Option::string("city", "Where").required());
    core_->api().register_command(weather, [this](Interaction& i) -> Task<> {
      i.defer();
      const std::string temperature = co_await temperature_in(i.option_string("city"));
      i.reply(temperature.empty() ? "I could not find out." : temperature + " °C");
    });
    core_->api().register_command("report", "Sends a file", [](Interaction& i) {
      Message message("Here it is.");
      message.files = {{"report.csv", "text/csv", "hour,messages\n0,12\n"}};
      i.reply(message);
    });
    core_->api().register_command("remind", "Reminds you", [this](Interaction& i) -> Task<> {
      const Reply sent = co_await i.reply("I will.", awaited);
      if (!sent.ok) co_return;
      co_await core_->sleep(10min);
      const Reply reminder = co_await i.follow_up("It is time.", awaited);
      co_await core_->sleep(1min);
      i.edit_follow_up(reminder.id(), "It was time.");
    });
  }

  Task<std::string> temperature_in(std::string city) {
    const std::string url = core_->config()["weather"].string() + "/now?city=" + escape_url(city);
    for (int attempt = 0; attempt < 3; ++attempt) {
      const WebReply reply = co_await core_->http().get(url, awaited);
      if (reply.ok) co_return std::string(reply.json()["celsius"].raw());
      co_await core_->sleep(1s);
    }
    co_return "";
  }

  // Web pages below /plugins/tour/.
  void add_pages() {
    core_->api().register_route("/", [this](const Request& request, Response& response) {
      const std::string name = request.query("name");
      response.html(html("<!doctype html><title>Tour</title><p>{}, {}!</p>",
                         core_->config()["greeting"].string(),
                         name.empty() ? "world" : name));
    });
    core_->api().register_route(
        "/status.json", [this](const Request&, Response& response) -> Task<> {
          const WebReply reply =
              co_await core_->http().get(core_->config()["weather"].string() + "/health", awaited);
          response.json(JsonObject().add("weather_service", reply.ok));
        });
  }

  // Events, timers and metrics of every kind.
  void add_background() {
    Metrics& metrics = core_->metrics();
    messages_ = metrics.counter("messages_total", "Messages seen.");
    length_ = metrics.histogram("message_bytes", "Length of messages.");
    channels_ = metrics.top_k("busiest_channels", "Channels with the most messages.", "channel");
    writers_ = metrics.distinct("writers", "Different people who wrote, storing none of them.");
    up_ = metrics.gauge("up_seconds", "Time since the plugin was enabled.");

    core_->on("MESSAGE_CREATE", [this](const Event& event) {
      messages_.add();
      length_.observe(static_cast<double>(event.string("content").size()));
      channels_.add_id(event.id("channel_id"));
      writers_.add_id(event.id("author.id"));
    });
    core_->every(30s, [this, since = core_->now()] {
      up_.set(std::chrono::duration<double>(core_->now() - since).count());
    });
  }

  Core* core_ = nullptr;
  Counter notes_;
  Family<Counter> ratings_;
  Counter messages_;
  Histogram length_;
  TopK channels_;
  Distinct writers_;
  Gauge up_;
};

DISCERN_PLUGIN(Tour)
