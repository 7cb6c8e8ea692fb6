#include "discord/gateway/payload.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

namespace discern::discord {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

// The parser would take memory anew for each document that is the longest so far.
constexpr std::size_t kFirstCapacity = std::size_t{64} * 1024;
// It keeps memory for the largest document it saw; beyond this it is made anew.
constexpr std::size_t kKeptCapacity = std::size_t{4} * 1024 * 1024;

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

// Of another type than expected, which reads like an absent field: Discord may change what it
// sends. Any other error is of the JSON itself, after which nothing more may be read.
bool breaks_off(simdjson::error_code error) {
  return error != SUCCESS && error != simdjson::INCORRECT_TYPE && error != simdjson::NUMBER_ERROR &&
         error != simdjson::NUMBER_OUT_OF_RANGE;
}

bool is_null(ondemand::value value) {
  return value.raw_json_token().starts_with("null");
}

// All read_ functions leave `out` as it is when the value is of another type, and return false only
// when the JSON is broken.

bool read_string(ondemand::value value, std::string& out) {
  std::string_view text;
  const auto error = value.get_string().get(text);
  if (error == SUCCESS) out = text;
  return !breaks_off(error);
}

bool read_unsigned(ondemand::value value, std::uint64_t& out) {
  std::uint64_t number = 0;
  const auto error = value.get_uint64().get(number);
  if (error == SUCCESS) out = number;
  return !breaks_off(error);
}

bool read_bool(ondemand::value value, bool& out) {
  bool flag = false;
  const auto error = value.get_bool().get(flag);
  if (error == SUCCESS) out = flag;
  return !breaks_off(error);
}

// Snowflakes are strings, but very short made-up ones come as numbers.
template <class Tag>
bool read_id(ondemand::value value, Id<Tag>& id) {
  ondemand::json_type type{};
  if (value.type().get(type) != SUCCESS) return false;
  if (type == ondemand::json_type::number) return read_unsigned(value, id.value);
  std::string_view text;
  const auto error = value.get_string().get(text);
  if (error == SUCCESS) id.value = parse_number(text);
  return !breaks_off(error);
}

// The text between the quotes as it stands in the payload; empty for null. Only for names without
// escapes: it outlives a rewind, which forgets unescaped strings.
bool read_raw_string(ondemand::value value, std::string_view& out) {
  std::string_view token = value.raw_json_token();
  if (token.starts_with("null")) return true;
  if (!token.starts_with('"')) return false;
  token.remove_prefix(1);
  const std::size_t end = token.find('"');
  if (end == std::string_view::npos) return false;
  out = token.substr(0, end);
  return out.find('\\') == std::string_view::npos;
}

// Calls `read(key, value, failed)` for each field until it sets `failed` or the object ends. Fields
// that are null are left out, so that null and absent are the same for every reader.
template <class Read>
bool each_field(ondemand::object object, Read&& read) {
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (field.key().get(key) != SUCCESS || field.value().get(value) != SUCCESS) return false;
    if (is_null(value)) continue;
    bool failed = false;
    read(key, value, failed);
    if (failed) return false;
  }
  return true;
}

// The same for a value that should be an object; without one there are no fields.
template <class Read>
bool each_field_of(ondemand::value value, Read&& read) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return !breaks_off(error);
  return each_field(object, read);
}

// Calls `read(element)` for each element of what should be an array, until it returns false.
template <class Read>
bool each_element(ondemand::value value, Read&& read) {
  ondemand::array list;
  if (const auto error = value.get_array().get(list)) return !breaks_off(error);
  for (auto item : list) {
    ondemand::value element;
    if (item.get(element) != SUCCESS || !read(element)) return false;
  }
  return true;
}

enum class Sub { Subcommand = 1, Group = 2 };

// The path below a command: "group sub", "sub" or nothing, from the first of its options. Others
// than a subcommand or a group, which is the only one, are of no interest.
bool read_path(ondemand::value options, std::string& path, int depth) {
  bool first = true;
  return each_element(options, [&](ondemand::value element) {
    if (!std::exchange(first, false)) return true;
    std::uint64_t type = 0;
    std::string name;
    std::string below;
    const bool fine = each_field_of(element, [&](auto key, ondemand::value value, bool& failed) {
      if (key == "type") {
        failed = !read_unsigned(value, type);
      } else if (key == "name") {
        failed = !read_string(value, name);
      } else if (key == "options" && depth < 2) {
        failed = !read_path(value, below, depth + 1);
      }
    });
    if (type == static_cast<std::uint64_t>(Sub::Subcommand) ||
        type == static_cast<std::uint64_t>(Sub::Group)) {
      path = std::move(name);
      if (!below.empty()) path.append(" ").append(below);
    }
    return fine;
  });
}

