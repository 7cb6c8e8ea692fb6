#pragma once

// A host with chosen plugins, a clock that is moved by hand and a REST API that remembers.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "plugin/host.hpp"

namespace discern::plugin::test {

namespace fs = std::filesystem;

// Polls until it holds; fails the test after a time no healthy machine needs.
inline bool eventually(const std::function<bool()>& holds) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (fs::temp_directory_path() / "discern-plugin-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Answers at once, on the calling thread: the hardest case for whoever holds a lock.
class FakeRest final : public discord::RestPort {
 public:
  void send(discord::RestRequest request, discord::RestDone done) override {
    discord::RestOutcome outcome{discord::RestResponse{200, "{}"}, 0, 200};
    {
      const std::lock_guard lock(mutex_);
      const std::string line = request.method + " " + request.route;
      if (next_refusal_) outcome = *std::exchange(next_refusal_, std::nullopt);
      if (line == refused_) outcome = {Error(Errc::Refused, "Unknown interaction"), 10062, 404};
      if (holding_) {
        held_.emplace_back(std::move(done), std::move(outcome));
        done = nullptr;
      }
      requests_.push_back(std::move(request));
    }
    if (done) done(std::move(outcome));
  }
  std::vector<discord::RestRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t count() const { return requests().size(); }
  // "POST /interactions/{}/{token}/callback {...}" for each request.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& r : requests()) out.push_back(r.method + " " + r.route + " " + r.json);
    return out;
  }
  bool wait_for(std::size_t count) const {
    return eventually([&] { return requests().size() >= count; });
  }
  void refuse(std::string line) {
    const std::lock_guard lock(mutex_);
    refused_ = std::move(line);
  }
  // The next request is refused.
  void refuse_next(int status, int code) {
    const std::lock_guard lock(mutex_);
    next_refusal_ = {
        Error(status < 500 ? Errc::Refused : Errc::Unavailable, "refused"), code, status};
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  // Answers what was held, in order, and holds no longer.
  void let_go() {
    std::deque<std::pair<discord::RestDone, discord::RestOutcome>> held;
    {
      const std::lock_guard lock(mutex_);
      holding_ = false;
      held.swap(held_);
    }
    for (auto& [done, outcome] : held) done(std::move(outcome));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<discord::RestRequest> requests_;
  std::deque<std::pair<discord::RestDone, discord::RestOutcome>> held_;
  std::string refused_;
  std::optional<discord::RestOutcome> next_refusal_;
  bool holding_ = false;
};

class PluginHost : public ::testing::Test {
 protected:
  PluginHost() : registry_(clock_.system_now()) {
    options_.folder = folder_.path() / "plugins";
    options_.private_folder = folder_.path() / "loaded";
    options_.storage_folder = folder_.path() / "storage";
    options_.stop_limit = std::chrono::seconds(20);
    options_.init_limit = std::chrono::seconds(60);
    fs::create_directories(options_.folder);
  }

  void add(const std::string& id, const fs::path& from = DISCERN_TEST_PLUGINS) {
    fs::create_directories(options_.folder / id);
    for (const char* file : {"plugin.toml", ".so"}) {
      const std::string name = file[0] == '.' ? id + file : file;
      if (!fs::exists(from / id / name)) continue;
      fs::copy_file(
          from / id / name, options_.folder / id / name, fs::copy_options::overwrite_existing);
    }
  }
  void write(const std::string& folder, const std::string& name, const std::string& text) {
    fs::create_directories(options_.folder / folder);
    std::ofstream(options_.folder / folder / name) << text;
  }
  void start() {
    host_ = std::make_unique<Host>(clock_, registry_, rest_, options_);
    EXPECT_TRUE(host_->start().ok());
  }
  void start_with(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) add(id);
    start();
  }
  void advance(std::chrono::nanoseconds by) {
    clock_.advance(by);
    host_->poke();
  }

  PluginStatus status(const std::string& id) const {
    for (const PluginStatus& plugin : host_->plugins()) {
      if (plugin.id == id) return plugin;
    }
    return {};
  }
  bool becomes(const std::string& id, const std::string& state) const {
    return eventually([&] { return status(id).state == state; });
  }

  // A new interaction of `age`; returns its id.
  std::uint64_t interact(discord::InteractionType type,
                         const std::string& name,
                         const std::string& data = "{}",
                         std::chrono::milliseconds age = {}) {
    const auto born = epoch_ms(clock_.system_now() - age) - 1420070400000;
    discord::InteractionHead head;
    head.id.value = (static_cast<std::uint64_t>(born) << 22) | ++serial_;
    head.application.value = 77;
    head.type = type;
    head.name = name;
    head.token = Secret("t0ken" + std::to_string(serial_));
    const std::string payload = R"({"op":0,"t":"INTERACTION_CREATE","d":{"id":")" + head.id.text() +
                                R"(","channel_id":"5","token":")" + head.token.reveal() +
                                R"(","member":{"user":{"id":"9","username":"ada"}},"data":)" +
                                data + "}}";
    discord::Dispatch dispatch = make_dispatch("INTERACTION_CREATE", payload);
    dispatch.interaction = &head;
    host_->on_dispatch(dispatch);
    last_head_ = head;
    last_payload_ = payload;
    return head.id.value;
  }
  // The last interaction, as Discord may send it a second time.
  void deliver_again() {
    discord::Dispatch dispatch = make_dispatch("INTERACTION_CREATE", last_payload_);
    dispatch.interaction = &last_head_;
    host_->on_dispatch(dispatch);
  }
  std::uint64_t command(const std::string& name, const std::string& data = "{}") {
    return interact(discord::InteractionType::Command, name, data);
  }
  void event(const std::string& type, const std::string& data = "{}") {
    host_->on_dispatch(make_dispatch(type, R"({"op":0,"t":")" + type + R"(","d":)" + data + "}"));
  }

