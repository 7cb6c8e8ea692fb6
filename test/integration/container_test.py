"""Discern as process 1, as containers start it, in a pid namespace of the test's own."""
import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import unittest

import harness
from harness import DISCERN, Case, wait_until

UNSHARE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"]


def can_unshare():
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


def children_of(pid):
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += (task / "children").read_text().split()
    return found


def descendants(pid):
    """{pid: (parent, state, command)} of everything below `pid`."""
    found, todo = {}, [pid]
    while todo:
        parent = todo.pop()
        for child in children_of(parent):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It ended meanwhile.
                # "12 (sh) Z 1 …"; the command may hold spaces and parentheses.
                stat = pathlib.Path(f"/proc/{child}/stat").read_text()
                command = stat[stat.index("(") + 1:stat.rindex(")")]
                found[int(child)] = (parent, stat[stat.rindex(")") + 2], command)
                todo.append(int(child))
    return found


@unittest.skipUnless(can_unshare(), "this user may not make a pid namespace")
class FirstProcess(Case):
    def start_as_first(self, before=""):
        """A demo as process 1 of a namespace; `before` runs in the shell that then becomes it."""
        command = shlex.join([str(DISCERN), "demo", "--data", str(self.folder / "data"), "--port", "0"])
        program = harness.Program([*UNSHARE, "sh", "-c", f"{before} exec {command}"])
        self.addCleanup(self.end, program)
        program.wait_for(r"Dashboard: http")
        return program

    def first_of(self, program):
        """The pid, seen from here, of the namespace's process 1: the child of `unshare`."""
        return next(pid for pid, (parent, _, _) in descendants(program.process.pid).items()
                    if parent == program.process.pid)

    def test_orphans_leave_no_zombies(self):
        gate = self.folder / "gate"
        os.mkfifo(gate)
        program = self.start_as_first(f"(read _ < {shlex.quote(str(gate))}; exit 7) &")
        first = self.first_of(program)

        def orphans():
            return [(state, command) for parent, state, command in descendants(first).values()
                    if parent == first and command == "sh"]
        wait_until("the orphan is a child of process 1", orphans)
        gate.write_text("end\n")
        wait_until("it ended and nothing of it is left", lambda: not orphans())

    def test_a_stop_signal_to_process_1_stops_cleanly(self):
        program = self.start_as_first()
        os.kill(self.first_of(program), signal.SIGTERM)
        self.assertEqual(program.process.wait(harness.STOP_LIMIT + 30), 0)
        self.assertTrue((self.folder / "data" / "metrics.json").exists())

    def test_its_exit_code_is_that_of_the_host(self):
        done = subprocess.run([*UNSHARE, DISCERN, "run", "--config", self.folder / "none.toml"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == "__main__":
    unittest.main()
