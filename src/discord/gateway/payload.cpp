#include "discord/gateway/payload.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>

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

// Snowflakes are strings, but very short made-up ones come as numbers.
template <class Tag>
bool read_id(ondemand::value value, Id<Tag>& id) {
  ondemand::json_type type{};
  if (value.type().get(type) != SUCCESS) return false;
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (value.get_string().get(text) != SUCCESS) return false;
    id.value = parse_number(text);
    return true;
  }
  if (type == ondemand::json_type::number) return value.get_uint64().get(id.value) == SUCCESS;
  return type == ondemand::json_type::null;
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

// Calls `read(key, value)` for each field until it says false (stop, all found) or the object ends.
template <class Read>
bool each_field(ondemand::object object, Read&& read) {
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (field.key().get(key) != SUCCESS || field.value().get(value) != SUCCESS) return false;
    bool failed = false;
    read(key, value, failed);
    if (failed) return false;
  }
  return true;
}

enum class Sub { Subcommand = 1, Group = 2 };

// The path below a command: "group sub", "sub" or nothing, from the first of its options.
bool read_path(ondemand::value options, std::string& path, int depth) {
  ondemand::array list;
  if (options.get_array().get(list) != SUCCESS) return false;
  for (auto element : list) {
    ondemand::object option;
    if (element.get_object().get(option) != SUCCESS) return false;
    std::uint64_t type = 0;
    std::string name;
    std::string below;
    const bool fine = each_field(option, [&](auto key, ondemand::value value, bool& failed) {
      if (key == "type") {
        failed = value.get_uint64().get(type) != SUCCESS;
      } else if (key == "name") {
        std::string_view text;
        failed = value.get_string().get(text) != SUCCESS;
        name = text;
      } else if (key == "options" && depth < 2) {
        failed = !read_path(value, below, depth + 1);
      }
    });
    if (!fine) return false;
    if (type == static_cast<std::uint64_t>(Sub::Subcommand) ||
        type == static_cast<std::uint64_t>(Sub::Group)) {
      path = std::move(name);
      if (!below.empty()) path.append(" ").append(below);
    }
    return true;  // A subcommand or a group is the only one; other options are not our business.
  }
  return true;
}

struct InteractionParts {
  std::uint64_t type = 0;
  std::string name;
  std::string path;
  std::string custom_id;
};

bool read_interaction_data(ondemand::value data, InteractionParts& parts) {
  ondemand::object object;
  if (data.get_object().get(object) != SUCCESS) return false;
  return each_field(object, [&](auto key, ondemand::value value, bool& failed) {
    std::string_view text;
    if (key == "name") {
      failed = value.get_string().get(text) != SUCCESS;
      parts.name = text;
    } else if (key == "custom_id") {
      failed = value.get_string().get(text) != SUCCESS;
      parts.custom_id = text;
    } else if (key == "type") {
      failed = value.get_uint64().get(parts.type) != SUCCESS;
    } else if (key == "options") {
      failed = !read_path(value, parts.path, 1);
    }
  });
}

// Of another type than expected: tolerated. Any other error is of the JSON itself, after which
// nothing more may be read.
bool ends_reading(simdjson::error_code error) {
  return error != SUCCESS && error != simdjson::INCORRECT_TYPE && error != simdjson::NUMBER_ERROR;
}

// A field that may be absent, of what should be an object.
template <class Read>
bool read_inner(ondemand::value value, std::string_view key, Read&& read) {
  ondemand::object object;
  ondemand::value inner;
  if (const auto error = value.get_object().get(object)) return !ends_reading(error);
  const auto error = object.find_field_unordered(key).get(inner);
  return error == SUCCESS ? read(inner) : error == simdjson::NO_SUCH_FIELD;
}

// Of a user object. Without an id: nobody.
bool read_user(ondemand::value value, UserId& user) {
  return read_inner(value, "id", [&](ondemand::value id) { return read_id(id, user); });
}

// The user of a member object.
bool read_member(ondemand::value value, UserId& user) {
  return read_inner(value, "user", [&](ondemand::value inner) { return read_user(inner, user); });
}

bool read_guild_list(ondemand::value value, std::vector<GuildId>& guilds) {
  ondemand::array list;
  if (value.get_array().get(list) != SUCCESS) return false;
  for (auto element : list) {
    ondemand::object object;
    if (element.get_object().get(object) != SUCCESS) return false;
    GuildId id;
    const bool fine = each_field(object, [&](auto key, ondemand::value field, bool& failed) {
      if (key == "id") failed = !read_id(field, id);
    });
    if (!fine) return false;
    if (id) guilds.push_back(id);
  }
  return true;
}

bool read_string(ondemand::value value, std::string& out) {
  std::string_view text;
  if (value.get_string().get(text) != SUCCESS) return false;
  out = text;
  return true;
}

// Anything but true is false; not so the error of broken JSON.
bool read_bool(ondemand::value value, bool& out) {
  out = false;
  return !ends_reading(value.get_bool().get(out));
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

  bool find_d(ondemand::value& d) {
    // A fatal error leaves the document without its parser.
    if (!document.is_alive()) return false;
    document.rewind();
    return document.find_field_unordered("d").get(d) == SUCCESS;
  }

  template <class Read>
  bool each_field_of_d(Read&& read) {
    return fenced([&] {
      ondemand::value d;
      ondemand::object object;
      if (!find_d(d) || d.get_object().get(object) != SUCCESS) return false;
      return each_field(object, read);
    });
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
    if (key == "heartbeat_interval") failed = value.get_uint64().get(ms) != SUCCESS;
  });
  interval = std::chrono::milliseconds(ms);
  return fine && ms > 0 && ms < 86'400'000;
}

bool PayloadReader::invalid_session(bool& resumable) {
  return state_->fenced([&] {
    ondemand::value d;
    resumable = false;
    if (!state_->find_d(d)) return false;
    return read_bool(d, resumable);
  });
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
      ondemand::object object;
      failed = value.get_object().get(object) != SUCCESS;
      if (failed) return;
      failed = !each_field(object, [&](auto inner, ondemand::value field, bool& bad) {
        if (inner == "id") bad = !read_id(field, fields.application);
      });
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
      const simdjson::error_code error = value.get_uint64().get(members);
      if (error == SUCCESS) fields.members = members;
      failed = ends_reading(error);
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
      std::string_view token = value.raw_json_token();
      fields.webhook = !token.starts_with("null");
    } else if (key == "author") {
      ondemand::object object;
      failed = value.get_object().get(object) != SUCCESS;
      if (failed) return;
      failed = !each_field(object, [&](auto inner, ondemand::value field, bool& bad) {
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
      failed = !read_user(value, origin.user);
    } else if (key == "type") {
      std::uint64_t type = 0;
      failed = value.get_uint64().get(type) != SUCCESS || type < 1 || type > 255;
      head.type = static_cast<InteractionType>(type);
    } else if (key == "token") {
      std::string token;
      failed = !read_string(value, token);
      head.token = Secret(std::move(token));
    } else if (key == "data") {
      failed = !read_interaction_data(value, parts);
    }
  });
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
  return state_->fenced([&] {
    ondemand::value d;
    ondemand::object object;
    if (!state_->find_d(d)) return false;
    // Some events (MESSAGE_DELETE_BULK's kin) carry something else than an object: no guild then.
    if (d.get_object().get(object) != SUCCESS) return true;
    ondemand::value value;
    if (object.find_field_unordered("guild_id").get(value) != SUCCESS) return true;
    return read_id(value, guild);
  });
}

}  // namespace discern::discord
