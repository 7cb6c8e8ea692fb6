#include "sim/world/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace discern::sim {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array kLocales = std::to_array<Locale>({{"en-US", 0.52, 0.0},
                                                       {"en-GB", 0.09, 0.21},
                                                       {"de", 0.07, 0.25},
                                                       {"fr", 0.06, 0.25},
                                                       {"pt-BR", 0.08, 0.08},
                                                       {"es-ES", 0.05, 0.25},
                                                       {"ja", 0.04, 0.58},
                                                       {"ko", 0.03, 0.58},
                                                       {"pl", 0.03, 0.25},
                                                       {"tr", 0.03, 0.33}});

constexpr auto kAdjectives = std::to_array<std::string_view>(
    {"Cosy",   "Silver", "Northern",  "Quiet",  "Lucky",   "Electric", "Midnight", "Crimson",
     "Hollow", "Golden", "Wandering", "Pixel",  "Emerald", "Sleepy",   "Arctic",   "Velvet",
     "Lunar",  "Rusty",  "Wild",      "Humble", "Neon",    "Stormy",   "Amber",    "Secret"});
constexpr auto kPlaces = std::to_array<std::string_view>(
    {"Tavern",  "Harbour", "Library", "Garden",      "Arcade",  "Guild",  "Workshop", "Lounge",
     "Station", "Village", "Kitchen", "Theatre",     "Forge",   "Camp",   "Academy",  "Club",
     "Bakery",  "Valley",  "Studio",  "Observatory", "Outpost", "Market", "Den",      "Circle"});
constexpr auto kTopics = std::to_array<std::string_view>({"",
                                                          "",
                                                          "",
                                                          " Gaming",
                                                          " Art",
                                                          " Music",
                                                          " Study",
                                                          " Rust Players",
                                                          " Book",
                                                          " Anime",
                                                          " Dev",
                                                          " Chess",
                                                          " Film",
                                                          " Minecraft",
                                                          " Running",
                                                          " Cooking"});
constexpr auto kFirst = std::to_array<std::string_view>(
    {"ada",  "bram", "cleo", "dov",  "elif", "finn",  "gia",  "hugo",  "ines",    "jun",  "kai",
     "lena", "milo", "nora", "omar", "pia",  "quin",  "rosa", "sven",  "tess",    "uma",  "vik",
     "wren", "xiu",  "yara", "zane", "moss", "otter", "fern", "comet", "biscuit", "raven"});
constexpr auto kSecond = std::to_array<std::string_view>(
    {"",      "_",     "plays", "fox",   "bear", "beats", "codes", "tea",  "sky", "moon",
     "river", "storm", "snail", "pixel", "wolf", "spark", "loaf",  "byte", "oak", "quark"});
constexpr auto kChannels = std::to_array<std::string_view>({"general",
                                                            "off-topic",
                                                            "announcements",
                                                            "bot-commands",
                                                            "memes",
                                                            "help",
                                                            "introductions",
                                                            "media",
                                                            "gaming",
                                                            "music",
                                                            "art",
                                                            "events",
                                                            "suggestions",
                                                            "trading",
                                                            "pets",
                                                            "late-night"});
static_assert(kChannels.size() == kChannelNames);
constexpr auto kOpeners = std::to_array<std::string_view>({"anyone up for",
                                                           "does someone know",
                                                           "I just finished",
                                                           "who broke",
                                                           "good morning, time for",
                                                           "can we talk about",
                                                           "finally got",
                                                           "still thinking about",
                                                           "reminder:",
                                                           "ok but",
                                                           "has anybody tried",
                                                           "tonight we do"});
constexpr auto kSubjects = std::to_array<std::string_view>({"the new patch",
                                                            "a round of trivia",
                                                            "that last boss",
                                                            "the playlist",
                                                            "chess tonight",
                                                            "the event on Friday",
                                                            "pancakes",
                                                            "my homework",
                                                            "the train timetable",
                                                            "a movie night",
                                                            "the leaderboard",
                                                            "the meme of the week",
                                                            "the new channel",
                                                            "that song",
                                                            "my build"});