struct InteractionParts {
  std::uint64_t type = 0;
  std::string name;
  std::string path;
  std::string custom_id;
};

bool read_interaction_data(ondemand::value data, InteractionParts& parts) {
  return each_field_of(data, [&](auto key, ondemand::value value, bool& failed) {
    if (key == "name") {
      failed = !read_string(value, parts.name);
    } else if (key == "custom_id") {
      failed = !read_string(value, parts.custom_id);
    } else if (key == "type") {
      failed = !read_unsigned(value, parts.type);
    } else if (key == "options") {
      failed = !read_path(value, parts.path, 1);
    }
  });
}

// The id of a user, an application or a guild. Without one: none.
template <class Tag>
bool read_object_id(ondemand::value value, Id<Tag>& id) {
  return each_field_of(value, [&](auto key, ondemand::value field, bool& failed) {
    if (key == "id") failed = !read_id(field, id);
  });
}

// The user of a member object.
bool read_member(ondemand::value value, UserId& user) {
  return each_field_of(value, [&](auto key, ondemand::value field, bool& failed) {
    if (key == "user") failed = !read_object_id(field, user);
  });
}

bool read_guild_list(ondemand::value value, std::optional<std::vector<GuildId>>& guilds) {
  ondemand::array list;
  if (const auto error = value.get_array().get(list)) return !breaks_off(error);
  guilds.emplace();
  for (auto item : list) {
    ondemand::value element;
    GuildId id;
    if (item.get(element) != SUCCESS || !read_object_id(element, id)) return false;
    if (id) guilds->push_back(id);
  }
  return true;
}

}  // namespace

struct PayloadReader::State {
  // simdjson reports most errors as values; the rest must not take the gateway thread down.
  template <class Body>
  bool fenced(Body&& body) {
    try {
      return body();
    } catch (const simdjson::simdjson_error&) {
      return false;
    }
  }

  // Calls `read(d)` unless there is no `d`. False when the JSON is broken.
  template <class Read>
  bool with_d(Read&& read) {
    return fenced([&] {
      // A fatal error leaves the document without its parser.
      if (!document.is_alive()) return false;
      document.rewind();
      ondemand::value d;
      const auto error = document.find_field_unordered("d").get(d);
      if (error == simdjson::NO_SUCH_FIELD) return true;
      return error == SUCCESS && read(d);
    });
  }

  template <class Read>
  bool each_field_of_d(Read&& read) {
    return with_d([&](ondemand::value d) { return each_field_of(d, read); });
  }

  std::unique_ptr<ondemand::parser> parser = std::make_unique<ondemand::parser>();
  ondemand::document document;
  bool parser_is_large = false;
};

PayloadReader::PayloadReader() : state_(std::make_unique<State>()) {}
PayloadReader::~PayloadReader() = default;

bool PayloadReader::read(std::string_view text, PayloadHead& head) {
  State& state = *state_;
  if (state.parser_is_large) {
    state.document = ondemand::document();
    state.parser = std::make_unique<ondemand::parser>();
  }
  state.parser_is_large = text.size() > kKeptCapacity;
  head = PayloadHead{};
  return state.fenced([&] {
    if (text.size() > state.parser->capacity()) {
      const std::size_t room = std::bit_ceil(std::max(text.size(), kFirstCapacity));
      if (state.parser->allocate(room) != SUCCESS) return false;
    }
    const std::size_t padded = text.size() + simdjson::SIMDJSON_PADDING;
    if (state.parser->iterate(text.data(), text.size(), padded).get(state.document) != SUCCESS) {
      return false;
    }
    ondemand::object object;
    if (state.document.get_object().get(object) != SUCCESS) return false;
    int found = 0;
    for (auto field : object) {
      ondemand::raw_json_string key;
      ondemand::value value;
      if (field.key().get(key) != SUCCESS || field.value().get(value) != SUCCESS) return false;
      if (key == "t") {
        if (!read_raw_string(value, head.type)) return false;
        ++found;
      } else if (key == "s") {
        std::uint64_t sequence = 0;
        if (value.get_uint64().get(sequence) == SUCCESS) {
          head.sequence = sequence;
        } else if (!value.raw_json_token().starts_with("null")) {
          return false;
        }
        ++found;
      } else if (key == "op") {
        std::int64_t op = 0;
        if (value.get_int64().get(op) != SUCCESS || op < 0 || op > 1000) return false;
        head.op = static_cast<int>(op);
        ++found;
      }
      // What follows is `d`, or nothing of interest.
      if (found == 3) break;
    }
    return head.op >= 0 && (head.op != 0 || !head.type.empty());
  });
}