  // The value of a series, its label values joined by commas; -1 when there is none.
  double value(const std::string& family, const std::string& labels = "") {
    const metrics::SnapshotPtr snapshot =
        registry_.snapshot(clock_.system_now(), clock_.steady_now());
    const metrics::FamilySeries* found = snapshot->find_family(family);
    if (found == nullptr) return -1;
    for (const metrics::Series* series : found->series) {
      std::string key(series->key());
      std::replace(key.begin(), key.end(), metrics::kKeySeparator, ',');
      if (key != labels) continue;
      if (found->family->kind != metrics::Kind::Histogram) return snapshot->value(*series);
      return static_cast<double>(snapshot->histogram(*series).count);
    }
    return -1;
  }
  bool reaches(const std::string& family, const std::string& labels, double expected) {
    return eventually([&] { return value(family, labels) == expected; });
  }
  Result<void> wait_for(const std::function<void(ControlDone)>& ask) {
    std::mutex mutex;
    std::optional<Result<void>> answer;
    ask([&](Result<void> outcome) {
      const std::lock_guard lock(mutex);
      answer = std::move(outcome);
    });
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(mutex);
      return answer.has_value();
    }));
    return *answer;
  }

  TempFolder folder_;
  ManualClock clock_;
  metrics::Registry registry_;
  FakeRest rest_;
  HostOptions options_;
  std::unique_ptr<Host> host_;

 private:
  discord::Dispatch make_dispatch(const std::string& type, const std::string& text) const {
    // simdjson would read 64 bytes beyond the text; so may whoever gets it.
    auto bytes = std::make_shared<char[]>(text.size() + 64);
    std::copy(text.begin(), text.end(), bytes.get());
    static thread_local std::string kept_type;
    kept_type = type;
    discord::Dispatch dispatch;
    dispatch.type = kept_type;
    dispatch.guild.value = 123;
    dispatch.received = clock_.steady_now();
    dispatch.payload = {bytes, text.size()};
    return dispatch;
  }

  std::uint64_t serial_ = 0;
  discord::InteractionHead last_head_;
  std::string last_payload_;
};

}  // namespace discern::plugin::test
