#pragma once

// One loaded generation of one plugin: its library, its thread, what it registered.
//
// Life: start -> (own thread: open, run, finish) -> on_ended -> join -> unload. A thread that does
// not come back is abandoned: its instance is kept for ever, closed, and its code stays mapped.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>

#include "discord/model/dispatch.hpp"
#include "plugin/boundary.hpp"
#include "plugin/call_gate.hpp"
#include "plugin/callback_table.hpp"
#include "plugin/library.hpp"
#include "plugin/loop.hpp"
#include "plugin/manifest.hpp"
#include "plugin/registrations.hpp"
#include "plugin/services.hpp"
#include "plugin/status.hpp"
#include "plugin/storage.hpp"
#include "plugin/thread_slot.hpp"

namespace discern::plugin {

// An interaction on its way to a plugin. Values only.
struct InteractionCall {
  discord::InteractionId id;
  discord::InteractionType type{};
  discord::GuildId guild;
  std::string name;  // What the plugin is told: command path, or custom_id without the plugin's id.
  // What it is counted and kept as: a command's name, or the part of the custom_id that was
  // registered. The rest of it may name a person.
  std::string place;
  std::string payload;  // Without the token.
  SteadyTime received;
};

class Instance : public std::enable_shared_from_this<Instance> {
 public:
  Instance(Services& services,
           Manifest manifest,
           std::uint64_t generation,
           std::string config_json);
  ~Instance();

  const Manifest& manifest() const { return manifest_; }
  const std::string& id() const { return manifest_.id; }
  // Never used twice in a process.
  std::uint64_t generation() const { return generation_; }
  const PluginHandles& handles() const { return handles_; }
  const Registrations& registrations() const { return registrations_; }
  std::chrono::nanoseconds load_time() const { return load_time_.load(); }

  // Starts the thread, which copies, opens and initialises the plugin.
  // Errors: Limit (no thread).
  Result<void> start(std::filesystem::path file, std::filesystem::path copy);
  // Asks the thread to end after what it is in. Never waits.
  void close();
  // After on_ended. Joins the thread and unloads; false when the code stays mapped.
  bool unload();
  // The thread did not come back: nothing of it reaches the host any more.
  void abandon();

  // Any thread; false when the queue is full or the plugin ends.
  [[nodiscard]] bool post_event(const discord::Dispatch& dispatch);
  [[nodiscard]] bool post_interaction(InteractionCall call, std::uint64_t callback);
  [[nodiscard]] bool post_route(std::uint64_t exchange,
                                const Registrations::Match& route,
                                RouteRequest request);

  // The handler that runs now, and for how long; nothing when none does.
  std::optional<StuckHandler> running() const;
  // Counts the running handler as a stall, once, when it is over its budget; true when it did.
  bool note_stall();
  // Where the thread is now, as long as the stall that was noted lasts. On the watchdog's thread.
  void take_stall_stack();
  struct Allocated {
    std::uint64_t bytes = 0;
    std::uint64_t calls = 0;
  };
  // What the thread asked of operator new so far; zeros without the process hooks.
  Allocated allocated() const;
  // Processor time of the thread so far.
  std::chrono::nanoseconds cpu() const;
  std::size_t queue_depth() const { return loop_.depth(); }
  // Posts an empty work and measures how long it waits (kLoopDelay, kLoopStall).
  void probe_loop();
  void poke() { loop_.poke(); }

 private:
  friend struct HostCall;
  friend struct HostFunctions;
  friend struct HostIo;

  // The thread.
  void thread_main(const std::filesystem::path& file, const std::filesystem::path& copy);
  void take_thread();
  // run_one behind the last fence: what the host itself could not do.
  SteadyTime run_fenced_work(Work& work, SteadyTime now);
  Result<void> open(const std::filesystem::path& file, const std::filesystem::path& copy);
  void finish();
  SteadyTime run_one(Work& work, SteadyTime now);

  // Calls a callback behind the fence; false when it failed.
  bool invoke(std::uint64_t callback, const void* message);
  // And takes the callback away after it.
  void invoke_once(std::uint64_t callback, const void* message);
  // The same for a function of the plugin's table; `call` gets the failure to fill in.
  std::optional<Fault> fenced(const std::function<std::int32_t(discern_failure*)>& call);
  void record_fault(std::string_view kind, std::string_view name, const Fault& fault);
  // Of a coroutine, after its handler returned.
  struct TaskFault {
    std::uint32_t origin = DISCERN_ORIGIN_NONE;
    std::uint64_t interaction = 0;
    std::string name;
    Fault fault;
  };
  void record_task_fault(const TaskFault& what);
  void run_interaction(const InteractionCall& call, std::uint64_t callback);
  void run_route(std::uint64_t exchange, std::uint64_t callback, const RouteRequest& request);
  void run_result(std::uint64_t callback, const discord::RestOutcome& outcome);
  // Sends `outcome` to a callback of the plugin, on its thread. Null for callback 0.
  discord::RestDone result_callback(std::uint64_t callback, std::string name);
  void remove_callback(std::uint64_t callback);
  void forget_call();
  // Errors that the call just ended left behind without throwing them.
  void count_left_behind();
  void record_let_go(const std::string& command);
  void enter(const Work& work, SteadyTime now);
  bool leave();

  Services& services_;
  const Manifest manifest_;
  const std::uint64_t generation_;
  const std::string config_json_;
  const PluginHandles handles_;
  Loop loop_;
  CallbackTable callbacks_;
  Registrations registrations_;
  discern_host table_{};
  discern_start start_{};
  std::optional<Library> library_;
  void* plugin_ = nullptr;
  std::thread thread_;

  // Held by whatever reaches the host from the plugin's side, never while plugin code runs.
  mutable CallGate gate_;
  std::atomic<bool> open_{true};     // Read with the gate held; false once abandoned.
  std::atomic<bool> ending_{false};  // It runs no handler any more: it is told to stop.

  mutable std::mutex current_mutex_;
  const Work* current_ = nullptr;  // Guarded by current_mutex_, as the two below.
  SteadyTime current_since_{};
  bool stall_counted_ = false;
  std::uint64_t entered_ = 0;  // Tells one call from another.
  std::vector<std::string> stall_stack_;

  // Held while a stack is made readable, so that the code it lies in is not unloaded meanwhile.
  std::mutex library_mutex_;
  bool unloaded_ = false;  // Guarded by library_mutex_.
  ThreadSlot slot_;        // Written by the plugin's thread.
  std::atomic<pid_t> thread_number_{0};

  std::atomic<clockid_t> cpu_clock_{};
  std::atomic<bool> cpu_clock_valid_{false};
  std::atomic<std::chrono::nanoseconds> cpu_at_end_{};
  std::atomic<std::chrono::nanoseconds> load_time_{};
  std::atomic<std::thread::id> thread_id_{};
  std::atomic<std::int64_t> probe_sent_ns_{0};
  std::atomic<std::size_t> requests_under_way_{0};
  std::atomic<std::size_t> web_requests_under_way_{0};
  // Opened when it is first used.
  std::mutex storage_mutex_;
  std::unique_ptr<PluginStorage> storage_;  // Guarded by storage_mutex_.

  // The plugin's thread only.
  FaultMeter faults_;
  std::uint64_t reported_in_call_ = 0;
  // Commands that were let go of without an answer.
  std::vector<std::string> let_go_in_call_;
  bool call_failed_ = false;
};

}  // namespace discern::plugin
