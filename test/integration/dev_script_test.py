"""./dev on a machine where packages are missing: it says what to run, and installs nothing by itself without the right to."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ["awk", "bash", "cat", "chmod", "dirname", "env", "grep", "head", "id", "ls", "mkdir", "readlink", "sed", "sh", "sort", "tr"]


class DevScript(unittest.TestCase):
    """A copy of ./dev with a PATH of stubs; the user is an ordinary one, without sudo."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="discern-dev-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        shutil.copy(PROJECT / "dev", self.folder / "dev")
        (self.folder / "bin").mkdir()
        (self.folder / "build").mkdir()
        (self.folder / "build").chmod(0o777)
        for tool in TOOLS:
            (self.folder / "bin" / tool).symlink_to(shutil.which(tool))
        self.stub("dpkg-query", "exit 1")
        self.stub("apt-cache", "echo libboost-json1.83-dev; echo libboost-json1.88-dev")
        self.stub("apt-get", 'echo "apt-get $*" >> calls; exit 0')

    def stub(self, name, body):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def dev(self, *args):
        ordinary = {} if os.getuid() else {"user": 65534, "group": 65534, "extra_groups": []}
        done = subprocess.run(["bash", self.folder / "dev", *args], cwd=self.folder, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": str(self.folder / "bin"), "HOME": "/nonexistent"}, **ordinary)
        return done.returncode, done.stdout

    def test_without_sudo_it_names_the_line_to_run_as_root(self):
        for task in ("setup", "run", "test", "build", "package", "lint", "bench", "fuzz", "fresh"):
            with self.subTest(task):
                code, said = self.dev(task)
                self.assertEqual(code, 1, said)
                self.assertIn("Run this as root", said)
                self.assertRegex(said, r"  apt-get update && apt-get install \S+")
                self.assertNotIn("command not found", said)

    def test_without_package_lists_too(self):
        self.stub("apt-cache", "exit 0")
        code, said = self.dev("run")
        self.assertEqual(code, 1, said)
        self.assertIn("Run this as root", said)
        self.assertIn("  apt-get update", said)
        self.assertNotIn("command not found", said)

    def test_the_packages_of_the_tests_compile_what_npm_compiles(self):
        _, said = self.dev("setup", "test")
        for package in ("make", "g++", "python3", "libboost-json1.83-dev"):
            self.assertIn(f" {package} ", said.replace("\n", " ") + " ")


if __name__ == "__main__":
    unittest.main()
