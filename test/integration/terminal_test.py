"""`discern demo` on a terminal, as `./dev run` starts it: the dashboard's address is the last thing to read and stays in sight."""
import os
import re
import signal
import subprocess
import threading
import unittest

from harness import DISCERN, STOP_LIMIT, Case, wait_until

ADDRESS = re.compile(r"Dashboard: http://\S+")


class Terminal(Case):
    def start_on_terminal(self, *args):
        """A demo whose stdout and stderr are one terminal; what it printed is in self.screen."""
        own, theirs = os.openpty()
        process = subprocess.Popen([DISCERN, "demo", "--data", self.folder / "data", "--port", "0", *args],
                                   stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        self.screen = b""

        def read():
            while True:
                try:
                    more = os.read(own, 4096)
                except OSError:  # The last writer is gone.
                    return
                if not more:
                    return
                self.screen += more
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        self.addCleanup(os.close, own)
        self.addCleanup(reader.join, 5)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def lines(self):
        return self.screen.decode(errors="replace").replace("\r", "").split("\n")

    def addresses(self):
        return [number for number, line in enumerate(self.lines()) if ADDRESS.search(line)]

    def test_the_address_comes_last_and_stays_in_sight(self):
        process = self.start_on_terminal("--rate", "0")
        wait_until("the address is there", self.addresses)
        first = self.addresses()[0]
        self.assertFalse([line for line in self.lines()[first + 1:first + 3] if line.startswith("Demo:")])
        # The demo is quiet: each reload of the configuration leaves a line.
        for reloads in range(1, 61):
            process.send_signal(signal.SIGHUP)
            wait_until("a line more", lambda n=reloads: "".join(self.lines()).count("SIGHUP: ") >= n)
        shown = [*self.addresses(), len(self.lines())]
        self.assertGreater(len(shown), 3, "it is printed again")
        self.assertLessEqual(max(b - a for a, b in zip(shown, shown[1:])), 24, "a screen has at least 24 lines")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(STOP_LIMIT + 10), 0)
        wait_until("a stop is told", lambda: "Stopped." in self.lines())
        self.assertTrue([line for line in self.lines() if line.startswith("Stopping: ")])


if __name__ == "__main__":
    unittest.main()
