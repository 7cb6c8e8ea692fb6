#include "app/config.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/files.hpp"

namespace discern::app {
namespace {

std::string place(std::string_view origin, const toml::node& node) {
  return fmt::format("{}:{}", origin, node.source().begin.line);
}

std::string written(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::default_formatter(value); });
  return out.str();
}

std::string as_json(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::json_formatter(value); });
  return out.str();
}

// Number of single-character edits between two words, to suggest what was meant.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

std::string suggestion(std::string_view section, std::string_view key) {
  const Option* best = nullptr;
  std::size_t best_distance = 4;
  std::string known;
  for (const Option& option : options()) {
    if (option.section != section) continue;
    known.append(known.empty() ? "" : ", ").append(option.key);
    if (const std::size_t d = distance(option.key, key); d < best_distance) {
      best = &option;
      best_distance = d;
    }
  }
  if (best != nullptr) return fmt::format("did you mean \"{}\"?", best->key);
  return known.empty() ? "remove it" : "known here: " + known;
}

bool is_section(std::string_view name) {
  return std::any_of(options().begin(), options().end(), [&](const Option& option) {
    return !name.empty() && option.section == name;
  });
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
        done = is_section(name) ? section(name, *table)
                                : Result<void>(unknown("section", name, node, known_sections()));
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

  static std::string known_sections() {
    std::vector<std::string_view> names;
    for (const Option& option : options()) {
      if (!option.section.empty() && (names.empty() || names.back() != option.section)) {
        names.push_back(option.section);
      }
    }
    return fmt::format("known: {}, plugin.<id>", fmt::join(names, ", "));
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
      auto applied = option.apply(config_, written(node));
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
    return unknown("key", path, node, suggestion(section_name, key));
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

Result<Secret> read_token_file(const std::string& path) {
  struct stat attributes {};
  if (::stat(path.c_str(), &attributes) == 0 && (attributes.st_mode & 077) != 0) {
    return Error(Errc::Refused,
                 fmt::format("{} can be read by others; run: chmod 600 {}", path, path));
  }
  auto text = read_file(path, 4096);
  if (!text) return wrap("discord.token_file", std::move(text).error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) {
    text->pop_back();
  }
  if (text->empty()) return Error(Errc::Invalid, path + " is empty; it must hold the bot token");
  return Secret(*std::move(text));
}

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
  try {
    return Parser(origin).run(toml::parse(text, origin));
  } catch (const toml::parse_error& error) {
    return Error(Errc::Invalid,
                 fmt::format("{}:{}: {}", origin, error.source().begin.line, error.description()));
  }
}

Result<void> apply_environment(Config& config,
                               const std::function<const char*(const char*)>& find) {
  for (const Option& option : options()) {
    std::string name = "DISCERN_";
    if (!option.section.empty()) name.append(option.section).append("_");
    name.append(option.key);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    const char* value = find(name.c_str());
    if (value == nullptr) continue;
    if (auto applied = option.apply(config, value); !applied) {
      return wrap("environment variable " + name, std::move(applied).error());
    }
  }
  if (const char* token = find("DISCORD_TOKEN"); token != nullptr && *token != '\0') {
    config.discord.token = Secret(token);
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
  if (auto applied = apply_environment(config, [](const char* name) { return std::getenv(name); });
      !applied) {
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
