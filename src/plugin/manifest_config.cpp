#include "plugin/manifest_config.hpp"

#include <algorithm>
#include <sstream>

namespace discern::plugin {
namespace {

using Fail = std::function<void(const toml::node&, std::string)>;

constexpr std::string_view kParts[] = {
    "type", "default", "required", "min", "max", "choices", "help"};

std::optional<ConfigType> type_of(const toml::node& value) {
  if (value.is_string()) return ConfigType::Text;
  if (value.is_integer()) return ConfigType::Integer;
  if (value.is_floating_point()) return ConfigType::Number;
  if (value.is_boolean()) return ConfigType::Boolean;
  if (value.is_array()) return ConfigType::List;
  return std::nullopt;
}

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

// One key that is described by a table.
class Description {
 public:
  Description(ConfigKey& key, const toml::table& table, const Fail& fail)
      : key_(key), table_(table), fail_(fail) {}

  void read() {
    for (const auto& [name, node] : table_) {
      if (std::find(std::begin(kParts), std::end(kParts), name.str()) == std::end(kParts)) {
        complain(node,
                 "has no part \"" + std::string(name.str()) +
                     "\"; there are type, default, required, min, max, choices and help");
      }
    }
    read_type();
    key_.help = text("help");
    if (const toml::node* node = table_.get("required")) {
      if (!node->is_boolean()) complain(*node, "required is true or false");
      key_.required = node->value_or(false);
    }
    key_.min = number("min");
    key_.max = number("max");
    read_choices();
    read_default();
  }

 private:
  void complain(const toml::node& node, const std::string& text) {
    fail_(node, "config." + key_.name + " " + text);
  }
  std::string text(std::string_view part) {
    const toml::node* node = table_.get(part);
    if (node == nullptr) return {};
    if (!node->is_string()) complain(*node, std::string(part) + " must be a text");
    return node->value_or(std::string());
  }
  std::optional<double> number(std::string_view part) {
    const toml::node* node = table_.get(part);
    if (node == nullptr) return std::nullopt;
    if (!node->is_number()) complain(*node, std::string(part) + " must be a number");
    return node->value<double>();
  }
  void read_type() {
    const toml::node* value = table_.get("default");
    const std::string name = text("type");
    std::optional<ConfigType> type;
    if (!name.empty()) {
      type = find_config_type(name);
    } else if (value != nullptr) {
      type = type_of(*value);
    }
    if (type) {
      key_.type = *type;
    } else {
      complain(table_, "needs a default, or a type: text, integer, number, boolean or list");
    }
  }
  void read_choices() {
    const toml::node* node = table_.get("choices");
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty() || key_.type != ConfigType::Text) {
      return complain(*node, "choices are a list of texts, for a text");
    }
    for (const toml::node& item : *list) {
      if (!item.is_string()) complain(item, "choices are a list of texts");
      key_.choices.push_back(item.value_or(std::string()));
    }
  }
  void read_default() {
    const toml::node* value = table_.get("default");
    if (value == nullptr) {
      if (!key_.required) complain(table_, "needs a default, or required = true");
      return;
    }
    if (key_.required) complain(*value, "is required, so that its default would never be used");
    key_.default_json = toml_to_json(*value);
    if (const auto problem = config_problem(key_, key_.default_json)) {
      complain(*value, "has the default " + key_.default_json + ", but " + *problem);
    }
  }

  ConfigKey& key_;
  const toml::table& table_;
  const Fail& fail_;
};

}  // namespace

std::string toml_to_json(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::json_formatter(value); });
  return out.str();
}

ConfigSchema read_config_schema(const toml::table& config, const Fail& fail) {
  ConfigSchema schema;
  for (const auto& [name, node] : config) {
    ConfigKey key;
    key.name = name.str();
    if (!is_name(key.name)) {
      fail(node, "\"" + key.name + "\" is not a name; use letters, digits, _ and -");
    }
    if (const toml::table* table = node.as_table()) {
      Description(key, *table, fail).read();
    } else if (const auto type = type_of(node)) {
      key.type = *type;
      key.default_json = toml_to_json(node);
      if (const auto problem = config_problem(key, key.default_json)) {
        fail(node, "config." + key.name + ": " + *problem);
      }
    } else {
      fail(node, "config." + key.name + " must be a text, a number, true or false, or a list");
    }
    schema.push_back(std::move(key));
  }
  return schema;
}

}  // namespace discern::plugin
