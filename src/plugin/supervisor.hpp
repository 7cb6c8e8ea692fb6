#pragma once

// Which plugins there are, which are wanted, and getting from one to the other.
//
// Each plugin has a phase and a wish; `settle` makes the next step from the one to the other. All
// of that runs on the supervisor's thread; nothing here waits for a plugin.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "plugin/book.hpp"
#include "plugin/check.hpp"
#include "plugin/crash_guard.hpp"
#include "plugin/file_mark.hpp"
#include "plugin/host_options.hpp"
#include "plugin/loop.hpp"
#include "plugin/published.hpp"
#include "plugin/routing.hpp"
#include "plugin/services.hpp"
#include "plugin/status.hpp"

namespace discern::plugin {

class Supervisor final : public InstanceObserver {
 public:
  Supervisor(const HostOptions& options, const Clock& clock, metrics::Registry& registry);
  ~Supervisor() override;

  // Reads every manifest; no code of a plugin runs. Call once, before `start`.
  void scan();
  // After `scan`, in place of `start`: what would keep each plugin from being loaded. `open` says
  // what keeps a library from being opened.
  using TryToOpen =
      std::function<std::string(const std::string& id, const std::filesystem::path& file)>;
  std::vector<Finding> examine(const TryToOpen& open) const;
  // Loads what is wanted and waits until each has started or failed, at most the init limit.
  // Errors: Limit (no thread).
  Result<void> start(Services& services);
  // `start` returns now, whatever has not started yet. Any thread.
  void stop_waiting();
  // Ends every plugin. Returns how many threads did not come back.
  std::size_t stop();

  // Any thread; `done` is called on the supervisor's thread. Errors: NotFound, or why it failed.
  void enable(const std::string& id, ControlDone done);
  void disable(const std::string& id, ControlDone done);
  void reload(const std::string& id, ControlDone done);
  // Any thread: takes the operator's new values, reloads the plugins whose values or files are
  // others than they were loaded with, and loads new folders.
  void renew(std::map<std::string, ConfigValues> config);

  // A crash of the process before this one; call between `scan` and `start`.
  void add_crash(const CrashReport& report);
  std::chrono::nanoseconds cpu() const;

  void set_application(discord::ApplicationId application);
  // Never waits for what the supervisor does: the gateway's thread asks at every event.
  std::shared_ptr<const Routing> routing() const { return routing_.read(); }
  std::vector<PluginStatus> plugins() const;
  std::vector<CommandStatus> commands() const;
  std::string commands_json() const;
  // Intents of all plugins that are wanted, and "trivia" for one of them.
  discord::Intents intents() const;
  std::vector<std::string> who_wants(discord::Intents intent) const;
  std::uint64_t permissions() const;
  // Generations whose code is still mapped though they ended, abandoned ones included.
  std::size_t pinned() const;

  void sample();
  void poke();
  // Runs `work` on the supervisor's thread, which may wait for the disk. Dropped after `stop`.
  void run_later(std::function<void()> work);
  // Runs `use` for each plugin that is loading, on or stopping. Never waits, like `routing`.
  void each_instance(const std::function<void(Instance&)>& use) const;

  // InstanceObserver.
  void on_opened(Instance& instance, Result<void> outcome) override;
  void on_ended(Instance& instance) override;
  void on_too_many_faults(Instance& instance, std::string last) override;
  Result<void> add_command(const Instance& instance,
                           const CommandSpec& spec,
                           const std::function<Result<void>()>& add) override;
  void on_registrations(Instance& instance) override;

