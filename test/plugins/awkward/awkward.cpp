// What real plugins do wrong after their handler returned, and with what people typed: coroutines
// that fail, answers that Discord refuses, half characters, odd file names.

#include <discern/plugin/plugin.hpp>

#include <coroutine>
#include <stdexcept>
#include <vector>

using namespace discern::plugin;
using namespace std::chrono_literals;

namespace {

// Somebody else's awaitable: resumes whatever waits, from wherever it is opened.
class Door {
 public:
  struct Passage {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) { door->waiting_.push_back(waiting); }
    void await_resume() const noexcept {}
    Door* door;
  };
  Passage pass() { return {this}; }
  void open() {
    for (const auto waiting : std::exchange(waiting_, {})) waiting.resume();
  }

 private:
  std::vector<std::coroutine_handle<>> waiting_;
};

}  // namespace

class Awkward : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    register_failures();
    register_endings();
    register_answers();
    register_texts();
    core.on("MESSAGE_CREATE", [this](const Event& event) -> Task<> {
      if (event.string("content") != "fail later") co_return;
      co_await core_->sleep(1ms);
      throw std::runtime_error("in an event");
    });
    core.api().register_route("/fails", [this](const Request&, Response&) -> Task<> {
      co_await core_->sleep(1ms);
      throw std::runtime_error("in a route");
    });
    core.on("MESAGE_CREATE", [](const Event&) {});
  }

  void register_failures() {
    auto& api = core_->api();
    api.register_command("timer", "Fails after a timer", [this](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      co_await step(1);
    });
    api.register_command("reply", "Fails after a reply", [](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      throw std::runtime_error("after a reply");
    });
    api.register_command("rest", "Fails after a request", [this](Interaction& i) -> Task<> {
      i.reply("working");
      co_await core_->discord().send_message(i.channel_id(), "beside", awaited);
      throw std::runtime_error("after a request");
    });
    api.register_command("nested", "Fails far inside", [this](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      for (int n = 0; n < 3; ++n) co_await step(0);
      co_await step(3);
    });
    api.register_command("deferred", "Fails after a deferral", [this](Interaction& i) -> Task<> {
      i.defer();
      co_await core_->sleep(1ms);
      throw 7;
    });
    api.register_command("detached", "Fails beside its handler", [this](Interaction& i) {
      i.reply("working");
      core_->start(job(i));
    });
    api.register_command("behind", "Fails behind a door", [this](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      co_await door_.pass();
      throw std::runtime_error("behind a door");
    });
    api.register_command("open", "Opens the door", [this](Interaction& i) {
      door_.open();
      i.reply("opened");
    });
    api.register_command("press", "Shows a button", [](Interaction& i) {
      Message message("press it");
      message.rows = {{Button{.label = "Go", .custom_id = "go:7"}}};
      i.reply(message);
    });
    api.on_component("go", [this](Interaction& i) -> Task<> {
      co_await i.update("working", awaited);
      co_await step(1);
    });
    api.register_command("form", "Shows a form", [](Interaction& i) {
      i.show(Form("form:1", "A form").add(Field("why", "Why?")));
    });
    api.on_modal("form", [this](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      co_await step(1);
    });
    api.register_command("both", "Replies, then fails at once", [](Interaction& i) {
      i.reply("working");
      throw std::runtime_error("at once");
    });
  }

  void register_endings() {
    auto& api = core_->api();
    api.register_command("silent", "Ends without an answer", [this](Interaction& i) -> Task<> {
      i.defer();
      co_await core_->sleep(1ms);
    });
    api.register_command("endless", "Waits for ever", [this](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      co_await core_->sleep(1h);
    });
  }

  void register_answers() {
    auto& api = core_->api();
    api.register_command("once", "Answers once", [](Interaction& i) { i.reply("once"); });
    api.register_command("again", "Answers until it is taken", [](Interaction& i) -> Task<> {
      const Reply first = co_await i.reply("first", awaited);
      if (!first.ok) co_await i.reply("code " + std::to_string(first.discord_code), awaited);
    });
    api.register_command("chain", "Answers twice at once", [](Interaction& i) {
      i.reply("one");
      i.follow_up("two");
    });
    api.register_command("edit", "Edits what it deferred", [](Interaction& i) -> Task<> {
      i.defer();
      co_await i.edit_reply("edited", awaited);
    });
    api.register_command("more", "Follows up", [](Interaction& i) -> Task<> {
      co_await i.reply("working", awaited);
      co_await i.follow_up("more", awaited);
    });
    api.register_command(
        "long", "Says too much", [](Interaction& i) { i.reply(std::string(2001, 'x')); });
  }

  void register_texts() {
    auto& api = core_->api();
    api.register_command("half", "Cuts a character", [this](Interaction& i) {
      const std::string half = std::string("ab\xC3\xA4", 4).substr(0, 3);
      core_->log().info("log " + half);
      Embed embed;
      embed.title = half;
      Message message(half);
      message.embeds = {embed};
      Message sent("sent " + half);
      core_->discord().send_message(i.channel_id(), sent);
      core_->discord().add_role(i.guild_id(), i.user_id(), 1, "because " + half);
      core_->storage().put("key " + half, half);
      i.reply(message);
    });
    api.register_command(
        "cut", "Cuts at a character", [](Interaction& i) { i.reply(cut("äöü€😀xyz", 5)); });
    Command files("files", "Brings a file");
    files.option(Option::integer("which", "Which name"));
    api.register_command(files, [](Interaction& i) {
      const std::vector<std::string> names = {"a\"b.txt",
                                              "über alles.png",
                                              "..\\x/y\r\nX: z.txt",
                                              "",
                                              std::string(300, 'x') + ".txt",
                                              "\xFF\x01.txt"};
      const std::string& name = names.at(static_cast<std::size_t>(i.option_int("which")));
      Embed embed;
      embed.title = "file";
      embed.image_url = "attachment://" + name;
      Message message(embed);
      message.files = {File{.name = name, .content_type = "text/plain", .bytes = "bytes"}};
      i.reply(message);
    });
  }

  Task<int> step(int depth) {
    co_await core_->sleep(1ms);
    if (depth == 1) throw std::runtime_error("in a step");
    if (depth > 1) co_return co_await step(depth - 1);
    co_return 0;
  }
  Task<> job(Interaction i) {
    co_await core_->sleep(1ms);
    throw std::runtime_error("beside " + i.name());
  }

  Core* core_ = nullptr;
  Door door_;
};

DISCERN_PLUGIN(Awkward)
