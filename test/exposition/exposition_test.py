"""Parsers that we did not write accept what the encoders make of hostile names, and lose nothing."""
import json
import math
import os
import pathlib
import subprocess
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_text

WRITER = pathlib.Path(os.environ.get("DISCERN_BUILD", "build/release")).resolve() / "exposition_writer"
SEEDS = range(1, 6)


def write(form, seed):
    return subprocess.run([WRITER, form, str(seed)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout


def number(value):
    return "NaN" if math.isnan(value) else value


def samples(families):
    """{(name, labels): value}; fails when a sample is there twice."""
    found = {}
    for family in families:
        for sample in family.samples:
            # The formats write the edges of buckets and the names of counters differently.
            labels = {k: float(v) if k == "le" else v for k, v in sample.labels.items()}
            key = (sample.name, tuple(sorted(labels.items())))
            assert key not in found, key
            found[key] = number(float(sample.value))
    return found


class Exposition(unittest.TestCase):
    def test_promtool_finds_nothing_to_say(self):
        for seed in SEEDS:
            said = subprocess.run(["promtool", "check", "metrics"], input=write("prometheus", seed),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual((said.returncode, said.stdout.decode()), (0, ""))

    def test_both_text_formats_parse_and_say_the_same(self):
        for seed in SEEDS:
            text = samples(parse_text(write("prometheus", seed).decode()))
            families = list(parse_open(write("openmetrics", seed).decode()))
            opened = samples(families)
            created = {key for key in opened if key[0].endswith("_created")}
            self.assertGreater(len(created), 100)
            for key in created:
                self.assertEqual(opened.pop(key), 1700000000)
            self.assertEqual(text, opened)
            self.assertTrue(any(s.exemplar for family in families for s in family.samples))
            self.assertTrue(any(family.unit == "seconds" for family in families))

    def test_no_count_is_lost_and_every_value_is_clean(self):
        for seed in SEEDS:
            found = samples(parse_open(write("openmetrics", seed).decode()))
            total = sum(v for (name, _), v in found.items() if name == "plugin_a_uses_total")
            self.assertEqual(total, 300)
            total = sum(v for (name, _), v in found.items() if name == "plugin_a_busy")
            self.assertEqual(total, 300)
            for name, labels in found:
                for label, value in labels:
                    if label == "le":
                        continue
                    self.assertLessEqual(len(value.encode()), 128, (name, label))
                    self.assertFalse(any(ord(c) < 0x20 or ord(c) == 0x7F for c in value), value)

    def test_the_seeds_json_is_json_with_the_same_numbers(self):
        for seed in SEEDS:
            read = json.loads(write("json", seed), parse_constant=self.fail)
            found = samples(parse_text(write("prometheus", seed).decode()))
            views = {dict(labels)["path"]: value for (name, labels), value in found.items()
                     if name == "discern_web_page_views_total"}
            self.assertEqual(read["web"]["pageViews"], views)
            self.assertEqual(len(views), 1001)
            self.assertIn("other", views)
            commands = {}
            for (name, labels), value in found.items():
                if name == "discern_discord_commands_total":
                    command = dict(labels)["command"]
                    commands[command] = commands.get(command, 0) + value
            self.assertEqual(read["discord"]["commandUsage"], commands)


if __name__ == "__main__":
    unittest.main()
