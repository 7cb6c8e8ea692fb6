"""The data folder in the hands of a host: rights, kept files, a disk without room, the backup."""
import json
import os
import resource
import stat
import subprocess
import unittest
import urllib.error
import urllib.request

from harness import Case, DISCERN, Host, Simulator, wait_until


class KeptFiles(Case):
    def test_a_file_that_cannot_be_read_is_kept(self):
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        large = b"[" + b" " * (40 << 20) + b"]"
        kept = {"plugins.json": large, "plugin-errors.json": b"\xff\xfe", "period.keys": b"x" * 9000,
                "metrics.json": b"[" * 5000}
        for name, content in kept.items():
            (data / name).write_bytes(content)
        host = self.demo()
        host.metrics()
        self.assertEqual(host.stop(), 0)
        for name, content in kept.items():
            aside = list(data.glob(name + ".broken-*"))
            self.assertEqual(len(aside), 1, name)
            self.assertEqual(aside[0].read_bytes(), content)
            self.assertIn(str(aside[0]), host.output())


class FullDisk(Case):
    def test_a_host_starts_where_nothing_can_be_written_and_says_what_is_not_kept(self):
        data = self.folder / "data"
        simulator = self.start(Simulator)
        first = self.bot(simulator, '[history]\ntick = "1s"\n')
        before = wait_until("events", lambda: first.metrics()["discord"]["eventProcessing"])
        self.assertEqual(first.stop(), 0)
        # Files of the host cannot grow at all: what a full disk is for one process.
        config = self.folder / "discern.toml"
        host = self.start(LimitedHost, "run", "--data", data, "--port", "0", "--config", config,
                          env={"DISCORD_TOKEN": "sim.test"})
        host.wait_for("nothing is stored until this is fixed|history failed")
        self.assertGreaterEqual(host.metrics()["discord"]["eventProcessing"], before)
        # The command line finds a host by a file in the folder, which cannot be written either.
        request = urllib.request.Request(host.url + "/api/v1/plugins/ping/disable", data=b"",
                                         method="POST")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        with refused.exception as answer:
            self.assertIn("until the next start only", answer.read().decode())
        self.assertTrue(host.json("/api/v1/status")["warnings"])
        resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until("the warning is gone", lambda: not host.json("/api/v1/status")["warnings"])


    def test_a_host_starts_on_a_disk_that_is_mounted_read_only_and_says_so(self):
        disk = self.folder / "disk"
        disk.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", disk],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        simulator = self.start(Simulator)
        config = self.folder / "discern.toml"
        config.write_text(f'[discord]\napi_url = "{simulator.url}/api"\n[history]\ntick = "1s"\n')
        run = ["run", "--data", disk / "data", "--port", "0", "--config", config]
        env = {"DISCORD_TOKEN": "sim.test"}
        first = self.start(Host, *run, env=env)
        before = wait_until("events", lambda: first.metrics()["discord"]["eventProcessing"])
        self.assertEqual(first.stop(), 0)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        host = self.start(Host, *run, env=env)
        host.wait_for("discern.db: .* is on a disk that is mounted read-only; mount it for writing")
        self.assertGreaterEqual(host.metrics()["discord"]["eventProcessing"], before)
        self.assertIn("mounted read-only", host.json("/api/v1/status")["warnings"][0])
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        wait_until("the warning is gone", lambda: not host.json("/api/v1/status")["warnings"])


class LimitedHost(Host):
    def __init__(self, *args, env=None):
        limit = ["prlimit", "--fsize=0:unlimited"]
        Program = Host.__mro__[1]
        Program.__init__(self, [*limit, DISCERN, *args], env=env)
        self.url = self.wait_for(r"Dashboard: (http://\S+?)/?(?:\s|$)").group(1)


class Rights(Case):
    def test_nobody_else_may_enter_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        host = self.demo()
        host.metrics()
        data = self.folder / "data"
        for path in [data, *data.rglob("*")]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            self.assertEqual(mode & 0o077, 0, f"{path} has mode {mode:o}")

    @unittest.skipIf(os.geteuid() != 0, "only root can give a folder away")
    def test_a_folder_of_somebody_else_is_refused(self):
        data = self.folder / "data"
        data.mkdir()
        os.chown(data, 65534, 65534)
        done = subprocess.run([DISCERN, "demo", "--data", data, "--port", "0"], timeout=60,
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"{data} belongs to", done.stderr)


class Backup(Case):
    def test_it_is_written_where_the_configuration_says_and_indented(self):
        simulator = self.start(Simulator)
        host = self.bot(simulator, '[backup]\nfile = "logs/metrics.json"\ninterval = "1s"\n')
        file = self.folder / "data/logs/metrics.json"
        wait_until("it is written", file.exists)
        text = file.read_text()
        self.assertTrue(text.startswith('{\n  "system": {\n    "uptime": '), text)
        self.assertIn("discord", json.loads(text))
        self.assertFalse((self.folder / "data/metrics.json").exists())
        self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    unittest.main()