constexpr auto kClosers = std::to_array<std::string_view>(
    {"", "", "?", "!", " lol", " :)", ", thoughts?", " again", "...", " please", " haha"});
constexpr auto kSongs = std::to_array<std::string_view>({"midnight city",
                                                         "lofi beats to sleep to",
                                                         "take on me",
                                                         "clair de lune",
                                                         "running up that hill",
                                                         "september",
                                                         "blue monday",
                                                         "weightless"});
constexpr auto kQuestions = std::to_array<std::string_view>({"will it rain tomorrow",
                                                             "best pizza topping",
                                                             "is a hot dog a sandwich",
                                                             "how tall is the Eiffel tower",
                                                             "when is the next event",
                                                             "capital of Mongolia"});
constexpr auto kCities = std::to_array<std::string_view>(
    {"Lisbon", "Osaka", "Berlin", "Denver", "Recife", "Busan", "Oslo", "Leeds", "Izmir", "Krakow"});
constexpr auto kReasons = std::to_array<std::string_view>(
    {"spamming links", "being rude", "asked for it", "raid account", "wrong channel, again"});
constexpr auto kPlain = std::to_array<std::string_view>(
    {"hello there", "something nice", "forty two", "the usual", "surprise me", "a small dragon"});
constexpr auto kEmoji =
    std::to_array<std::string_view>({"👍", "😂", "❤️", "🎉", "👀", "🔥", "😭", "✅"});

std::string_view word(Words from, std::uint64_t seed, std::uint64_t salt) {
  return from[mix(seed, salt) % from.size()];
}

bool mentions(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

}  // namespace

std::span<const Locale> locales() {
  return kLocales;
}

std::string guild_name(std::uint64_t seed) {
  return fmt::format(
      "{}{} {}", word(kAdjectives, seed, 1), word(kTopics, seed, 3), word(kPlaces, seed, 2));
}

std::string user_name(std::uint64_t seed) {
  return fmt::format("{}{}{}",
                     word(kFirst, seed, 1),
                     word(kSecond, seed, 2),
                     mix(seed, 3) % 4 ? mix(seed, 4) % 100 : 0);
}

std::string channel_name(std::size_t index) {
  return std::string(kChannels[index % kChannels.size()]);
}

std::string chat_line(Rng& rng) {
  return fmt::format(
      "{} {}{}", rng.pick(Words(kOpeners)), rng.pick(Words(kSubjects)), rng.pick(Words(kClosers)));
}

std::string option_text(Rng& rng, std::string_view option_name) {
  if (mentions(option_name, "song") || mentions(option_name, "query") ||
      mentions(option_name, "track")) {
    return std::string(rng.pick(Words(kSongs)));
  }
  if (mentions(option_name, "question") || mentions(option_name, "ask") ||
      mentions(option_name, "topic")) {
    return std::string(rng.pick(Words(kQuestions)));
  }
  if (mentions(option_name, "city") || mentions(option_name, "place") ||
      mentions(option_name, "location")) {
    return std::string(rng.pick(Words(kCities)));
  }
  if (mentions(option_name, "reason")) return std::string(rng.pick(Words(kReasons)));
  if (mentions(option_name, "dice")) {
    return fmt::format("{}d{}", 1 + rng.below(4), 4 + 2 * rng.below(9));
  }
  if (mentions(option_name, "time") || mentions(option_name, "duration") ||
      mentions(option_name, "when")) {
    return fmt::format("{}m", 5 * (1 + rng.below(12)));
  }
  if (mentions(option_name, "text") || mentions(option_name, "message")) return chat_line(rng);
  return std::string(rng.pick(Words(kPlain)));
}

std::string_view emoji(Rng& rng) {
  return rng.pick(Words(kEmoji));
}

}  // namespace discern::sim
