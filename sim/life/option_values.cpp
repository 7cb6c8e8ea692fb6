#include "sim/life/option_values.hpp"

#include <boost/json/array.hpp>
#include <vector>

#include "sim/world/objects.hpp"
#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

// See Discord Docs/Application Commands, Option Type.
constexpr std::int64_t kSubcommand = 1;
constexpr std::int64_t kGroup = 2;
constexpr std::int64_t kString = 3;
constexpr std::int64_t kInteger = 4;
constexpr std::int64_t kBoolean = 5;
constexpr std::int64_t kUser = 6;
constexpr std::int64_t kChannel = 7;
constexpr std::int64_t kRole = 8;
constexpr std::int64_t kMentionable = 9;
constexpr std::int64_t kNumber = 10;
constexpr std::int64_t kAttachment = 11;

std::int64_t integer_or(const json::object& object, std::string_view key, std::int64_t otherwise) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return otherwise;
  return value->to_number<std::int64_t>();
}

bool flag(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::array& options_of(const json::object& node) {
  static const json::array kNone;
  const json::value* options = node.if_contains("options");
  return options != nullptr && options->is_array() ? options->get_array() : kNone;
}

std::string name_of(const json::object& node) {
  return std::string(node.at("name").as_string());
}

std::string first_word(std::string& path) {
  const std::size_t space = std::min(path.find(' '), path.size());
  std::string word = path.substr(0, space);
  path.erase(0, std::min(space + 1, path.size()));
  return word;
}

class Filler {
 public:
  Filler(const World& world, const FillRequest& request, Rng& rng)
      : world_(world), request_(request), rng_(rng), rest_(request.subpath) {}

  FilledCommand run() {
    const json::object& command = request_.command;
    filled_.path = name_of(command);
    const std::int64_t type = integer_or(command, "type", 1);
    filled_.data = {{"id", command.at("id")}, {"name", command.at("name")}, {"type", type}};
    if (command.contains("guild_id")) filled_.data["guild_id"] = command.at("guild_id");
    if (type == 1) {
      json::array options = fill(command);
      if (!options.empty()) filled_.data["options"] = std::move(options);
    } else {
      target(type);
    }
    if (!resolved_.empty()) filled_.data["resolved"] = std::move(resolved_);
    return std::move(filled_);
  }

 private:
  json::array fill(const json::object& node) {
    std::vector<const json::object*> branches;
    for (const json::value& option : options_of(node)) {
      if (integer_or(option.as_object(), "type", kString) <= kGroup) {
        branches.push_back(&option.as_object());
      }
    }
    json::array out;
    if (!branches.empty()) {
      out.emplace_back(descend(choose(branches)));
      return out;
    }
    for (const json::value& option : options_of(node)) leaf(option.as_object(), out);
    return out;
  }

  const json::object& choose(const std::vector<const json::object*>& branches) {
    const std::string wanted = first_word(rest_);
    for (const json::object* branch : branches) {
      if (!wanted.empty() && name_of(*branch) == wanted) return *branch;
    }
    return *branches[rng_.skewed(branches.size(), 1.7)];
  }

  json::object descend(const json::object& branch) {
    filled_.path += " " + name_of(branch);
    return {{"name", branch.at("name")},
            {"type", integer_or(branch, "type", kSubcommand)},
            {"options", fill(branch)}};
  }

  void leaf(const json::object& option, json::array& out) {
    const std::string name = name_of(option);
    const std::int64_t type = integer_or(option, "type", kString);
    const json::value* given = request_.given.if_contains(name);
    const bool typing =
        request_.autocomplete && filled_.focused_option.empty() && flag(option, "autocomplete");
    if (given == nullptr && !typing && !flag(option, "required") && !rng_.chance(0.5)) return;
    json::object filled{{"name", name},
                        {"type", type},
                        {"value", given != nullptr ? *given : value_for(option, type)}};
    if (typing) {
      filled_.focused_option = name;
      filled["focused"] = true;
    }
    out.emplace_back(std::move(filled));
  }

  json::value value_for(const json::object& option, std::int64_t type) {
    const json::value* choices = option.if_contains("choices");
    if (choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
      const json::array& list = choices->get_array();
      return list[rng_.below(list.size())].at("value");
    }
    switch (type) {
      case kInteger:
        return number(option);
      case kNumber:
        return static_cast<double>(number(option)) + 0.5;
      case kBoolean:
        return rng_.chance(0.5);
      case kUser:
      case kMentionable:
        return json::value(to_text(some_user()));
      case kChannel:
        return channel();
      case kRole:
        return role();
      case kAttachment:
        return attachment();
      default:
        return text(option);
    }
  }

  json::value text(const json::object& option) {
    std::string value = option_text(rng_, name_of(option));
    const auto most = static_cast<std::size_t>(integer_or(option, "max_length", 6000));
    const auto least = static_cast<std::size_t>(integer_or(option, "min_length", 0));
    if (value.size() > most) value.resize(most);
    while (value.size() < least) value += '!';
    return json::value(value);
  }

  std::int64_t number(const json::object& option) {
    const std::int64_t least = integer_or(option, "min_value", 1);
    const std::int64_t most = std::max(integer_or(option, "max_value", least + 20), least);
    return least +
           static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(most - least) + 1));
  }

  json::object& resolved(std::string_view kind) {
    json::value& map = resolved_[kind];
    if (!map.is_object()) map.emplace_object();
    return map.get_object();
  }

  Snowflake some_user() {
    if (request_.guild == nullptr) return world_.bot_id();
    return known(world_.some_member(*request_.guild, rng_));
  }

  Snowflake known(Snowflake user) {
    resolved("users")[to_text(user)] = user_object(world_, user);
    if (request_.guild == nullptr) return user;
    json::object member = interaction_member_object(world_, *request_.guild, user);
    for (const char* key : {"user", "deaf", "mute"}) member.erase(key);
    resolved("members")[to_text(user)] = std::move(member);
    return user;
  }

  json::value channel() {
    if (request_.guild == nullptr) return json::value("0");
    const Snowflake id = channel_id(*request_.guild, 0);
    json::object partial = channel_object(*request_.guild, 0);
    partial["permissions"] = kAllPermissions;
    resolved("channels")[to_text(id)] = std::move(partial);
    return json::value(to_text(id));
  }

  json::value role() {
    if (request_.guild == nullptr) return json::value("0");
    json::object object = role_object(*request_.guild, 1);
    const json::value id = object.at("id");
    resolved("roles")[id.as_string()] = std::move(object);
    return id;
  }

  json::value attachment() {
    const std::string id = to_text(Snowflake{rng_.next() >> 4});
    resolved("attachments")[id] = json::object{{"id", id},
                                               {"filename", "picture.png"},
                                               {"size", 20480},
                                               {"url", "http://127.0.0.1/picture.png"},
                                               {"proxy_url", "http://127.0.0.1/picture.png"},
                                               {"content_type", "image/png"},
                                               {"ephemeral", true}};
    return json::value(id);
  }

  // The target of a user or message command.
  void target(std::int64_t type) {
    if (type == 2) {
      filled_.data["target_id"] = to_text(request_.user ? known(*request_.user) : some_user());
      return;
    }
    if (request_.message != nullptr) {
      const json::value& given = request_.message->at("id");
      filled_.data["target_id"] = given;
      resolved("messages")[given.as_string()] = *request_.message;
      return;
    }
    const Snowflake user =
        request_.guild == nullptr ? world_.bot_id() : world_.some_member(*request_.guild, rng_);
    const std::string id = to_text(Snowflake{bits(user) + 99});
    filled_.data["target_id"] = id;
    resolved("messages")[id] = json::object{
        {"id", id},
        {"type", 0},
        {"channel_id", to_text(request_.guild == nullptr ? user : channel_id(*request_.guild, 0))},
        {"author", user_object(world_, user)},
        {"content", chat_line(rng_)},
        {"timestamp", "2025-01-01T00:00:00.000000+00:00"},
        {"edited_timestamp", nullptr},
        {"tts", false},
        {"mention_everyone", false},
        {"mentions", json::array{}},
        {"mention_roles", json::array{}},
        {"attachments", json::array{}},
        {"embeds", json::array{}},
        {"components", json::array{}},
        {"pinned", false},
        {"flags", 0}};
  }

  const World& world_;
  const FillRequest& request_;
  Rng& rng_;
  std::string rest_;
  FilledCommand filled_;
  json::object resolved_;
};

}  // namespace

FilledCommand fill_command(const World& world, const FillRequest& request, Rng& rng) {
  return Filler(world, request, rng).run();
}

bool has_autocomplete(const json::object& command) {
  for (const json::value& option : options_of(command)) {
    if (flag(option.as_object(), "autocomplete") || has_autocomplete(option.as_object()))
      return true;
  }
  return false;
}

}  // namespace discern::sim
