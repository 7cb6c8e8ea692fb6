#include "plugin/instance.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <utility>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "plugin/crash_guard.hpp"
#include "plugin/host_functions.hpp"
#include "plugin/stack_probe.hpp"

namespace discern::plugin {
namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// "command nap"; of loading and stopping the name says it all.
std::string handler_text(const Work& work) {
  if (work.kind == WorkKind::Init || work.kind == WorkKind::Host) return work.name;
  std::string text(to_string(work.kind));
  return work.name.empty() ? text : text + " " + work.name;
}

}  // namespace

Instance::Instance(Services& services,
                   Manifest manifest,
                   std::uint64_t generation,
                   std::string config_json)
    : services_(services),
      manifest_(std::move(manifest)),
      generation_(generation),
      config_json_(std::move(config_json)),
      handles_(services.registry, manifest_.id),
      loop_(services.clock, services.queue_limit),
      table_(make_host_table(*this)),
      faults_(services.fault_limits) {
  start_.size = sizeof start_;
  start_.id = lend(manifest_.id);
  start_.version = lend(manifest_.version);
  start_.config_json = lend(config_json_);
}

Instance::~Instance() {
  if (thread_.joinable()) thread_.detach();
  if (library_) library_->abandon();
}

Result<void> Instance::start(std::filesystem::path file, std::filesystem::path copy) {
  auto thread = start_thread("p:" + id(),
                             [self = shared_from_this(),
                              file = std::move(file),
                              copy = std::move(copy),
                              begun = false]() mutable {
                               // A plugin is loaded once, whatever ended the thread's body.
                               if (!std::exchange(begun, true)) self->thread_main(file, copy);
                             });
  if (!thread) return std::move(thread).error();
  thread_ = *std::move(thread);
  return {};
}

void Instance::take_thread() {
  thread_id_ = std::this_thread::get_id();
  thread_number_ = static_cast<pid_t>(::syscall(SYS_gettid));
  slot_.set_plugin(id());
  current_slot = &slot_;
  clockid_t clock{};
  if (::pthread_getcpuclockid(::pthread_self(), &clock) == 0) {
    cpu_clock_ = clock;
    cpu_clock_valid_ = true;
  }
}

// Whatever fails, the supervisor learns how the start went and that the thread has ended.
void Instance::thread_main(const std::filesystem::path& file, const std::filesystem::path& copy) {
  std::optional<SignalStack> signal_stack;
  discern::fenced("the start of a plugin's thread", [&] { signal_stack.emplace(); });
  take_thread();
  Result<void> opened;
  const bool went = discern::fenced("loading a plugin", [&] { opened = open(file, copy); });
  bool usable = went && opened.ok();
  insist("loading a plugin", [&] {
    const std::shared_lock gate(gate_);
    if (!went) opened = Error(Errc::Internal, "plugin \"" + id() + "\" could not be loaded");
    if (open_) services_.observer.on_opened(*this, opened);
  });
  if (usable) {
    run_fenced("p:", [this] {
      loop_.run([this](Work& work, SteadyTime now) { return run_fenced_work(work, now); });
    });
  }
  insist("the end of a plugin", [this] { loop_.close(); });
  insist("the end of a plugin", [this] { finish(); });
  current_slot = nullptr;
  cpu_at_end_ = read_clock(CLOCK_THREAD_CPUTIME_ID);
  cpu_clock_valid_ = false;
  insist("the end of a plugin", [this] {
    const std::shared_lock gate(gate_);
    if (open_) services_.observer.on_ended(*this);
  });
}

Result<void> Instance::open(const std::filesystem::path& file, const std::filesystem::path& copy) {
  const SteadyTime begin = services_.clock.steady_now();
  Work work{WorkKind::Init, "load", nullptr, begin};
  enter(work, begin);
  Result<Library> library = [&]() -> Result<Library> {
    try {
      return Library::open(id(), file, copy);
    } catch (...) {
      return Error(
          Errc::Invalid,
          "plugin \"" + id() + "\" threw while it was loaded: " + current_exception_fault().text);
    }
  }();
  leave();
  if (!library) {
    const std::shared_lock gate(gate_);
    if (open_) {
      services_.errors.with(id(), "load").add();
      services_.incidents.add(
          id(), {services_.clock.system_now(), "load", "load", "", library.error().text, 1, {}});
    }
    return std::move(library).error();
  }
  library_.emplace(*std::move(library));
  work.name = "init";
  enter(work, begin);
  std::optional<Fault> fault = fenced([&](discern_failure* failure) {
    plugin_ = library_->table().create(&table_, &start_, failure);
    if (plugin_ == nullptr) return std::int32_t{DISCERN_FAILED};
    return library_->table().init(plugin_, failure);
  });
  leave();
  const std::shared_lock gate(gate_);
  if (!open_) return Error(Errc::Closed, "abandoned");
  const SteadyTime end = services_.clock.steady_now();
  load_time_ = end - begin;
  handles_.handler[static_cast<std::size_t>(WorkKind::Init)].observe(end - begin);
  if (fault) record_fault("init", "", *fault);
  count_left_behind();
  if (!fault) return {};
  return Error(Errc::Invalid,
               "plugin \"" + id() + "\" failed to start: " +
                   (fault->type.empty() ? "" : fault->type + ": ") + fault->text);
}

