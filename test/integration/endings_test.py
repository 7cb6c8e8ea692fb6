"""What a plugin does to end the program is named, and told after the next start."""
import signal
import unittest

from harness import wait_until
from hostile_plugins_test import PluginCase


class Endings(PluginCase):
    def again(self, settings=""):
        return self.bot(self.simulator,
                        f'[plugins]\nfolder = "{self.folder / "plugins"}"\n{settings}')

    def expect_named(self, how, handler):
        self.host.reader.join(10)
        self.assertRegex(self.host.output(), rf'plugin "ender" \S+ the program: {how} in {handler}')
        self.host = self.again()
        self.host.wait_for(rf'plugin "ender" crashed the program the last time it ran: {how} in {handler}')
        self.host.metrics()  # Before the first tick there are none.
        self.assertEqual(self.errors()["ender", "crash"], 1)

    def end_by(self, command, code, how, handler=None):
        self.start_host("ender")
        self.use(command)
        self.assertEqual(self.host.process.wait(60), code, self.host.output())
        self.expect_named(how, handler or f"command {command}")

    def test_exit(self):
        self.end_by("exit", 3, r"exit\(3\)")

    def test_exit_that_says_all_is_well(self):
        # A supervisor must start it again.
        self.end_by("exit-well", 1, r"exit\(0\)")

    def test_quick_exit(self):
        self.end_by("quick", 4, r"quick_exit\(4\)")

    def test_underscore_exit(self):
        self.end_by("under", 5, r"_exit\(5\)")

    def test_exit_on_a_thread_of_its_own(self):
        self.end_by("thread-exit", 6, r"exit\(6\)", "a thread of its own")

    def test_kill(self):
        self.end_by("kill", -signal.SIGKILL, "SIGKILL")

    def test_raise(self):
        self.end_by("raise", -signal.SIGUSR1, "SIGUSR1")

    def test_a_stop_by_a_plugin_is_orderly_and_named(self):
        self.end_by("stop", 0, "SIGTERM")

    def test_terminate(self):
        self.end_by("terminate", -signal.SIGABRT, "SIGABRT")

    def test_an_exception_on_a_thread_of_its_own(self):
        self.end_by("uncaught", -signal.SIGABRT, "SIGABRT", "a thread of its own")

    def test_a_thread_that_was_left_behind(self):
        self.start_host("ender", settings="[plugin.ender]\nleft_behind = true\n")
        import urllib.error
        import urllib.request
        request = urllib.request.Request(f"{self.host.url}/api/v1/plugins/ender/disable", data=b"",
                                         method="POST")
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except (OSError, urllib.error.URLError):
            pass  # It may be gone before it answers.
        self.assertEqual(self.host.process.wait(60), -signal.SIGSEGV, self.host.output())
        self.expect_named("SIGSEGV", "a thread that it left behind when it was unloaded")

    def test_what_cannot_be_caught_is_told_by_the_next_start(self):
        self.start_host("calm")
        self.host.kill()
        self.host = self.again()
        self.host.wait_for("the last run, begun .* UTC, ended without a stop")
        self.assertEqual(self.host.stop(), 0)
        self.host = self.again()
        self.assertNotIn("ended without a stop", self.host.output())

    def test_a_stack_has_file_and_line_in_the_log_and_after_a_crash(self):
        self.start_host("crasher", "thrower")
        self.answer(self.use("throw"))
        self.host.wait_for(r'plugin "thrower" failed in command throw at(.|\n)*  thrower\.\d+\.so .*'
                           r"\(thrower\.cpp:\d+\)")
        self.use("segv")
        self.assertEqual(self.host.process.wait(60), -signal.SIGSEGV)
        self.host = self.again()
        incident = self.host.json("/api/v1/plugins/crasher")["incidents"][0]
        self.assertRegex(str(incident["stack"]), r"Crasher::touch\(\)\+0x\w+ \(crasher\.cpp:\d+\)")


if __name__ == "__main__":
    unittest.main()
