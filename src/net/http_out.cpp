#include "net/http_out.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/system_limits.hpp"
#include "base/thread.hpp"
#include "net/http_transfer.hpp"

namespace discern::net {
namespace {

// libcurl asks for one initialisation before any thread uses it, and offers no safe undoing.
void initialise_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

constexpr std::chrono::milliseconds kLongestSleep{1000};

}  // namespace

class HttpOut::Loop {
 public:
  explicit Loop(HttpOutOptions options) : options_(options) {
    initialise_curl();
    multi_.reset(curl_multi_init());
    if (!multi_) throw SystemRefused("cannot start outgoing HTTP: libcurl got no memory or socket");
    auto thread = start_thread("http-out", [this] { run(); });
    if (!thread) throw SystemRefused(thread.error().text);
    thread_ = *std::move(thread);
  }
  ~Loop() { stop(std::chrono::milliseconds(0)); }

  void send(HttpOutRequest request, HttpDone done) {
    auto transfer = std::make_unique<HttpTransfer>(std::move(request), std::move(done));
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && queued_ < options_.max_waiting) {
        ++queued_;
        incoming_.push_back(std::move(transfer));
      }
    }
    if (transfer) return refuse(std::move(transfer));
    curl_multi_wakeup(multi_.get());
  }

  bool post_at(SteadyTime when, std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      timers_.emplace(when, std::move(work));
    }
    curl_multi_wakeup(multi_.get());
    return true;
  }

  void stop(std::chrono::milliseconds grace) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) deadline_ = std::chrono::steady_clock::now() + grace;
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable()) thread_.join();
  }

 private:
  void refuse(std::unique_ptr<HttpTransfer> transfer) {
    // Asynchronously, so that a caller inside `done` does not recurse.
    auto shared = std::shared_ptr<HttpTransfer>(std::move(transfer));
    const bool later = post_at({}, [shared] {
      shared->fail(Error(Errc::Limit, "too many outgoing requests are waiting already"));
    });
    if (!later) shared->fail(Error(Errc::Closed, "outgoing HTTP was stopped"));
  }

  void run() {
    while (true) {
      // The fence: an exception is a bug of whoever was called back, and must not end the program.
      try {
        run_due_work();
        begin_transfers();
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        finish_transfers();
      } catch (const std::exception&) {
        note_exception("the http-out thread");
      }
      if (is_over()) break;
      curl_multi_poll(multi_.get(), nullptr, 0, sleep_time(), nullptr);
    }
    fail_the_rest();
  }

  bool is_over() {
    const std::lock_guard lock(mutex_);
    if (!stopping_) return false;
    const bool idle =
        active_.empty() && waiting_.empty() && incoming_.empty() && !has_posted_work();
    return idle || std::chrono::steady_clock::now() >= deadline_;
  }

  // Caller holds mutex_. Work that was posted for no certain time is not lost by stop.
  bool has_posted_work() const {
    return !timers_.empty() && timers_.begin()->first == SteadyTime{};
  }

  int sleep_time() {
    const std::lock_guard lock(mutex_);
    if (!incoming_.empty()) return 0;
    std::chrono::nanoseconds sleep = kLongestSleep;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (!timers_.empty()) sleep = std::min(sleep, timers_.begin()->first - now);
    if (stopping_) sleep = std::min(sleep, deadline_ - now);
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(sleep).count();
    return static_cast<int>(std::max<std::int64_t>(ms, 0));
  }

  void run_due_work() {
    std::vector<std::function<void()>> due;
    {
      const std::lock_guard lock(mutex_);
      const auto end = timers_.upper_bound(std::chrono::steady_clock::now());
      for (auto i = timers_.begin(); i != end; ++i) due.push_back(std::move(i->second));
      timers_.erase(timers_.begin(), end);
    }
    for (const auto& work : due) work();
  }

  void begin_transfers() {
    {
      const std::lock_guard lock(mutex_);
      for (auto& transfer : incoming_) taken_.push_back(std::move(transfer));
      incoming_.clear();
    }
    for (auto& transfer : taken_) {
      // Begun before an exception ended this loop.
      if (!transfer) continue;
      if (!transfer->is_urgent()) {
        waiting_.push_back(std::move(transfer));
      } else {
        --queued_;
        begin(std::move(transfer));
      }
    }
    taken_.clear();
    while (!waiting_.empty() && active_.size() < options_.max_in_flight) {
      --queued_;
      std::unique_ptr<HttpTransfer> transfer = std::move(waiting_.front());
      waiting_.pop_front();
      begin(std::move(transfer));
    }
  }

  // Whatever fails here, the transfer's owner is told.
  void begin(std::unique_ptr<HttpTransfer> transfer) {
    try {
      Result<CURL*> easy = transfer->prepare();
      if (!easy) return transfer->fail(easy.error());
      const auto place = active_.emplace(*easy, std::move(transfer)).first;
      if (curl_multi_add_handle(multi_.get(), *easy) == CURLM_OK) return;
      const std::unique_ptr<HttpTransfer> refused = std::move(place->second);
      active_.erase(place);
      refused->fail(Error(Errc::Internal, "libcurl refused a request"));
    } catch (const std::exception&) {
      note_exception("an outgoing request");
      if (!transfer) return;
      fenced("an outgoing request",
             [&] { transfer->fail(Error(Errc::Limit, "there was no memory for a request")); });
    }
  }

  void finish_transfers() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = active_.find(message->easy_handle);
      curl_multi_remove_handle(multi_.get(), message->easy_handle);
      if (found == active_.end()) continue;
      std::unique_ptr<HttpTransfer> transfer = std::move(found->second);
      active_.erase(found);
      transfer->finish(code);
    }
  }

  void fail_the_rest() {
    run_due_work();
    for (auto& [easy, transfer] : active_) {
      curl_multi_remove_handle(multi_.get(), easy);
      transfer->fail(Error(Errc::Closed, "stopped before the answer came"));
    }
    active_.clear();
    std::deque<std::unique_ptr<HttpTransfer>> left;
    {
      const std::lock_guard lock(mutex_);
      left = std::move(waiting_);
      for (auto& transfer : incoming_) left.push_back(std::move(transfer));
      incoming_.clear();
      timers_.clear();
    }
    for (auto& transfer : left) transfer->fail(Error(Errc::Closed, "stopped before it was sent"));
  }

  const HttpOutOptions options_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  // Only the thread touches these three.
  std::vector<std::unique_ptr<HttpTransfer>> taken_;
  std::deque<std::unique_ptr<HttpTransfer>> waiting_;
  std::unordered_map<CURL*, std::unique_ptr<HttpTransfer>> active_;

  // Incoming and waiting; what goes in is counted with mutex_ held.
  std::atomic<std::size_t> queued_{0};

  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<HttpTransfer>> incoming_;
  std::multimap<SteadyTime, std::function<void()>> timers_;
  bool stopping_ = false;
  SteadyTime deadline_;

  std::thread thread_;
};

HttpOut::HttpOut(HttpOutOptions options) : loop_(std::make_unique<Loop>(options)) {}
HttpOut::~HttpOut() = default;

void HttpOut::send(HttpOutRequest request, HttpDone done) {
  loop_->send(std::move(request), std::move(done));
}
bool HttpOut::post(std::function<void()> work) {
  return loop_->post_at({}, std::move(work));
}
void HttpOut::post_at(SteadyTime when, std::function<void()> work) {
  loop_->post_at(when, std::move(work));
}
void HttpOut::stop(std::chrono::milliseconds grace) {
  loop_->stop(grace);
}

}  // namespace discern::net
