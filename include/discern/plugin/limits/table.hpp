#pragma once

// Discord's limits, in one table. The host, the test kit and the simulator all check against it.
//
// Characters are Unicode code points: Discord counts those ("our API calculates length based on the
// number of codepoints", discord/discord-api-docs issue 1315), and so does JSON Schema's maxLength.
//
// `docs` names the page and section of Discord's documentation at commit c98d64bc, `schema` the
// places of Discord's openapi.json at commit 74fda0f that state the same numbers; a test compares
// them. Where the two differ, the documentation is right, and `schema` is empty.

#include <cstdint>
#include <string_view>

namespace discern::plugin::limits {

struct Limit {
  enum class Of { Characters, Items, Value };
  Of of;
  std::int64_t least;
  std::int64_t most;
  std::string_view what;    // "options": a word for sentences, of Items only.
  std::string_view docs;    // "Message: Embed Limits"
  std::string_view schema;  // "RichEmbed.title RichEmbedAuthor.name"; empty if not stated there.
};

#define DISCERN_CHARACTERS(name, least, most, docs, schema) \
  inline constexpr Limit name{Limit::Of::Characters, least, most, "characters", docs, schema};
#define DISCERN_ITEMS(name, least, most, what, docs, schema) \
  inline constexpr Limit name{Limit::Of::Items, least, most, what, docs, schema};
#define DISCERN_VALUE(name, least, most, docs, schema) \
  inline constexpr Limit name{Limit::Of::Value, least, most, "", docs, schema};
#include "discern/plugin/limits/table.def"
#undef DISCERN_CHARACTERS
#undef DISCERN_ITEMS
#undef DISCERN_VALUE

// All of them, for those who list or compare them.
struct NamedLimit {
  std::string_view name;
  const Limit* limit;
};
inline constexpr NamedLimit kTable[] = {
#define DISCERN_CHARACTERS(name, ...) {#name, &name},
#define DISCERN_ITEMS(name, ...) {#name, &name},
#define DISCERN_VALUE(name, ...) {#name, &name},
#include "discern/plugin/limits/table.def"
#undef DISCERN_CHARACTERS
#undef DISCERN_ITEMS
#undef DISCERN_VALUE
};

// Bytes. Discord raises the first for some guilds and people; it is not in openapi.json.
inline constexpr std::int64_t kFileBytes = 10 * 1024 * 1024;     // Reference: Uploading Files.
inline constexpr std::int64_t kRequestBytes = 25 * 1024 * 1024;  // Message: Create Message.

// Message: Message Flags. The message holds components in place of content and embeds.
inline constexpr std::int64_t kComponentsV2 = 1 << 15;

// Reference: Locales, and AvailableLocalesEnum, which has two more.
inline constexpr std::string_view kLocales[] = {
    "ar",    "bg", "cs", "da",    "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr",
    "he",    "hi", "hr", "hu",    "id", "it", "ja",    "ko",    "lt",     "nl",    "no", "pl",
    "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk",    "vi",    "zh-CN",  "zh-TW"};

}  // namespace discern::plugin::limits
