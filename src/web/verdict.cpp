#include "web/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace discern::web {
namespace {

constexpr std::uint64_t kFewFailures = 3;
constexpr std::uint64_t kFewErrors = 5;
constexpr std::uint64_t kEnoughUses = 20;
constexpr double kMuch = 0.1;
constexpr double kNotable = 0.05;
constexpr double kMost = 0.5;

double share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return part > 0 ? 1 : 0;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

std::string percent(double share) {
  if (share > 0 && share < 0.001) return "<0.1%";
  return share < 0.0995 ? fmt::format("{:.1f}%", share * 100) : fmt::format("{:.0f}%", share * 100);
}

// 1,234,567
std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string plural(std::uint64_t n, std::string_view one) {
  return fmt::format("{} {}{}", grouped(n), one, n == 1 ? "" : "s");
}

std::string window_words(const VerdictInput& in) {
  if (in.since_start) return "since the start";
  return fmt::format("in {} min",
                     std::chrono::duration_cast<std::chrono::minutes>(in.window).count());
}

// "Report (user)" stands in a menu of Discord, "ping" is typed after a slash.
std::string shown(const std::string& command) {
  return command.ends_with(')') ? command : "/" + command;
}

std::string page_of(const std::string& plugin) {
  return "plugins?plugin=" + plugin;
}

Sentence shards(const VerdictInput& in) {
  const std::string href = "shards";
  if (!in.shards_ready || !in.shards_total) {
    return {Level::Unknown, "The state of the shards is not known yet", href, {}};
  }
  const std::uint64_t ready = *in.shards_ready;
  const std::uint64_t total = *in.shards_total;
  if (total == 0) return {Level::Warn, "Not connected to Discord yet", href, {}};
  if (ready >= total) {
    return {Level::Ok,
            total == 1   ? "The bot is up"
            : total == 2 ? "Both shards are up"
                         : fmt::format("All {} shards are up", total),
            href,
            {}};
  }
  if (ready == 0) {
    return {Level::Err,
            total == 1   ? "The bot is not connected to Discord"
            : total == 2 ? "Both shards are down"
                         : fmt::format("All {} shards are down", total),
            href,
            {}};
  }
  const std::uint64_t down = total - ready;
  return {Level::Warn,
          fmt::format("{} of {} {} down", plural(down, "shard"), total, down == 1 ? "is" : "are"),
          href,
          {}};
}

// What is wrong with a command, if anything.
std::optional<Health> judge_command(const CommandCounts& c, const std::string& words) {
  const double failed = share(c.failed, c.uses);
  if (c.failed >= kFewFailures && failed >= kMuch && share(c.failed_now, c.uses_now) >= kMuch) {
    const bool most = failed >= kMost && c.failed >= kFewErrors;
    return Health{most ? Level::Err : Level::Warn,
                  fmt::format("{} of {} failed {} ({})",
                              grouped(c.failed),
                              plural(c.uses, "use"),
                              words,
                              percent(failed)),
                  {}};
  }
  const double slow = share(c.slow, c.uses);
  if (c.uses >= kEnoughUses && slow >= kNotable && share(c.slow_now, c.uses_now) >= kNotable) {
    return Health{Level::Warn,
                  fmt::format("{} of {} took {} s or longer {} ({})",
                              grouped(c.slow),
                              plural(c.uses, "use"),
                              kSlow.count(),
                              words,
                              percent(slow)),
                  {}};
  }
  return std::nullopt;
}

class Judge {
 public:
  Judge(const VerdictInput& in, const Verdict& before)
      : in_(in), before_(before), words_(window_words(in)) {
    for (const plugin::PluginStatus& status : in.plugins) names_[status.id] = status.name;
  }

  Verdict run() {
    say(shards(in_));
    say({Level::Ok,
         in_.commands_last_minute == 0
             ? "No commands in the last minute"
             : plural(in_.commands_last_minute, "command") + " in the last minute",
         "commands",
         {}});
    for (const CommandCounts& command : in_.commands) judge(command);
    for (const plugin::PluginStatus& status : in_.plugins) judge(status);
    say_failures();
    // The worst comes first. Sorting is stable, so a calm day reads shards, commands, failures.
    const auto rank = [](const Sentence& s) { return std::max(s.level, Level::Ok); };
    std::stable_sort(out_.sentences.begin(),
                     out_.sentences.end(),
                     [&](const Sentence& a, const Sentence& b) { return rank(a) > rank(b); });
    bool all_known = true;
    for (const Sentence& s : out_.sentences) {
      out_.level = std::max(out_.level, s.level);
      all_known &= s.level != Level::Unknown;
    }
    if (!all_known && out_.level == Level::Ok) out_.level = Level::Unknown;
    out_.plugins = plugins_in_words();
    return std::move(out_);
  }

 private:
  void say(Sentence sentence) { out_.sentences.push_back(std::move(sentence)); }

