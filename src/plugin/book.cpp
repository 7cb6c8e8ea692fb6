#include "plugin/book.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "base/files.hpp"
#include "base/log.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<SystemTime> time_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return from_epoch_ms(value->get_int64());
}

}  // namespace

Result<Book> Book::read(const std::filesystem::path& file) {
  Book book;
  const Result<std::string> text = read_file(file, 4 * 1024 * 1024);
  if (!text) {
    if (text.error().kind == Errc::NotFound) return book;
    return text.error();
  }
  boost::system::error_code bad;
  const json::value root = json::parse(*text, bad);
  if (bad || !root.is_object()) {
    Result<std::filesystem::path> kept = set_aside(file);
    if (!kept) return std::move(kept).error();
    log::warn("plugin",
              "{} could not be understood and was kept as {}; what was enabled and disabled at run "
              "time is forgotten",
              file.string(),
              kept->string());
    return book;
  }
  for (const auto& [id, value] : root.get_object()) {
    if (!value.is_object()) continue;
    const json::object& from = value.get_object();
    Entry entry;
    if (const json::value* wish = from.if_contains("wanted"); wish != nullptr && wish->is_bool()) {
      entry.wish = wish->get_bool();
    }
    entry.version = text_of(from, "version");
    entry.changed = time_of(from, "changed_ms");
    if (const json::value* list = from.if_contains("crashes"); list && list->is_array()) {
      for (const json::value& item : list->get_array()) {
        if (!item.is_object()) continue;
        const json::object& crash = item.get_object();
        entry.crashes.push_back({time_of(crash, "time_ms").value_or(SystemTime()),
                                 text_of(crash, "signal"),
                                 text_of(crash, "handler")});
      }
    }
    book.entries_.emplace(id, std::move(entry));
  }
  return book;
}

std::string Book::to_json() const {
  json::object root;
  for (const auto& [id, entry] : entries_) {
    json::object to;
    if (entry.wish) to["wanted"] = *entry.wish;
    if (!entry.version.empty()) to["version"] = entry.version;
    if (entry.changed) to["changed_ms"] = epoch_ms(*entry.changed);
    json::array crashes;
    for (const Crash& crash : entry.crashes) {
      crashes.push_back({{"time_ms", epoch_ms(crash.time)},
                         {"signal", crash.signal},
                         {"handler", crash.handler}});
    }
    if (!crashes.empty()) to["crashes"] = std::move(crashes);
    root[id] = std::move(to);
  }
  return json::serialize(root) + "\n";
}

const Book::Entry* Book::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<bool> Book::wish(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->wish : std::nullopt;
}

void Book::set_wish(const std::string& id, bool wanted) {
  entries_[id].wish = wanted;
}

std::string Book::version(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->version : std::string();
}

std::optional<SystemTime> Book::changed(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->changed : std::nullopt;
}

void Book::set_version(const std::string& id, const std::string& version, SystemTime changed) {
  Entry& entry = entries_[id];
  entry.version = version;
  entry.changed = changed;
}

void Book::add_crash(const std::string& id, Crash crash) {
  std::vector<Crash>& crashes = entries_[id].crashes;
  std::erase_if(crashes, [&](const Crash& old) { return old.time < crash.time - kCrashWindow; });
  crashes.push_back(std::move(crash));
  if (crashes.size() > kMostCrashes) crashes.erase(crashes.begin());
}

std::vector<Crash> Book::crashes(const std::string& id) const {
  const Entry* entry = find(id);
  return entry != nullptr ? entry->crashes : std::vector<Crash>();
}

bool Book::crashed_too_often(const std::string& id) const {
  const std::vector<Crash> all = crashes(id);
  return all.size() >= kMostCrashes && all.back().time - all.front().time <= kCrashWindow;
}

void Book::forgive(const std::string& id) {
  const auto found = entries_.find(id);
  if (found != entries_.end()) found->second.crashes.clear();
}

}  // namespace discern::plugin
