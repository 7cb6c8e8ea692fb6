#include "base/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/log.hpp"

namespace discern::output {
namespace {

using namespace std::chrono_literals;

std::string tell(std::uint64_t lines, std::string_view why) {
  return fmt::format("{} lost: {}\n", lines, why);
}

// Runs in a child of its own: stderr belongs to the whole process.
class Output : public testing::Test {
 protected:
  // stderr becomes a pipe of which one page fits; returns the end to read from.
  static int use_small_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) ::_exit(90);
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
    return ends[0];
  }
  static std::string read_until(int fd, std::string_view wanted) {
    std::string all;
    char chunk[4096];
    while (all.find(wanted) == std::string::npos) {
      const ssize_t n = ::read(fd, chunk, sizeof chunk);
      if (n <= 0) ::_exit(91);
      all.append(chunk, static_cast<std::size_t>(n));
    }
    return all;
  }
  static void check(bool good, int code) {
    if (!good) ::_exit(code);
  }
};

TEST_F(Output, AReaderThatStandsStillCostsTheOldestLinesAndIsTold) {
  EXPECT_EXIT(
      {
        const int reader = use_small_pipe();
        check(start(&tell).ok(), 1);
        const std::string line(99, 'x');
        for (std::size_t i = 0; i < kMostLines + 1000; ++i) put(Stream::Err, line + "\n");
        put(Stream::Err, "the last\n");
        check(lost() > 0, 2);
        check(!flush(1ms), 3);
        const std::string said = read_until(reader, "the last\n");
        check(said.find(fmt::format("{} lost: the reader of stderr stood still\n", lost())) !=
                  said.npos,
              4);
        check(flush(10s), 5);
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "");
}

TEST_F(Output, LinesComeInTheirOrder) {
  EXPECT_EXIT(
      {
        const int reader = use_small_pipe();
        check(start(&tell).ok(), 1);
        for (int i = 0; i < 500; ++i) put(Stream::Err, fmt::format("{}\n", i));
        std::string wanted;
        for (int i = 0; i < 500; ++i) wanted += fmt::format("{}\n", i);
        check(read_until(reader, "499\n") == wanted, 2);
        check(lost() == 0, 3);
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "");
}

TEST_F(Output, ADeviceThatIsFullCostsLinesAndNothingElse) {
  EXPECT_EXIT(
      {
        const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
        ::dup2(full, STDERR_FILENO);
        check(start(&tell).ok(), 1);
        put(Stream::Err, "a\nb\n");
        check(flush(10s), 2);
        check(lost() == 2, 3);
        const int reader = use_small_pipe();
        put(Stream::Err, "c\n");
        const std::string said = read_until(reader, "c\n");
        check(said == "2 lost: stderr could not be written: No space left on device\nc\n", 4);
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "");
}

TEST_F(Output, AClosedStderrHarmsNobody) {
  EXPECT_EXIT(
      {
        ::close(STDERR_FILENO);
        check(start(&tell).ok(), 1);
        put(Stream::Err, "a\n");
        check(flush(10s), 2);
        check(lost() == 1, 3);
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "");
}

TEST_F(Output, LastWordsWaitForAReaderNoLongerThanTheyMay) {
  EXPECT_EXIT(
      {
        use_small_pipe();
        const std::string much(64 * 1024, 'x');
        check(write_within(STDERR_FILENO, much, 10ms) < much.size(), 1);
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "");
}

}  // namespace
}  // namespace discern::output

namespace discern::log {
namespace {

// What `write` puts on stderr.
std::string line_of(Format format, std::string_view text) {
  configure({Level::Info, format});
  testing::internal::CaptureStderr();
  write(Level::Info, "test", text);
  configure({});
  return testing::internal::GetCapturedStderr();
}

TEST(Log, ALineHasItsTimeZoneAndNothingThatATerminalActsOn) {
  const std::string line = line_of(Format::Text, "a\x1b[2J\nb");
  EXPECT_TRUE(testing::internal::RE::FullMatch(
      line,
      testing::internal::RE("[0-9-]+ [0-9:]+\\.[0-9]+[+-][0-9]+:[0-9]+ info +"
                            "test: a.x1b.2J.nb\n")))
      << line;
}

TEST(Log, JsonKeepsTheTextAndEscapesIt) {
  const std::string line = line_of(Format::Json, "a\x1b\u202e");
  EXPECT_NE(line.find("\"message\":\"a\\u001b\\u202e\"}"), std::string::npos) << line;
}

}  // namespace
}  // namespace discern::log
