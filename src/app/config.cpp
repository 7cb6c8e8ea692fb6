#include "app/config.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>

#include "app/config_hints.hpp"
#include "app/environment.hpp"
#include "app/token_file.hpp"
#include "base/files.hpp"
#include "base/toml_text.hpp"

namespace discern::app {
namespace {

std::string place(std::string_view origin, const toml::node& node) {
  return fmt::format("{}:{}", origin, node.source().begin.line);
}

std::string written(const toml::node& node) {
  if (const auto* string = node.as_string()) return '"' + string->get() + '"';
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::default_formatter(value); });
  return out.str();
}

std::string as_json(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::json_formatter(value); });
  return out.str();
}

// The value as text for Option::apply, or how to write it: it must have the type of the default.
Result<std::string> text_of(const toml::node& node, const Option& option) {
  const toml::table sample = toml::parse(fmt::format("x = {}", option.default_value));
  const toml::node& model = *sample.get("x");
  const std::string given = written(node);
  const auto say = [&](std::string text) { return Error(Errc::Invalid, std::move(text)); };
  if (model.is_string() && !node.is_string()) {
    // Quotes alone would not mend a value that is wrong in itself: let that be said.
    Config scratch;
    if (node.is_value() && !option.apply(scratch, given).ok()) return given;
    if (node.is_value())
      return say(fmt::format("write it in quotes: {} = \"{}\"", option.key, given));
    return say(fmt::format("expected one value in quotes, such as {}", option.default_value));
  }
  if (const auto* string = node.as_string()) {
    if (model.is_string()) return string->get();
    if (model.is_boolean()) return say("expected true or false, without quotes");
    if (model.is_integer()) {
      return say(fmt::format("write it without quotes: {} = {}", option.key, string->get()));
    }
    return say(fmt::format("expected a list: {} = [{}]", option.key, given));
  }
  const toml::array* list = node.as_array();
  if (list == nullptr || !model.is_array()) return given;
  std::string joined;
  for (const toml::node& item : *list) {
    if (!item.is_string()) {
      return say(
          fmt::format("every item of a list is text in quotes; this is not: {}", written(item)));
    }
    joined.append(joined.empty() ? "" : ",").append(item.as_string()->get());
  }
  return joined;
}

// Env files keep the quotes that a shell would have taken away.
std::string_view unquote(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

class Parser {
 public:
  explicit Parser(std::string_view origin) : origin_(origin) {}

  Result<Config> run(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string_view name = key.str();
      const toml::table* table = node.as_table();
      Result<void> done;
      if (name == "plugin" && table != nullptr) {
        done = plugin_sections(*table);
      } else if (table != nullptr) {
        done = is_section(name)
                   ? section(name, *table)
                   : Result<void>(unknown("section", name, node, hint_for_section(name)));
      } else {
        done = value("", name, node);
      }
      if (!done) return std::move(done).error();
    }
    return std::move(config_);
  }

 private:
  Error unknown(std::string_view what,
                std::string_view name,
                const toml::node& node,
                std::string fix) {
    return Error(Errc::Invalid,
                 fmt::format("{}: unknown {} \"{}\"; {}", place(origin_, node), what, name, fix));
  }

  Result<void> section(std::string_view name, const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (auto done = value(name, key.str(), node); !done) return done;
    }
    return {};
  }

  Result<void> value(std::string_view section_name, std::string_view key, const toml::node& node) {
    for (const Option& option : options()) {
      if (option.section != section_name || option.key != key) continue;
      auto text = text_of(node, option);
      auto applied =
          text ? set_option(config_, option, *text) : Result<void>(std::move(text).error());
      if (applied) return applied;
      return Error(Errc::Invalid,
                   fmt::format("{}: {}{}{} = {}: {}",
                               place(origin_, node),
                               section_name,
                               section_name.empty() ? "" : ".",
                               key,
                               written(node),
                               applied.error().text));
    }
    const std::string path =
        section_name.empty() ? std::string(key) : fmt::format("{}.{}", section_name, key);
    return unknown("key", path, node, hint_for_key(section_name, key));
  }

  Result<void> plugin_sections(const toml::table& plugins) {
    for (const auto& [id, node] : plugins) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return unknown(
            "key", fmt::format("plugin.{}", id.str()), node, "write it below [plugin.<id>]");
      }
      for (const auto& [key, entry] : *table) {
        if (entry.is_table()) {
          return Error(Errc::Invalid,
                       fmt::format("{}: plugin.{}.{}: a plugin's value is text, a number, true or "
                                   "false, or a list of texts",
                                   place(origin_, entry),
                                   id.str(),
                                   key.str()));
        }
        config_.plugin_values[std::string(id.str())][std::string(key.str())] = {
            as_json(entry), place(origin_, entry)};
      }
    }
    return {};
  }

  std::string_view origin_;
  Config config_;
};

}  // namespace

