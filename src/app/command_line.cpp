#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "app/tell.hpp"
#include "app/version.hpp"

namespace discern::app {
namespace {

// What the command line may set over file and environment.
struct Overrides {
  std::string config;
  std::string data;
  std::optional<int> port;
};

void add_common(CLI::App& command, Overrides& overrides) {
  command.add_option(
      "--config", overrides.config, "Configuration file (see config/discern.example.toml)");
  command.add_option(
      "--data", overrides.data, "Data folder (default: ./data; of a demo: ./data/demo)");
  command
      .add_option("--port", overrides.port, "Port of the dashboard (default: 8080; 0: a free one)")
      ->check(CLI::Range(0, 65535));
}

// A discern.toml in the current folder is taken without being asked for.
Result<Config> effective_config(const Overrides& overrides) {
  std::filesystem::path file = overrides.config;
  std::error_code ec;
  if (file.empty() && std::filesystem::exists("discern.toml", ec)) file = "discern.toml";
  auto config = load_config(file);
  if (!config) return config;
  if (!overrides.data.empty()) {
    config->data_dir = overrides.data;
    config->given["data_dir"] = overrides.data;
  }
  if (overrides.port) {
    config->web.port = *overrides.port;
    config->given["web.port"] = std::to_string(*overrides.port);
  }
  return config;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CLI::App cli{"Discern: a Discord bot host that shows you what your bot is doing."};
  cli.set_version_flag("--version", std::string(kVersion));
  cli.require_subcommand(1);
  cli.footer("Exit codes: 0 fine, 1 failed while running, 2 wrong usage or configuration.");
  Request request;
  Overrides overrides;

  CLI::App* run = cli.add_subcommand(
      "run", "Connect to Discord (token from DISCORD_TOKEN or discord.token_file)");
  add_common(*run, overrides);

  CLI::App* demo =
      cli.add_subcommand("demo", "The same host against the bundled simulated Discord");
  add_common(*demo, overrides);
  demo->add_option("--guilds", request.demo.guilds, "Guilds in the simulated world")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  demo->add_option("--rate", request.demo.rate, "Mean events a second")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  demo->add_option("--seed", request.demo.seed, "The same seed gives the same world")
      ->capture_default_str();
  demo->add_option(
          "--days", request.demo.days, "Days of made-up history that a new data folder begins with")
      ->check(CLI::Range(0, 7))
      ->capture_default_str();

  CLI::App* check = cli.add_subcommand("check", "Say what is wrong before it runs");
  check->require_subcommand(1);
  CLI::App* check_config = check->add_subcommand("config", "Check the configuration");
  add_common(*check_config, overrides);
  bool print_example = false;
  check_config->add_flag("--print-example", print_example, "Print the documented example file");

  CLI::App* check_plugins = check->add_subcommand(
      "plugins",
      "Check every plugin: its manifest, its settings, its library. Opens each library in a "
      "process "
      "of its own, where its static constructors run; with --static nothing of it runs");
  add_common(*check_plugins, overrides);
  check_plugins->add_flag(
      "--static", request.run_nothing, "Only read the files: no code of a plugin runs");

  CLI::App* plugin = cli.add_subcommand(
      "plugin", "Write plugins; look at those of a running host, and switch them");
  plugin->require_subcommand(1);
  CLI::App* plugin_new = plugin->add_subcommand("new", "Make a folder with a plugin to begin with");
  plugin_new->add_option("id", request.new_plugin, "Its id, and the folder's name: a-z, 0-9, -, _")
      ->required();
  CLI::App* metrics =
      cli.add_subcommand("metrics", "Print what is measured, as in docs/metrics.md");
  using PluginVerb = Request::PluginVerb;
  constexpr std::tuple<const char*, PluginVerb, const char*> kPluginVerbs[] = {
      {"list", PluginVerb::List, "Every plugin with its state and what is wrong with it"},
      {"enable", PluginVerb::Enable, "Load a plugin, now and at every start"},
      {"disable", PluginVerb::Disable, "Unload a plugin, and do not load it at the next start"},
      {"reload", PluginVerb::Reload, "Load the plugin's files again"}};
  for (const auto& [name, verb, help] : kPluginVerbs) {
    CLI::App* one = plugin->add_subcommand(name, help);
    add_common(*one, overrides);
    if (verb != PluginVerb::List) {
      one->add_option("plugin", request.plugin, "The plugin's id")->required();
    }
    one->callback([&request, chosen = verb] { request.plugin_verb = chosen; });
  }

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // What was typed is part of the text.
    std::ostringstream out;
    std::ostringstream bad;
    const int code = cli.exit(error, out, bad);
    output::put(output::Stream::Out, printable_lines(out.str()));
    output::put(output::Stream::Err, printable_lines(bad.str()));
    return {std::nullopt, code == 0 ? kExitFine : kExitUsage};
  }
  if (print_example) {
    request.verb = Request::Verb::PrintExample;
    return {std::move(request)};
  }
  if (plugin_new->parsed()) {
    request.verb = Request::Verb::PluginNew;
    return {std::move(request)};
  }
  if (metrics->parsed()) {
    request.verb = Request::Verb::PrintMetrics;
    return {std::move(request)};
  }
  request.verb = run->parsed()             ? Request::Verb::Run
                 : demo->parsed()          ? Request::Verb::Demo
                 : plugin->parsed()        ? Request::Verb::Plugin
                 : check_plugins->parsed() ? Request::Verb::CheckPlugins
                                           : Request::Verb::CheckConfig;
  request.read_config = [overrides] { return effective_config(overrides); };
  auto config = request.read_config();
  if (!config) {
    complain(config.error().text);
    return {std::nullopt, kExitUsage};
  }
  request.config = *std::move(config);
  if (request.verb == Request::Verb::Demo && !request.config.given.contains("data_dir")) {
    request.config.own_plugins = request.config.data_dir / "plugins";
    request.config.data_dir = demo_folder(request.config.data_dir);
  }
  return {std::move(request)};
}

}  // namespace discern::app
