#include "app/simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace discern::app {
namespace {

using namespace std::chrono_literals;

// A program that does what `commands` of a shell say.
class Program {
 public:
  explicit Program(const std::string& commands)
      : path_(std::filesystem::path(testing::TempDir()) /
              (std::string("discern_") +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::ofstream(path_) << "#!/bin/sh\n" << commands << '\n';
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~Program() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(Simulator, TheAddressIsWhatItSays) {
  const Program program("echo world; echo listening on http://127.0.0.1:1; exec sleep 600");
  const auto simulator = Simulator::start(program.path(), {});
  ASSERT_TRUE(simulator) << simulator.error().text;
  EXPECT_EQ((*simulator)->url(), "http://127.0.0.1:1");
}

TEST(Simulator, OneThatSaysNothingIsNotWaitedForForEver) {
  const Program program("echo hm; exec sleep 600");
  const auto simulator = Simulator::start(program.path(), {}, 200ms);
  ASSERT_FALSE(simulator);
  EXPECT_EQ(simulator.error().kind, Errc::Unavailable);
}

TEST(Simulator, WhatOneThatEndsSaidIsTold) {
  const Program program("echo the port is taken; exit 1");
  const auto simulator = Simulator::start(program.path(), {});
  ASSERT_FALSE(simulator);
  EXPECT_THAT(simulator.error().text, testing::HasSubstr("the port is taken"));
}

}  // namespace
}  // namespace discern::app
