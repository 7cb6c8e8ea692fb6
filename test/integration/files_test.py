"""Plugins' files that are damaged, half copied or not the operator's alone, and commands that check them."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import unittest

from harness import DISCERN, wait_until
from hostile_plugins_test import PLUGINS, PluginCase


class Cli(PluginCase):
    def run_discern(self, *args, env=None):
        done = subprocess.run([DISCERN, *map(str, args)], capture_output=True, text=True, timeout=120,
                              cwd=self.folder, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout + done.stderr

    def put(self, plugin, under="plugins"):
        shutil.copytree(PLUGINS / plugin, self.folder / under / plugin)
        return self.folder / under / plugin

    def configure(self, text=""):
        (self.folder / "discern.toml").write_text(
            f'[plugins]\nfolder = "{self.folder / "plugins"}"\n{text}')


class Damaged(PluginCase):
    def reload(self, plugin):
        import urllib.error
        import urllib.request
        request = urllib.request.Request(f"{self.host.url}/api/v1/plugins/{plugin}/reload", data=b"",
                                         method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_a_library_that_is_cut_or_damaged_is_refused_and_the_host_goes_on(self):
        self.start_host("calm", "versioned")
        file = self.folder / "plugins" / "versioned" / "versioned.so"
        whole = file.read_bytes()
        headers = bytearray(whole)
        chance = random.Random(7)
        for _ in range(40):
            headers[chance.randrange(64, 600)] ^= 1 << chance.randrange(8)
        damaged = {"2 %": whole[:len(whole) // 50], "half": whole[:len(whole) // 2],
                   "all but a byte": whole[:-1], "nothing": b"", "headers": bytes(headers),
                   "zeros": whole[:4096] + bytes(len(whole) - 4096)}
        for name, content in damaged.items():
            with self.subTest(name):
                file.write_bytes(content)
                self.assertEqual(self.reload("versioned"), 409)
                self.assertRegex(self.plugin("versioned")["message"],
                                 r"versioned\.so is (cut short|damaged|empty).*copy it again")
        file.write_bytes(whole)
        self.assertEqual(self.reload("versioned"), 200)
        # In place, while it runs: the host has a copy of its own.
        os.truncate(file, 100)
        self.assertIn("build", self.host.get("/plugins/versioned/"))
        self.expect_calm_answers()

    def test_new_folders_are_read_when_they_are_at_rest(self):
        self.start_host("calm", settings="watch = true\n")
        folder = self.folder / "plugins" / "versioned"
        folder.mkdir()
        library = (PLUGINS / "versioned" / "versioned.so").read_bytes()
        # The library comes first and in halves, the manifest last.
        (folder / "versioned.so").write_bytes(library[:len(library) // 2])
        shown = lambda: {row["id"]: row["state"] for row in self.host.json("/api/v1/plugins")["plugins"]}
        wait_until("it is refused while it is incomplete",
                   lambda: shown().get("versioned") == "failed")
        (folder / "versioned.so").write_bytes(library)
        (folder / ".versioned.so.swp").write_bytes(b"an editor's")
        shutil.copy(PLUGINS / "versioned" / "plugin.toml", folder)
        wait_until("it is loaded once it is whole", lambda: shown().get("versioned") == "enabled")
        # A half-copied version does not take down the one that runs.
        (folder / "versioned.so").write_bytes(library[:1000])
        self.host.wait_for("versioned.so is cut short.*the plugin that runs stays as it is")
        self.assertEqual(shown()["versioned"], "enabled")
        self.assertEqual(self.host.get("/plugins/versioned/"), "build 000000")
        other = self.folder / "elsewhere" / "sleeper"
        shutil.copytree(PLUGINS / "sleeper", other)
        (self.folder / "plugins" / "linked").symlink_to(other)
        wait_until("a link to a folder is one", lambda: shown().get("sleeper") == "enabled")
        self.expect_calm_answers()


class Strangers(Cli):
    def test_code_that_others_can_change_is_refused_with_the_command_that_repairs_it(self):
        plugins = {"calm": 0o777, "versioned": None, "sleeper": None}
        for plugin in plugins:
            self.put(plugin)
        root = self.folder / "plugins"
        os.chmod(root / "calm", 0o777)
        os.chmod(root / "versioned" / "versioned.so", 0o666)
        os.chmod(root / "sleeper" / "plugin.toml", 0o646)
        self.configure()
        code, said = self.run_discern("check", "plugins", "--static")
        self.assertEqual(code, 1, said)
        for path, mode in ((root / "calm", "-R go-w|-R o-w"),
                           (root / "versioned" / "versioned.so", "go-w|o-w"),
                           (root / "sleeper" / "plugin.toml", "o-w")):
            self.assertRegex(said, f"{re.escape(str(path))} can be changed by every user.*run: chmod ({mode}) ")
        for command in re.findall(r"run: (chmod .*)", said):
            subprocess.run(command, shell=True, check=True)
        code, said = self.run_discern("check", "plugins", "--static")
        self.assertEqual(code, 0, said)

    @unittest.skipIf(os.getuid() != 0, "only root can give a file away")
    def test_root_does_not_load_what_belongs_to_somebody_else(self):
        folder = self.put("calm")
        os.chown(folder / "calm.so", 12345, 12345)
        self.configure()
        code, said = self.run_discern("check", "plugins")
        self.assertEqual(code, 1, said)
        self.assertIn("calm.so belongs to uid 12345, who could change what runs here; run: chown root",
                      said)


class Checks(Cli):
    def test_the_check_says_what_runs_and_has_one_that_runs_nothing(self):
        self.put("calm")
        self.put("crashes-on-load")
        self.configure()
        code, said = self.run_discern("check", "plugins", "--static")
        self.assertEqual((code, said.count("fine")), (0, 2), said)
        code, said = self.run_discern("check", "plugins")
        self.assertEqual(code, 1)
        self.assertIn("crashes while it is loaded", said)
        code, said = self.run_discern("check", "plugins", "--help")
        self.assertRegex(said, r"static\s+constructors\s+run")
        self.assertNotIn("without loading", said)

    def test_the_configuration_check_knows_the_plugins_values(self):
        folder = self.put("calm")
        (folder / "plugin.toml").write_text(
            'id = "calm"\nversion = "1"\napi = "1.0"\n[config]\n'
            'strikes = { type = "integer", default = 3, min = 1, max = 10 }\n')
        for line, code in (("strikes = 5", 0), ("strikes = 99", 2), ("strikes = true", 2),
                           ("strike = 5", 2)):
            self.configure(f"[plugin.calm]\n{line}\n")
            with self.subTest(line):
                done, said = self.run_discern("check", "config")
                self.assertEqual(done, code, said)
                if code:
                    self.assertIn("discern.toml:4", said)
        self.configure("[plugin.absent]\nx = 1\n")
        code, said = self.run_discern("check", "config")
        self.assertEqual(code, 0)
        self.assertIn("[plugin.absent] is for a plugin that is not there", said)

    def test_a_plugin_that_is_not_there_cannot_be_switched(self):
        self.put("calm")
        self.configure()
        for verb in ("disable", "enable"):
            code, said = self.run_discern("plugin", verb, "nope", "--data", self.folder / "data")
            self.assertEqual(code, 1, said)
            self.assertIn('there is no plugin "nope"; there are calm', said)
        code, said = self.run_discern("plugin", "disable", "calm", "--data", self.folder / "data")
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
