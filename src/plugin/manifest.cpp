#include "plugin/manifest.hpp"

#include <algorithm>
#include <charconv>

#include "base/toml_text.hpp"
#include "discern/plugin/abi.h"
#include "plugin/discord_names.hpp"
#include "plugin/manifest_config.hpp"

namespace discern::plugin {
namespace {

constexpr std::string_view kKeys[] = {"id",
                                      "name",
                                      "version",
                                      "description",
                                      "api",
                                      "intents",
                                      "permissions",
                                      "requires",
                                      "demonstration",
                                      "config"};

// Reads one file; keeps the first error, so that the reading code stays a list of keys.
class Reader {
 public:
  Reader(const toml::table& table, std::string_view where) : table_(table), where_(where) {}

  void fail(const toml::node* node, std::string text) {
    if (error_) return;
    const auto line = node != nullptr ? node->source().begin.line : 1;
    error_.emplace(Errc::Invalid, where_ + ":" + std::to_string(line) + ": " + std::move(text));
  }
  void check_keys() {
    for (const auto& [key, node] : table_) {
      const std::string_view name = key.str();
      if (std::find(std::begin(kKeys), std::end(kKeys), name) != std::end(kKeys)) continue;
      std::string known;
      for (const std::string_view k : kKeys) known += (known.empty() ? "" : ", ") + std::string(k);
      fail(&node, "unknown key \"" + std::string(name) + "\"; known are " + known);
    }
  }
  std::string text(std::string_view key, bool required) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      if (required) fail(nullptr, "\"" + std::string(key) + "\" is missing");
      return {};
    }
    const auto value = node->value<std::string>();
    if (!node->is_string() || value->empty() || value->size() > 200) {
      fail(node, "\"" + std::string(key) + "\" must be a text of 1 to 200 characters");
      return {};
    }
    return *value;
  }
  std::vector<std::pair<const toml::node*, std::string>> list(std::string_view key) {
    std::vector<std::pair<const toml::node*, std::string>> out;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return out;
    if (!node->is_array()) {
      fail(node, "\"" + std::string(key) + "\" must be a list of texts");
      return out;
    }
    for (const toml::node& item : *node->as_array()) {
      if (!item.is_string()) fail(&item, "\"" + std::string(key) + "\" must be a list of texts");
      out.emplace_back(&item, item.value_or(std::string()));
    }
    return out;
  }
  const toml::node* find(std::string_view key) const { return table_.get(key); }
  std::optional<Error>& error() { return error_; }

 private:
  const toml::table& table_;
  std::string where_;
  std::optional<Error> error_;
};

// "1" or "1.2".
bool parse_version(std::string_view text, std::uint32_t& major, std::uint32_t& minor) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc{}) return false;
  if (first.ptr == end) return true;
  if (*first.ptr != '.') return false;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  return second.ec == std::errc{} && second.ptr == end;
}

void read_names(Reader& reader, Manifest& manifest) {
  for (const auto& [node, name] : reader.list("intents")) {
    if (const auto bit = discord::find_intent(name)) {
      manifest.intents |= *bit;
    } else {
      reader.fail(
          node,
          "\"" + name + "\" is not a gateway intent; write Discord's name, like GUILD_MESSAGES");
    }
  }
  for (const auto& [node, name] : reader.list("permissions")) {
    if (const auto bit = find_permission(name)) {
      manifest.permissions |= *bit;
    } else {
      reader.fail(node,
                  "\"" + name + "\" is not a permission; write Discord's name, like SEND_MESSAGES");
    }
  }
  for (const auto& [node, id] : reader.list("requires")) {
    if (!is_plugin_id(id) || id == manifest.id) {
      reader.fail(node, "\"" + id + "\" is not the id of another plugin");
    }
    manifest.requires_plugins.push_back(id);
  }
}

void read_config(Reader& reader, Manifest& manifest) {
  const toml::node* node = reader.find("config");
  if (node == nullptr) return;
  if (!node->is_table()) return reader.fail(node, "\"config\" must be a table: [config]");
  manifest.config = read_config_schema(
      *node->as_table(),
      [&](const toml::node& at, std::string text) { reader.fail(&at, std::move(text)); });
}

}  // namespace

bool is_plugin_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= 32 && id[0] >= 'a' && id[0] <= 'z' &&
         std::all_of(id.begin(), id.end(), fits);
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view where) {
  const auto parsed = parse_toml(text);
  if (const auto* fault = std::get_if<TomlFault>(&parsed)) {
    return Error(Errc::Invalid,
                 std::string(where) + ":" + std::to_string(fault->line) + ": " + fault->text);
  }
  const auto& table = std::get<toml::table>(parsed);
  Reader reader(table, where);
  reader.check_keys();
  Manifest manifest;
  manifest.id = reader.text("id", true);
  if (!reader.error() && !is_plugin_id(manifest.id)) {
    reader.fail(reader.find("id"),
                "\"id\" must be 1 to 32 of a-z, 0-9, - and _, and begin with a letter");
  }
  manifest.version = reader.text("version", true);
  manifest.name = reader.text("name", false);
  if (manifest.name.empty()) manifest.name = manifest.id;
  manifest.description = reader.text("description", false);
  const std::string api = reader.text("api", true);
  if (!api.empty() && !parse_version(api, manifest.api_major, manifest.api_minor)) {
    reader.fail(reader.find("api"), R"("api" must be a version like "1.0")");
  }
  if (const toml::node* demonstration = reader.find("demonstration")) {
    if (!demonstration->is_boolean()) reader.fail(demonstration, "write true or false");
    manifest.demonstration = demonstration->value_or(false);
  }
  read_names(reader, manifest);
  read_config(reader, manifest);
  if (reader.error()) return *std::move(reader.error());
  return manifest;
}

Result<void> check_api(std::string_view id, std::uint32_t major, std::uint32_t minor) {
  if (major == DISCERN_API_MAJOR && minor <= DISCERN_API_MINOR) return {};
  const auto version = [](std::uint32_t a, std::uint32_t b) {
    return std::to_string(a) + "." + std::to_string(b);
  };
  return Error(Errc::Refused,
               "plugin \"" + std::string(id) + "\" needs plugin API " + version(major, minor) +
                   ", this host offers " + version(DISCERN_API_MAJOR, DISCERN_API_MINOR) +
                   "; build it against this host's headers");
}

std::string metric_prefix(std::string_view id) {
  std::string prefix = "plugin_" + std::string(id) + "_";
  std::replace(prefix.begin(), prefix.end(), '-', '_');
  return prefix;
}

}  // namespace discern::plugin