bool PayloadReader::hello(std::chrono::milliseconds& interval) {
  std::uint64_t ms = 0;
  const bool fine = state_->each_field_of_d([&](auto key, ondemand::value value, bool& failed) {
    if (key == "heartbeat_interval") failed = !read_unsigned(value, ms);
  });
  interval = std::chrono::milliseconds(ms);
  return fine && ms > 0 && ms < 86'400'000;
}

bool PayloadReader::invalid_session(bool& resumable) {
  resumable = false;
  return state_->with_d([&](ondemand::value d) { return read_bool(d, resumable); });
}

bool PayloadReader::ready(ReadyFields& fields) {
  fields = ReadyFields{};
  const bool fine = state_->each_field_of_d([&](auto key, ondemand::value value, bool& failed) {
    if (key == "session_id") {
      failed = !read_string(value, fields.session_id);
    } else if (key == "resume_gateway_url") {
      failed = !read_string(value, fields.resume_url);
    } else if (key == "guilds") {
      failed = !read_guild_list(value, fields.guilds);
    } else if (key == "application") {
      failed = !read_object_id(value, fields.application);
    }
  });
  return fine && !fields.session_id.empty();
}

bool PayloadReader::guild(GuildFields& fields) {
  fields = GuildFields{};
  const bool fine = state_->each_field_of_d([&](auto key, ondemand::value value, bool& failed) {
    if (key == "id") {
      failed = !read_id(value, fields.id);
    } else if (key == "member_count") {
      std::uint64_t members = 0;
      const auto error = value.get_uint64().get(members);
      if (error == SUCCESS) fields.members = members;
      failed = breaks_off(error);
    } else if (key == "preferred_locale") {
      if (!read_raw_string(value, fields.locale)) fields.locale = {};
    } else if (key == "unavailable") {
      failed = !read_bool(value, fields.unavailable);
    }
  });
  return fine && fields.id;
}

bool PayloadReader::message(MessageFields& fields) {
  fields = MessageFields{};
  return state_->each_field_of_d([&](auto key, ondemand::value value, bool& failed) {
    if (key == "guild_id") {
      failed = !read_id(value, fields.guild);
    } else if (key == "webhook_id") {
      fields.webhook = true;
    } else if (key == "author") {
      failed = !each_field_of(value, [&](auto inner, ondemand::value field, bool& bad) {
        if (inner == "bot") {
          bad = !read_bool(field, fields.bot);
        } else if (inner == "id") {
          bad = !read_id(field, fields.author);
        }
      });
    }
  });
}

bool PayloadReader::interaction(InteractionHead& head, InteractionOrigin& origin) {
  head = InteractionHead{};
  origin = InteractionOrigin{};
  InteractionParts parts;
  std::uint64_t type = 0;
  const bool fine = state_->each_field_of_d([&](auto key, ondemand::value value, bool& failed) {
    if (key == "id") {
      failed = !read_id(value, head.id);
    } else if (key == "application_id") {
      failed = !read_id(value, head.application);
    } else if (key == "guild_id") {
      failed = !read_id(value, origin.guild);
    } else if (key == "member") {
      failed = !read_member(value, origin.user);
    } else if (key == "user") {
      failed = !read_object_id(value, origin.user);
    } else if (key == "type") {
      failed = !read_unsigned(value, type);
    } else if (key == "token") {
      std::string token;
      failed = !read_string(value, token);
      head.token = Secret(std::move(token));
    } else if (key == "data") {
      failed = !read_interaction_data(value, parts);
    }
  });
  if (type < 1 || type > 255) return false;
  head.type = static_cast<InteractionType>(type);
  if (head.type == InteractionType::Command || head.type == InteractionType::Autocomplete) {
    head.name = std::move(parts.name);
    if (!parts.path.empty()) head.name.append(" ").append(parts.path);
    head.name = command_name(static_cast<CommandType>(parts.type), head.name);
  } else {
    head.name = std::move(parts.custom_id);
  }
  return fine && head.id && !head.token.empty();
}

bool PayloadReader::guild_id(GuildId& guild) {
  guild = GuildId{};
  return state_->with_d([&](ondemand::value d) {
    // Some events (MESSAGE_DELETE_BULK's kin) carry something else than an object: no guild then.
    ondemand::object object;
    if (const auto error = d.get_object().get(object)) return !breaks_off(error);
    ondemand::value value;
    const auto error = object.find_field_unordered("guild_id").get(value);
    if (error != SUCCESS) return error == simdjson::NO_SUCH_FIELD;
    return is_null(value) || read_id(value, guild);
  });
}

}  // namespace discern::discord
