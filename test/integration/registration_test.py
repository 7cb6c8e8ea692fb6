"""A command that Discord does not take costs its own plugin alone, and everybody can read why."""
import shutil
import unittest

from harness import Simulator, wait_until
from hostile_plugins_test import PLUGINS, QUIET, PluginCase


class Registration(PluginCase):
    def start_both(self, wrong="fine", prepare=None):
        """A host with the calm plugin and one whose command is wrong in that way."""
        folder = self.folder / "plugins"
        for plugin in ("calm", "registrar"):
            shutil.copytree(PLUGINS / plugin, folder / plugin)
        self.simulator = self.start(Simulator, *QUIET)
        if prepare:
            prepare(self.simulator)
        self.host = self.bot(self.simulator, f'[plugins]\nfolder = "{folder}"\n'
                                             f'[plugin.registrar]\nwrong = "{wrong}"\n')

    def wait_for_all_but(self, name):
        """Until Discord has exactly the commands that the host knows, without that one."""
        def all_there():
            rows = self.host.json("/api/v1/commands")["commands"]
            wanted = {row["name"].split()[0] for row in rows} - {name}
            return "calm" in wanted and wanted == set(self.truth()["commands"])
        wait_until("all other commands are registered", all_there)

    def expect_refused_at_registration(self, wrong, *words):
        self.start_both(wrong)
        self.wait_for_all_but("registrar")
        row = self.plugin("registrar")
        self.assertEqual(row["state"], "failed")
        for word in words:
            self.assertIn(word, row["message"])

    def test_26_choices(self):
        self.expect_refused_at_registration("choices", 'option "topic"', "26 choices", "25")

    def test_a_capital_letter_in_a_translated_option(self):
        self.expect_refused_at_registration("capital", 'option "topic"', "Thema", "capital letter")

    def test_a_language_that_is_none(self):
        self.expect_refused_at_registration("language", "klingon", "language")

    def test_two_options_of_one_name(self):
        self.expect_refused_at_registration("twice", 'option "topic"', "second time")

    def test_more_than_8000_characters(self):
        self.expect_refused_at_registration("total", "8000")

    def test_a_required_option_behind_others(self):
        self.expect_refused_at_registration("order", 'option "last"', "required options come first")

    def test_a_name_that_is_too_long_for_a_menu(self):
        self.expect_refused_at_registration("menu", "32")

    def test_a_length_that_no_text_can_have(self):
        self.expect_refused_at_registration("range", 'option "topic"', "min_length")

    def test_a_name_with_an_emoji(self):
        self.expect_refused_at_registration("emoji", "letters, digits")

    def expect_left_out(self, named):
        def prepare(simulator):
            simulator.post("/_sim/refuse_command", {"name": "registrar", "named": named})
        self.start_both(prepare=prepare)
        self.wait_for_all_but("registrar")

        def warnings():
            return self.host.json("/api/v1/shards")["warnings"]
        wait_until("the API names the command", warnings)
        self.assertEqual(len(warnings()), 1, warnings())
        for word in ('"registrar"', 'plugin "registrar"', "Must be 25 or fewer in length"):
            self.assertIn(word, warnings()[0])
            self.assertIn(word, self.host.output())
        self.assertEqual(self.answer(self.use("calm"))["state"], "answered")

    def test_what_discord_alone_refuses_is_left_out_by_its_index(self):
        self.expect_left_out(named=True)

    def test_what_discord_refuses_without_saying_which_is_found(self):
        self.expect_left_out(named=False)


if __name__ == "__main__":
    unittest.main()