 private:
  enum class Phase { Off, Loading, On, Stopping };
  struct Record {
    Record(metrics::Registry& registry, const std::string& id, const FaultLimits& limits)
        : handles(registry, id), backoff(limits) {}
    PluginHandles handles;
    std::filesystem::path folder;
    Manifest manifest;
    Phase phase = Phase::Off;
    bool wanted = false;
    bool reload = false;  // Asked for, and not begun: what runs or loads now is to be replaced.
    bool late = false;    // Its init takes longer than the limit.
    bool failed = false;
    // It comes on with the program and was not asked for: that is a start, no enabling.
    bool starting = false;
    std::string message;
    std::shared_ptr<Instance> instance;
    // Kept while it is off, and over restarts: they stay registered.
    std::vector<CommandSpec> commands;
    double load_seconds = 0;
    double cpu_seconds = 0;
    std::chrono::nanoseconds cpu_seen{};  // Of this generation, as the next one.
    Instance::Allocated allocated_seen;
    std::vector<ControlDone> waiting;
    Backoff backoff;
    std::uint64_t pauses = 0;       // Tells a pause's timer from that of an earlier one.
    bool lacks_dependency = false;  // Off for that reason alone: comes back with what it requires.
    std::uint64_t generations = 0;
    std::uint64_t pinned = 0;
    bool unread = false;         // Refused before its manifest said who it is: read as if new.
    bool untrusted = false;      // Others could change it: another owner or mode is a change.
    FileMark loaded_mark;        // Of the files that were loaded last, or failed to.
    FileMark seen_mark;          // At the last look.
    ConfigValues loaded_values;  // Of the operator, as for loaded_mark.
  };
  struct Abandoned {
    std::string id;
    std::shared_ptr<Instance> instance;
    std::chrono::nanoseconds cpu_seen{};
  };
  using Lock = std::unique_lock<std::mutex>;

  // Runs with mutex_ held, on the supervisor's thread; what it puts into calls_ runs after it,
  // without.
  void post(std::function<void()> run);
  void after(std::chrono::nanoseconds delay, std::function<void()> run);
  Work locked(std::function<void()> run);
  void recover_later();

  // Runs `look`, which may wait for the disk, without the mutex_ that the caller holds: a disk that
  // stands still must not hold up who asks for the plugins. Records come and go on the supervisor's
  // thread alone, so references stay valid; stop() may have changed what is in them.
  template <class Look>
  auto off_lock(Look&& look) const {
    struct Relock {
      std::mutex& mutex;
      ~Relock() { mutex.lock(); }
    };
    mutex_.unlock();
    const Relock relock{mutex_};
    return look();
  }

  // All below: on the supervisor's thread with mutex_ held.
  void settle_all();
  void settle(Record& record);
  std::string dependency_problem(const Record& record, bool& wait) const;
  bool needs_itself(const Record& record) const;
  // Reads its plugin.toml again: another version may need other plugins.
  Result<void> read_manifest(Record& record);
  Result<Manifest> manifest_on_disk(const Record& record) const;
  // Takes up what SIGHUP brought for one plugin.
  void renew(Record& record);
  void begin_load(Record& record);
  void begin_stop(Record& record);
  // Before any code of the plugin ran: an error of its own, of the kind "load".
  void refuse(Record& record, std::string message);
  // For what was counted where it happened.
  void fail(Record& record, std::string message);
  void answer_waiting(Record& record, const Result<void>& outcome);
  void opened(Record& record, Instance& instance, const Result<void>& outcome);
  void ended(Record& record, bool unmapped);
  void abandon(std::uint64_t generation);
  void pause(std::uint64_t generation, const std::string& last);
  void control(const std::string& id, ControlDone done, const std::function<void(Record&)>& change);
  enum class Cause { Start, Enable, Reload };
  void note_change(Record& record, Cause cause);
  // One that was on, is off and stays so was switched off, by the operator or by the host for its
  // faults. A reload is no switch, unless it was refused.
  void note_off(Record& record);
  void init_is_late(std::uint64_t generation);
  void revive_dependents();
  void refuse_after_crashes(Record& record);
  // Without mutex_: the disk may take its time.
  void look_for_changes();
  // What one look at the folders found.
  struct Look {
    std::map<std::string, FileMark> marks;                // By plugin.
    std::map<std::filesystem::path, FileMark> newcomers;  // Folders that no record has.
    std::map<std::string, std::string>
        problems;  // Of plugins that run: why not to load the new file.
  };
  // Whether its files were changed, and nothing was written since the look before.
  static bool changed_and_at_rest(const Record& record, const FileMark& now);
  void take_up_changes(const Look& look);
  void forget_unread(const Look& look);
  // One that runs, or that failed.
  static bool can_load_again(const Record& record);
  void load_again(Record& record);
  ConfigValues values_of(const std::string& id) const;
  std::string find_problem(const Record& record, const TryToOpen& open) const;
  // Waits for the disk.
  FileMark mark_of(const Record& record) const;
  void save_book();
  Error not_kept(const std::string& id) const;
  void take_commands(Record& record);
  Result<void> check_command_of_others(const std::string& id, const CommandSpec& spec) const;
  void registered(const std::string& json, bool taken);
  void forget_removed();
  Record* find_or_scan(const std::string& id);
  void refresh();
  void publish();
  void rebuild_routing();
  struct KnownCommand {
    const Record* record;
    const CommandSpec* spec;
  };
  // What Discord is to know: the commands of plugins that run, then those that the others left
  // there, as far as nobody took their name and there is room.
  std::vector<KnownCommand> known_commands() const;
  std::string known_commands_json() const;
  static Absence absence_of(const Record& record);
  void annotate(const std::string& kind, const std::string& text);
  Record* find(std::uint64_t generation);
  void sample(Record& record);
  bool all_settled() const;

