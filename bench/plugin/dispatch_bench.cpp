// What the host adds to an event and to a command on their way to a plugin's handler.
//
// "hand_over" is what the gateway's thread pays; "through" is the whole way: queued, run behind the
// fence, measured, and for a command answered through the REST port. The rival is the queue that
// one would write first: a mutex, a deque of std::function, a condition variable.

#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "plugin/host.hpp"
#include "plugin/thread_slot.hpp"

namespace {

using namespace discern;
namespace fs = std::filesystem;

constexpr std::size_t kBatch = 1000;
constexpr std::string_view kMessage =
    R"({"op":0,"t":"MESSAGE_CREATE","s":7,"d":{"id":"1","channel_id":"2","guild_id":"3",)"
    R"("author":{"id":"4","username":"ada","bot":false},"content":"hello there"}})";
constexpr std::string_view kCommand =
    R"({"op":0,"t":"INTERACTION_CREATE","s":8,"d":{"id":"1","token":"t0ken","type":2,)"
    R"("channel_id":"2","member":{"user":{"id":"4","username":"ada"}},"data":{"name":"idle"}}})";

// Discord, answering at once.
class Rest final : public discord::RestPort {
 public:
  void send(discord::RestRequest, discord::RestDone done) override {
    if (done) done({discord::RestResponse{200, "{}"}, 0, 200});
    ++answered;
  }
  std::atomic<std::size_t> answered{0};
};

discord::Dispatch dispatch_of(std::string_view type, std::string_view text) {
  auto bytes = std::make_shared<char[]>(text.size() + 64);
  std::copy(text.begin(), text.end(), bytes.get());
  discord::Dispatch dispatch;
  dispatch.type = type;
  dispatch.payload = {std::move(bytes), text.size()};
  return dispatch;
}

class Bench {
 public:
  Bench() : registry_(clock_.system_now()), folder_(fs::temp_directory_path() / "discern-bench") {
    plugin::HostOptions options;
    options.folder = DISCERN_BENCH_PLUGINS;
    options.private_folder = folder_;
    options.queue_limit = 1 << 20;
    // The host's own deferral has no part in this.
    options.defer_after = std::chrono::nanoseconds::zero();
    host_ = std::make_unique<plugin::Host>(clock_, registry_, rest, options);
    host_->start();
    if (host_->plugins().empty() || host_->plugins()[0].state != "enabled") std::abort();
  }
  ~Bench() {
    host_.reset();
    fs::remove_all(folder_);
  }

  void events(std::size_t n) {
    static const discord::Dispatch kEvent = dispatch_of("MESSAGE_CREATE", kMessage);
    discord::Dispatch event = kEvent;
    event.received = clock_.steady_now();
    for (std::size_t i = 0; i < n; ++i) host_->on_dispatch(event);
  }
  void commands(std::size_t n) {
    static const discord::Dispatch kCall = dispatch_of("INTERACTION_CREATE", kCommand);
    discord::InteractionHead head;
    head.application.value = 77;
    head.type = discord::InteractionType::Command;
    head.name = "idle";
    head.token = Secret("t0ken");
    discord::Dispatch call = kCall;
    call.interaction = &head;
    call.received = clock_.steady_now();
    const auto born = static_cast<std::uint64_t>(epoch_ms(clock_.system_now()) - 1420070400000);
    for (std::size_t i = 0; i < n; ++i) {
      head.id.value = (born << 22) | (++serial_ & 0x3fffff);
      host_->on_dispatch(call);
    }
  }
  void drain() const {
    while (host_->plugins()[0].queue_depth > 0) std::this_thread::yield();
  }
  void wait_for_answers(std::size_t n) const {
    while (rest.answered < n) std::this_thread::yield();
  }
  Rest rest;

 private:
  SystemClock clock_;
  metrics::Registry registry_;
  fs::path folder_;
  std::unique_ptr<plugin::Host> host_;
  std::uint64_t serial_ = 0;
};

class NaiveQueue {
 public:
  NaiveQueue() : thread_([this] { run(); }) {}
  ~NaiveQueue() {
    post({});
    thread_.join();
  }
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    wake_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !queue_.empty(); });
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      if (!work) return;
      work();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::thread thread_;
};

// CPU time is that of the calling thread: what the gateway pays.
void BM_event_hand_over(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    bench.events(kBatch);
    state.PauseTiming();
    bench.drain();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(BM_event_hand_over)->Name("event_hand_over/ours");

void BM_event_through(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    bench.events(kBatch);
    bench.drain();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(BM_event_through)->Name("event_through/ours")->MeasureProcessCPUTime();

void BM_command_hand_over(benchmark::State& state) {
  Bench bench;
  std::size_t asked = 0;
  for (auto _ : state) {
    bench.commands(kBatch);
    asked += kBatch;
    state.PauseTiming();
    bench.wait_for_answers(asked);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(BM_command_hand_over)->Name("command_hand_over/ours");

void BM_command_through(benchmark::State& state) {
  Bench bench;
  std::size_t asked = 0;
  for (auto _ : state) {
    bench.commands(kBatch);
    asked += kBatch;
    bench.wait_for_answers(asked);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(BM_command_through)->Name("command_through/ours")->MeasureProcessCPUTime();

void naive(benchmark::State& state, bool through) {
  NaiveQueue queue;
  const discord::Dispatch event = dispatch_of("MESSAGE_CREATE", kMessage);
  std::atomic<std::size_t> seen{0};
  std::size_t asked = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      queue.post([&seen, payload = event.payload, type = std::string(event.type)] { ++seen; });
    }
    asked += kBatch;
    if (!through) state.PauseTiming();
    while (seen < asked) std::this_thread::yield();
    if (!through) state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
void BM_naive_hand_over(benchmark::State& state) {
  naive(state, false);
}
BENCHMARK(BM_naive_hand_over)->Name("event_hand_over/naive");
void BM_naive_through(benchmark::State& state) {
  naive(state, true);
}
BENCHMARK(BM_naive_through)->Name("event_through/naive")->MeasureProcessCPUTime();

// operator new and delete of 64 bytes: on a plugin's thread, on another, and malloc itself.
void allocate(benchmark::State& state, plugin::ThreadSlot* slot) {
  if (!plugin::has_process_hooks()) return state.SkipWithError("built without the hooks");
  plugin::current_slot = slot;
  for (auto _ : state) {
    char* memory = new char[64];
    benchmark::DoNotOptimize(memory);
    delete[] memory;
  }
  plugin::current_slot = nullptr;
}
void BM_new_counted(benchmark::State& state) {
  static plugin::ThreadSlot slot;
  allocate(state, &slot);
}
BENCHMARK(BM_new_counted)->Name("new_counted/ours");
void BM_new_uncounted(benchmark::State& state) {
  allocate(state, nullptr);
}
BENCHMARK(BM_new_uncounted)->Name("new_elsewhere/ours");
void BM_malloc(benchmark::State& state) {
  for (auto _ : state) {
    void* memory = std::malloc(64);
    benchmark::DoNotOptimize(memory);
    std::free(memory);
  }
}
BENCHMARK(BM_malloc)->Name("new_counted/malloc");

}  // namespace
