#include "plugin/supervisor.hpp"

#include <algorithm>
#include <limits>

#include "base/log.hpp"
#include "base/thread.hpp"

namespace discern::plugin {
namespace {

// A file that is being written looks different at the next look; then it is left alone.
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::milliseconds kRecoverAfter{50};

}  // namespace

Supervisor::Supervisor(const HostOptions& options, const Clock& clock, metrics::Registry& registry)
    : options_(options),
      clock_(clock),
      registry_(registry),
      loop_(clock, std::numeric_limits<std::size_t>::max()),
      config_(options.config) {
  ear_->supervisor = this;
}

Supervisor::~Supervisor() {
  stop();
  const std::lock_guard lock(ear_->mutex);
  ear_->supervisor = nullptr;
}

Result<void> Supervisor::start(Services& services) {
  services_ = &services;
  // As the gateway was told, whatever fails from here on.
  granted_ = options_.other_intents | intents();
  auto thread = start_thread("plugins", [this] {
    loop_.run([this](Work& work, SteadyTime) {
      work.run();
      return clock_.steady_now();
    });
  });
  if (!thread) return std::move(thread).error();
  thread_ = *std::move(thread);
  post([this] {
    forget_removed();
    for (auto& [id, record] : records_) record.starting = record.wanted;
    settle_all();
  });
  if (options_.watch_files) {
    Work look;
    look.run = [this] { look_for_changes(); };
    loop_.start_timer(kLookEvery, kLookEvery, std::move(look));
  }
  {
    Lock lock(mutex_);
    settled_.wait_for(
        lock, options_.init_limit, [this] { return waiting_is_over_ || all_settled(); });
    started_ = true;
  }
  post([this] { publish(); });
  return {};
}

void Supervisor::stop_waiting() {
  {
    const Lock lock(mutex_);
    waiting_is_over_ = true;
  }
  settled_.notify_all();
}

std::size_t Supervisor::stop() {
  if (!thread_.joinable()) return 0;
  post([this] {
    stopping_ = true;
    for (auto& [id, record] : records_) record.wanted = false;
    settle_all();
  });
  std::vector<std::shared_ptr<Instance>> lost;
  {
    Lock lock(mutex_);
    const auto all_off = [this] {
      return stopping_ && std::all_of(records_.begin(), records_.end(), [](const auto& item) {
               return item.second.phase == Phase::Off;
             });
    };
    settled_.wait_for(lock, options_.stop_limit + std::chrono::milliseconds(500), all_off);
    // Also when the thread has not come to it: whatever it waits for, it loads nothing any more.
    stopping_ = true;
    for (auto& [id, record] : records_) {
      if (record.instance) lost.push_back(std::move(record.instance));
      record.phase = Phase::Off;
    }
    pinned_ += lost.size();
    routing_.write(std::make_shared<Routing>());
  }
  loop_.close();
  thread_.join();
  for (const auto& instance : lost) instance->abandon();
  const Lock lock(mutex_);
  const std::size_t never_back = lost.size() + abandoned_.size();
  abandoned_.clear();
  return never_back;
}

Work Supervisor::locked(std::function<void()> run) {
  Work work;
  work.run = [this, run = std::move(run)] {
    std::vector<std::function<void()>> calls;
    bool done = false;
    {
      const Lock lock(mutex_);
      done = fenced("the supervisor of plugins", run);
      calls.swap(calls_);
    }
    settled_.notify_all();
    for (const auto& call : calls) fenced("the supervisor of plugins", call);
    // What was left in the middle is settled when there is memory again.
    if (!done) insist("the supervisor of plugins", [this] { recover_later(); });
  };
  return work;
}

void Supervisor::recover_later() {
  after(kRecoverAfter, [this] {
    settle_all();
    publish();
  });
}

void Supervisor::post(std::function<void()> run) {
  loop_.post(locked(std::move(run)));
}

void Supervisor::run_later(std::function<void()> run) {
  Work work;
  work.run = std::move(run);
  loop_.post(std::move(work));
}

void Supervisor::after(std::chrono::nanoseconds delay, std::function<void()> run) {
  loop_.start_timer(delay, {}, locked(std::move(run)));
}

Supervisor::Record* Supervisor::find(std::uint64_t generation) {
  for (auto& [id, record] : records_) {
    if (record.instance && record.instance->generation() == generation) return &record;
  }
  return nullptr;
}

bool Supervisor::all_settled() const {
  return std::all_of(records_.begin(), records_.end(), [](const auto& item) {
    const Record& record = item.second;
    return record.phase == Phase::On || (record.phase == Phase::Off && !record.wanted);
  });
}

void Supervisor::set_application(discord::ApplicationId application) {
  post([this, application] {
    application_ = application;
    publish();
  });
}

void Supervisor::refresh() {
  refresh_posted_ = false;
  for (auto& [id, record] : records_) {
    if (record.phase == Phase::On) take_commands(record);
  }
  rebuild_routing();
  publish();
}

void Supervisor::annotate(const std::string& kind, const std::string& text) {
  registry_.annotate({clock_.system_now(), kind, text});
  log::info("plugin", "{}", text);
}

void Supervisor::on_registrations(Instance&) {
  if (!refresh_posted_.exchange(true)) post([this] { refresh(); });
}

void Supervisor::on_opened(Instance& instance, Result<void> outcome) {
  post([this, held = instance.shared_from_this(), outcome = std::move(outcome)] {
    if (Record* record = find(held->generation())) opened(*record, *held, outcome);
  });
}

void Supervisor::on_ended(Instance& instance) {
  // Unloading joins the thread that says this, so it happens without the lock.
  post([this, held = instance.shared_from_this()] {
    Record* record = find(held->generation());
    if (record == nullptr) return;
    fenced("the last sample of a plugin", [&] { sample(*record); });
    // Nobody else brings it to its end.
    insist("the end of a plugin", [&] {
      calls_.push_back([this, held] {
        bool unmapped = false;
        fenced("unloading a plugin", [&] { unmapped = held->unload(); });
        insist("the end of a plugin", [&] {
          post([this, held, unmapped] {
            if (Record* ending = find(held->generation())) ended(*ending, unmapped);
          });
        });
      });
    });
  });
}

void Supervisor::on_too_many_faults(Instance& instance, std::string last) {
  post([this, generation = instance.generation(), last = std::move(last)] {
    pause(generation, last);
  });
}

void Supervisor::each_instance(const std::function<void(Instance&)>& use) const {
  const std::shared_ptr<const Routing> now = routing();
  for (const auto& instance : now->live) use(*instance);
}

void Supervisor::poke() {
  loop_.poke();
  each_instance([](Instance& instance) { instance.poke(); });
}

}  // namespace discern::plugin