  // All that may hold a plugin. Needs no lock.
  std::vector<std::filesystem::path> folders_on_disk() const;
  bool is_known(const std::filesystem::path& folder) const;
  // Of these, those that no record knows yet.
  void scan_new_folders(std::vector<std::filesystem::path> folders);
  void scan_new_folders() {
    scan_new_folders(off_lock([this] { return folders_on_disk(); }));
  }
  // Adds the plugin in it. The error says why there is none.
  Result<void> scan_folder(const std::filesystem::path& folder);
  void refuse_folder(const std::filesystem::path& folder, std::string why);
  Record& add_record(const std::string& id, const std::filesystem::path& folder);
  PluginStatus status_of(const Record& record) const;

  // Hears what became of requests that may outlive the supervisor.
  struct Ear {
    std::mutex mutex;
    Supervisor* supervisor = nullptr;  // Guarded by mutex; null when it is gone.
  };

  const HostOptions options_;
  const Clock& clock_;
  metrics::Registry& registry_;
  Services* services_ = nullptr;
  Loop loop_;
  std::thread thread_;
  // Read at start; then the supervisor's thread only. Without mutex_: the disk may take its time.
  KeptFile book_file_ = Book::kept_file(options_.book_file);
  std::string book_problem_;  // Why the book is not on disk; empty if it is.
  const std::shared_ptr<Ear> ear_ = std::make_shared<Ear>();
  std::atomic<bool> refresh_posted_{false};
  std::vector<std::function<void()>>
      calls_;  // To be made without mutex_; supervisor's thread only.

  Published<Routing> routing_;  // Written with mutex_ held.

  mutable std::mutex mutex_;
  std::condition_variable settled_;
  // All below are guarded by mutex_.
  std::map<std::string, ConfigValues> config_;
  Book book_;
  std::map<std::string, Record, std::less<>> records_;
  // Folders without a record, as the look before found them: they are read when they are at rest.
  struct Newcomer {
    FileMark seen;
    bool read = false;  // As it is now, and there is no plugin in it.
  };
  std::map<std::filesystem::path, Newcomer> newcomers_;
  std::vector<Abandoned> abandoned_;
  // Nothing before the bot is ready; 0 when Discord did not say, and then it is asked.
  std::optional<discord::ApplicationId> application_;
  std::string published_;
  std::chrono::seconds register_pause_{};  // After the last failure.
  bool started_ = false;
  bool waiting_is_over_ = false;
  discord::Intents granted_ = 0;  // What the connection was opened with.
  bool stopping_ = false;
  std::uint64_t generations_ = 0;
  std::size_t pinned_ = 0;
  std::chrono::nanoseconds cpu_{};  // Of all threads that plugins had.
};

}  // namespace discern::plugin