  std::optional<SystemTime> since(const std::map<std::string, Health>& before,
                                  const std::string& key) const {
    const auto known = before.find(key);
    return known == before.end() || !known->second.since ? in_.now : *known->second.since;
  }

  std::string name_of(const std::string& plugin) const {
    const auto found = names_.find(plugin);
    return found == names_.end() || found->second.empty() ? plugin : found->second;
  }

  void judge(const CommandCounts& command) {
    std::optional<Health> health = judge_command(command, words_);
    if (!health) return;
    const std::string key = command.plugin + '\x1f' + command.name;
    health->since = since(before_.command, key);
    out_.command[key] = *health;
    say({health->level,
         fmt::format("{} of {}: {}", shown(command.name), name_of(command.plugin), health->text),
         page_of(command.plugin),
         health->since});
    worsen(command.plugin,
           {health->level, shown(command.name) + ": " + health->text, health->since});
    explained_[command.plugin] += command.failed;
  }

  void judge(const plugin::PluginStatus& status) {
    const auto found = in_.counts.find(status.id);
    const PluginCounts counts = found == in_.counts.end() ? PluginCounts() : found->second;
    failed_ += counts.failed;
    runs_ += counts.runs;
    if (counts.failed > most_failed_) {
      most_failed_ = counts.failed;
      worst_ = status.id;
    }
    if (status.stuck) {
      const std::string text =
          fmt::format("stuck in {} for {:.0f} s", status.stuck->handler, status.stuck->seconds);
      return tell(status, {Level::Err, text, {}}, " is ");
    }
    if (status.state == "failed") {
      const bool paused = status.message.starts_with("disabled for");
      return tell(status,
                  {Level::Warn, paused ? status.message : std::string("failed to load"), {}},
                  paused ? " is " : " ");
    }
    const double failed = share(counts.failed, counts.runs);
    if (counts.failed < kFewErrors || failed < kNotable ||
        share(counts.failed_now, counts.runs_now) < kNotable)
      return;
    Health health{failed >= kMost ? Level::Err : Level::Warn,
                  fmt::format("{} of {} failed {} ({})",
                              grouped(counts.failed),
                              plural(std::max(counts.runs, counts.failed), "run"),
                              words_,
                              percent(failed)),
                  since(before_.plugin, status.id)};
    // What its commands do not say already.
    const std::uint64_t rest = counts.failed - std::min(counts.failed, explained_[status.id]);
    if (rest < kFewErrors || share(rest, counts.runs) < kNotable) return worsen(status.id, health);
    tell(status, health, ": ");
  }

  void tell(const plugin::PluginStatus& status, Health health, std::string_view joint) {
    say({health.level,
         fmt::format("{}{}{}", name_of(status.id), joint, health.text),
         page_of(status.id),
         health.since});
    worsen(status.id, std::move(health));
  }

  void worsen(const std::string& plugin, Health health) {
    const auto [at, is_new] = out_.plugin.try_emplace(plugin, health);
    if (!is_new && at->second.level < health.level) at->second = std::move(health);
  }

  // The failures that are no trouble, or that there are none.
  void say_failures() {
    if (in_.plugins.empty() || !out_.plugin.empty()) return;
    if (failed_ == 0) return say({Level::Ok, "No failures " + words_, "plugins", {}});
    say({Level::Ok, failures_in_words() + ", most in " + name_of(worst_), page_of(worst_), {}});
  }
  std::string failures_in_words() const {
    return fmt::format("{} of {} failed {} ({})",
                       grouped(failed_),
                       plural(std::max(runs_, failed_), "run"),
                       words_,
                       percent(share(failed_, runs_)));
  }

  std::string plugins_in_words() const {
    if (in_.plugins.empty()) return "none loaded";
    const std::size_t all = in_.plugins.size();
    if (out_.plugin.size() == 1) {
      return fmt::format("of {}; {} in trouble", all, name_of(out_.plugin.begin()->first));
    }
    if (!out_.plugin.empty()) return fmt::format("of {}; {} in trouble", all, out_.plugin.size());
    if (failed_ > 0) return fmt::format("of {}; {} failed {}", all, plural(failed_, "run"), words_);
    return fmt::format("of {}, all well", all);
  }

  const VerdictInput& in_;
  const Verdict& before_;
  const std::string words_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::uint64_t> explained_;
  std::uint64_t failed_ = 0;
  std::uint64_t runs_ = 0;
  std::uint64_t most_failed_ = 0;
  std::string worst_;
  Verdict out_;
};

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Unknown:
      return "unknown";
    case Level::Ok:
      return "ok";
    case Level::Warn:
      return "warn";
    default:
      return "err";
  }
}

Verdict judge(const VerdictInput& input, const Verdict& before) {
  return Judge(input, before).run();
}

}  // namespace discern::web