std::string example_config() {
  std::string out =
      "# Discern's configuration. Every option is here with its default; remove the # to change "
      "one.\n"
      "# Each can also be set in the environment: web.port is DISCERN_WEB_PORT.\n"
      "# The bot token is not set here: use DISCORD_TOKEN or discord.token_file.\n";
  std::string_view section;
  for (const Option& option : options()) {
    if (option.section != section) {
      section = option.section;
      out += fmt::format("\n[{}]\n", section);
    } else {
      out += '\n';
    }
    out += fmt::format("# {}\n#{} = {}\n", option.help, option.key, option.default_value);
  }
  out +=
      "\n# A plugin's own settings, by its id; the names are in its plugin.toml.\n"
      "#[plugin.trivia]\n#seconds_to_answer = 20\n";
  return out;
}

Result<Config> parse_config(std::string_view text, std::string_view origin) {
  const auto parsed = parse_toml(text);
  if (const auto* fault = std::get_if<TomlFault>(&parsed)) {
    return Error(
        Errc::Invalid,
        fmt::format(
            "{}:{}: {}{}", origin, fault->line, fault->text, hint_for_line(text, fault->line)));
  }
  return Parser(origin).run(std::get<toml::table>(parsed));
}

std::string name_of(const Option& option) {
  return option.section.empty() ? std::string(option.key)
                                : fmt::format("{}.{}", option.section, option.key);
}

Result<void> set_option(Config& config, const Option& option, std::string_view value) {
  auto applied = option.apply(config, value);
  if (applied) config.given[name_of(option)] = value;
  return applied;
}

std::vector<std::string> waiting_options(const Config& running, const Config& read) {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    if (option.at_once) continue;
    const auto text = [&, name = name_of(option)](const Config& config) {
      const auto given = config.given.find(name);
      if (given != config.given.end()) return given->second;
      return option.default_value == "[]" ? std::string()
                                          : std::string(unquote(option.default_value));
    };
    if (text(running) != text(read)) names.push_back(name_of(option));
  }
  return names;
}

std::filesystem::path demo_folder(const std::filesystem::path& data_dir) {
  return data_dir / "demo";
}

std::string environment_name(const Option& option) {
  std::string name = "DISCERN_";
  if (!option.section.empty()) name.append(option.section).append("_");
  name.append(option.key);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return name;
}

Result<void> apply_environment(Config& config, std::span<const char* const> environment) {
  for (const std::string_view variable : environment) {
    const std::size_t equals = std::min(variable.find('='), variable.size());
    const std::string_view name = variable.substr(0, equals);
    const std::string_view value = unquote(variable.substr(std::min(equals + 1, variable.size())));
    if (name == "DISCORD_TOKEN" && !value.empty()) {
      auto token = parse_token(value, "environment variable DISCORD_TOKEN");
      if (!token) return std::move(token).error();
      config.discord.token = *std::move(token);
    }
    if (!name.starts_with("DISCERN_")) continue;
    const auto option = std::find_if(options().begin(), options().end(), [&](const Option& each) {
      return environment_name(each) == name;
    });
    if (option == options().end()) {
      if (auto meant = hint_for_variable(name); !meant.empty()) {
        return Error(Errc::Invalid,
                     fmt::format("environment variable {} sets nothing; {}", name, meant));
      }
    } else if (auto applied = set_option(config, *option, value); !applied) {
      return wrap(fmt::format("environment variable {}", name), std::move(applied).error());
    }
  }
  return {};
}

Result<Config> load_config(const std::filesystem::path& path) {
  Config config;
  if (!path.empty()) {
    auto text = read_file(path, 1024 * 1024);
    if (!text) return std::move(text).error();
    auto parsed = parse_config(*text, path.string());
    if (!parsed) return std::move(parsed).error();
    config = *std::move(parsed);
  }
  const std::vector<std::string> variables = take_environment();
  std::vector<const char*> environment;
  for (const std::string& variable : variables) environment.push_back(variable.c_str());
  if (auto applied = apply_environment(config, environment); !applied) {
    return std::move(applied).error();
  }
  if (config.discord.token.empty() && !config.discord.token_file.empty()) {
    auto token = read_token_file(config.discord.token_file);
    if (!token) return std::move(token).error();
    config.discord.token = *std::move(token);
  }
  return config;
}

}  // namespace discern::app