void Instance::finish() {
  SteadyTime now;
  {
    const std::shared_lock gate(gate_);
    // What an abandoned plugin holds stays as it is: nobody knows what state it was left in.
    if (!open_) return;
    ending_ = true;
    now = services_.clock.steady_now();
    services_.exchanges.fail_all_of(generation_, 503, "plugin \"" + id() + "\" has ended");
  }
  if (plugin_ != nullptr) {
    const Work work{WorkKind::Host, "stop", nullptr, {}};
    forget_call();
    enter(work, now);
    std::optional<Fault> fault =
        fenced([&](discern_failure* failure) { return library_->table().stop(plugin_, failure); });
    callbacks_.close();
    const std::optional<Fault> broken = fenced([&](discern_failure*) {
      library_->table().destroy(plugin_);
      return std::int32_t{DISCERN_OK};
    });
    plugin_ = nullptr;
    leave();
    if (!fault) fault = broken;
    const std::shared_lock gate(gate_);
    if (fault && open_) record_fault("stop", "", *fault);
    if (open_) count_left_behind();
  }
  callbacks_.close();
  {
    // The next generation opens it, maybe at once.
    const std::lock_guard lock(storage_mutex_);
    storage_.reset();
  }
  const std::shared_lock gate(gate_);
  if (open_) services_.interactions->give_up_on(generation_);
}

void Instance::close() {
  loop_.close();
}

bool Instance::unload() {
  if (thread_.joinable()) thread_.join();
  // Nobody makes the stacks of this code readable any more when it is gone.
  services_.incidents.resolve(id());
  const std::lock_guard lock(library_mutex_);
  unloaded_ = true;
  if (!library_) return true;
  const bool unmapped = library_->close();
  library_.reset();
  return unmapped;
}

void Instance::abandon() {
  loop_.close();
  open_ = false;
  gate_.wait_until_empty();
  if (thread_.joinable()) thread_.detach();
  services_.exchanges.fail_all_of(generation_, 503, "plugin \"" + id() + "\" does not answer");
  services_.interactions->give_up_on(generation_);
}

std::chrono::nanoseconds Instance::cpu() const {
  if (cpu_clock_valid_) {
    const std::chrono::nanoseconds now = read_clock(cpu_clock_);
    if (now.count() > 0) return now;
  }
  return cpu_at_end_.load();
}

void Instance::enter(const Work& work, SteadyTime now) {
  if (work.kind == WorkKind::Response) {
    // A crash writes it down.
    slot_.set_handler(place_to_keep(handler_text(work)), {});
  } else {
    const bool plain = work.kind == WorkKind::Init || work.kind == WorkKind::Host;
    slot_.set_handler(plain ? work.name : to_string(work.kind),
                      plain ? std::string_view() : std::string_view(work.name));
  }
  slot_.thrown.size = 0;
  const std::lock_guard lock(current_mutex_);
  ++entered_;
  current_ = &work;
  current_since_ = now;
  stall_counted_ = false;
}

// Whether the stall was counted while it ran.
bool Instance::leave() {
  slot_.set_handler({}, {});
  const std::lock_guard lock(current_mutex_);
  current_ = nullptr;
  stall_stack_.clear();
  return stall_counted_;
}

std::optional<StuckHandler> Instance::running() const {
  const SteadyTime now = services_.clock.steady_now();
  const std::lock_guard lock(current_mutex_);
  if (current_ == nullptr) return std::nullopt;
  return StuckHandler{handler_text(*current_), seconds(now - current_since_), stall_stack_};
}

bool Instance::note_stall() {
  const SteadyTime now = services_.clock.steady_now();
  const std::lock_guard lock(current_mutex_);
  if (current_ == nullptr || stall_counted_) return false;
  if (now - current_since_ <= services_.time_budget) return false;
  stall_counted_ = true;
  handles_.stalls.add();
  return true;
}

void Instance::take_stall_stack() {
  std::string handler;
  std::uint64_t call = 0;
  {
    const std::lock_guard lock(current_mutex_);
    if (current_ == nullptr || !stall_counted_) return;
    handler = handler_text(*current_);
    call = entered_;
  }
  const std::optional<CallStack> stack = take_stack(thread_number_, slot_);
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(library_mutex_);
    if (stack && !unloaded_) lines = describe(*stack);
  }
  {
    const std::lock_guard lock(current_mutex_);
    // It may have come back meanwhile, and be in the next call.
    if (current_ != nullptr && entered_ == call) stall_stack_ = lines;
  }
  services_.incidents.add(
      id(), {services_.clock.system_now(), "stall", handler, "", "over its time budget", 1, lines});
}

Instance::Allocated Instance::allocated() const {
  return {slot_.allocated_bytes.load(std::memory_order_relaxed),
          slot_.allocations.load(std::memory_order_relaxed)};
}

void Instance::probe_loop() {
  const std::int64_t now = services_.clock.steady_now().time_since_epoch().count();
  if (const std::int64_t sent = probe_sent_ns_.load(); sent != 0) {
    handles_.loop_stall.set(static_cast<double>(now - sent) * 1e-9);
    return;
  }
  handles_.loop_stall.set(0);
  probe_sent_ns_ = now;
  Work probe;
  probe.name = "probe";
  probe.run = [this] { probe_sent_ns_ = 0; };
  loop_.post(std::move(probe));
}

}  // namespace discern::plugin
