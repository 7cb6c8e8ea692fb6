"""Discern installed somewhere else, and a plugin made, built, tested and run with that alone."""
import pathlib
import subprocess

import harness
from harness import BUILD, Case, Host, wait_until

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Package(Case):
    def run_in(self, folder, *command):
        done = subprocess.run([str(part) for part in command], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, f"{command}:\n{done.stdout}")
        return done.stdout

    def test_a_plugin_needs_nothing_but_the_installed_package(self):
        prefix = self.folder / "prefix"
        self.run_in(self.folder, "cmake", "--install", BUILD, "--prefix", prefix)
        discern = prefix / "bin" / "discern"

        said = self.run_in(self.folder, discern, "plugin", "new", "hello-there")
        self.assertIn("cmake -S hello-there", said)
        plugin, build = self.folder / "hello-there", self.folder / "build"
        self.run_in(self.folder, "cmake", "-S", plugin, "-B", build, "-G", "Ninja",
                    f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_CXX_FLAGS=-O0 -Wall -Wextra -Werror")
        self.assertNotIn(str(SOURCE / "include"), (build / "build.ninja").read_text())
        self.run_in(self.folder, "cmake", "--build", build)
        tested = self.run_in(self.folder, "ctest", "--test-dir", build, "--no-tests=error")
        self.assertIn("100% tests passed", tested)

        # Published: put where the host looks, beside the plugins that came with it.
        data = self.folder / "data"
        self.run_in(self.folder, "cmake", "--install", build, "--prefix", data / "plugins")
        host = self.start(Installed, discern, data)
        wanted = {"ping", "trivia", "activity", "hello-there"}
        wait_until("all of them are loaded",
                   lambda: wanted <= set(host.metrics()["plugins"]["loadTime"]))
        wait_until("somebody uses the new command",
                   lambda: host.metrics()["discord"]["commandUsage"].get("hello-there"))
        wait_until("it counted its greeting", lambda: greetings(host.get("/metrics")))
        self.assertEqual(host.metrics()["plugins"]["errorCount"].get("hello-there", 0), 0)
        self.assertEqual(host.stop(), 0)


class Installed(Host):
    def __init__(self, program, data):
        # Few plugins' commands, often: the new one's turn comes soon.
        harness.Program.__init__(self, [program, "demo", "--data", data, "--port", "0", "--rate", "300"])
        self.url = self.wait_for(r"Dashboard: (http://\S+?)/?(?:\s|$)").group(1)


def greetings(exposition):
    for line in exposition.splitlines():
        if line.startswith("plugin_hello_there_greetings_total"):
            return float(line.split()[-1])
    return 0
