#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace discern::app {

// The bundled simulated Discord as a child process. It dies with this process, also when that is
// killed: the kernel sends it SIGKILL when the thread that started it ends. So start it from the
// main thread.
class Simulator {
 public:
  // Starts `program` and waits until it listens, at most `patience`. Errors: NotFound (no such
  // program), Unavailable (it ended or said nothing; the text holds what it printed).
  static Result<std::unique_ptr<Simulator>> start(
      const std::filesystem::path& program,
      const std::vector<std::string>& arguments,
      std::chrono::milliseconds patience = std::chrono::seconds(10));
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // "http://127.0.0.1:43210"
  const std::string& url() const { return url_; }

 private:
  Simulator(pid_t pid, int output, std::string url)
      : pid_(pid), output_(output), url_(std::move(url)) {}
  pid_t pid_;
  int output_;
  std::string url_;
};

}  // namespace discern::app
