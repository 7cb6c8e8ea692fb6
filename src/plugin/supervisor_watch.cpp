// What changed files ask for (plugins.watch). On the supervisor's thread.

#include "base/log.hpp"
#include "plugin/library_copy.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {

FileMark Supervisor::mark_of(const Record& record) const {
  return mark_of_folder(record.folder);
}

bool Supervisor::changed_and_at_rest(const Record& record, const FileMark& now) {
  // Nothing was written between two looks: whoever writes is done, or makes a longer pause. Then
  // the file is found to be incomplete, and is read again after the next change.
  if (!(now == record.seen_mark)) return false;
  const bool any_change = record.unread || record.untrusted;
  return any_change ? !(now == record.loaded_mark) : !now.same_content(record.loaded_mark);
}

void Supervisor::look_for_changes() {
  // Records come and go on this thread alone, so that it may look at them without the lock.
  Look look;
  for (const auto& [id, record] : records_) {
    const FileMark now = look.marks[id] = mark_of(record);
    if (record.phase != Phase::On || !changed_and_at_rest(record, now)) continue;
    const auto fits = read_library(id, record.folder / (id + ".so"));
    // Without its folder it was removed, and ends.
    std::error_code bad;
    if (!fits && std::filesystem::exists(record.folder, bad)) {
      look.problems[id] = fits.error().text;
    }
  }
  for (const std::filesystem::path& folder : folders_on_disk()) {
    if (!is_known(folder)) look.newcomers[folder] = mark_of_folder(folder);
  }
  locked([this, look = std::move(look)] { take_up_changes(look); }).run();
}

// They are looked at as folders that nobody knows, once they changed.
void Supervisor::forget_unread(const Look& look) {
  std::erase_if(records_, [&](const auto& item) {
    const auto& [id, record] = item;
    const auto now = look.marks.find(id);
    if (!record.unread || record.phase != Phase::Off || now == look.marks.end()) return false;
    if (!record.waiting.empty() || now->second == record.loaded_mark) return false;
    newcomers_[record.folder] = {now->second, false};
    return true;
  });
}

void Supervisor::take_up_changes(const Look& look) {
  forget_removed();
  const std::size_t known = records_.size();
  std::map<std::filesystem::path, Newcomer> newcomers;
  std::vector<std::filesystem::path> at_rest;
  for (const auto& [folder, now] : look.newcomers) {
    const auto before = newcomers_.find(folder);
    const bool same = before != newcomers_.end() && before->second.seen == now;
    if (same && !before->second.read) at_rest.push_back(folder);
    newcomers[folder] = {now, same};
  }
  newcomers_ = std::move(newcomers);
  scan_new_folders(std::move(at_rest));
  bool changed = records_.size() != known;
  for (auto& [id, record] : records_) {
    const auto looked = look.marks.find(id);
    if (looked == look.marks.end()) continue;
    const FileMark& now = looked->second;
    const bool due = changed_and_at_rest(record, now) && can_load_again(record) && !record.unread;
    record.seen_mark = now;
    if (!due) continue;
    if (const auto problem = look.problems.find(id); problem != look.problems.end()) {
      record.message = problem->second + "; the plugin that runs stays as it is";
      log::error("plugin", "{}", record.message);
      record.loaded_mark = now;
      continue;
    }
    log::info("plugin", "the files of plugin \"{}\" changed", id);
    load_again(record);
    changed = true;
  }
  forget_unread(look);
  if (changed) settle_all();
}

}  // namespace discern::plugin
