"""Handlers whose result would be dropped do not compile, and the compiler says what to write."""
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import BUILD

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"
COROUTINE = "a handler that is a coroutine returns Task<>, by value"
PLAIN = "a handler returns nothing, or Task<> if it is a coroutine"
THEN = "a coroutine here would never run"
DROPPED = "a function that takes a result returns nothing"
START = "core.start() takes a Task<>"

# What a handler returns, as code for its body, and the sentence.
RETURNS = [
    ("Task<int>", "co_return 1;", COROUTINE),
    ("const Task<>&", "static Task<>* task; return *task;", COROUTINE),
    ("Task<std::string>", 'co_return "";', COROUTINE),
    ("std::future<void>", "return {};", PLAIN),
    ("int", "return 1;", PLAIN),
    ("Awaiting<Reply>", "return Awaiting<Reply>([](auto) {});", PLAIN),
]
WHERE = {
    "on": "core.on(\"X\", [](const Event&) -> {} {{ {} }});",
    "command": "core.api().register_command(\"a\", \"b\", [](Interaction&) -> {} {{ {} }});",
    "autocomplete": "core.api().register_command(Command(\"a\", \"b\"), [](Interaction&) {{}}, [](Interaction&) -> {} {{ {} }});",
    "user command": "core.api().register_user_command(\"a\", [](Interaction&) -> {} {{ {} }});",
    "component": "core.api().on_component(\"a\", [](Interaction&) -> {} {{ {} }});",
    "modal": "core.api().on_modal(\"a\", [](Interaction&) -> {} {{ {} }});",
    "route": "core.api().register_route(\"/a\", [](const Request&, Response&) -> {} {{ {} }});",
    "every": "core.every(std::chrono::seconds(1), []() -> {} {{ {} }});",
    "after": "core.after(std::chrono::seconds(1), []() -> {} {{ {} }});",
    "post": "core.post([]() -> {} {{ {} }});",
}
OTHERS = [
    ("core.discord().show_typing(1); core.discord().fetch_message(1, 2, [](const Reply&) -> Task<int> { co_return 1; });", THEN),
    ("core.discord().fetch_message(1, 2, [](const Reply&) -> std::future<void> { return {}; });", DROPPED),
    ("core.start([]() -> Task<int> { co_return 1; }());", START),
]
FITS = [
    "core.on(\"X\", [](const Event&) {});",
    "core.on(\"X\", [](const Event&) -> Task<> { co_return; });",
    "core.api().register_command(\"a\", \"b\", [](Interaction& i) { i.reply(\"x\"); });",
    "core.api().register_command(\"a\", \"b\", [](Interaction& i) { return i.reply(\"x\"); });",
    "core.every(std::chrono::seconds(1), []() -> Task<> { co_return; });",
    "core.start([]() -> Task<> { co_return; }());",
    "core.api().on_modal(\"a\", std::function<void(Interaction&)>());",
    "core.api().on_modal(\"b\", std::function<Task<>(Interaction&)>());",
]


def compiler():
    cache = (BUILD / "CMakeCache.txt").read_text()
    return re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache, re.MULTILINE).group(1)


class Handlers(unittest.TestCase):
    def compile(self, lines):
        """The sentences of the compiler by line of the plugin, from 0; None where it has none."""
        head = ["#include <future>", "#include <discern/plugin/plugin.hpp>",
                "using namespace discern::plugin;", "void use(Core& core) {"]
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "plugin.cpp"
            source.write_text("\n".join(head + lines + ["}"]) + "\n")
            done = subprocess.run(
                [compiler(), "-std=c++20", "-fsyntax-only", "-fmax-errors=0", f"-I{INCLUDE}", str(source)],
                capture_output=True, text=True, check=False)
        return done.returncode, self.by_line(done.stderr, len(head) + 1)

    @staticmethod
    def by_line(errors, first):
        said, line = {}, None
        for text in errors.splitlines():
            place = re.search(r"plugin\.cpp:(\d+):\d+:", text)
            if place:
                line = int(place.group(1)) - first
            if "error: static assertion failed" in text or "error: static_assert failed" in text:
                said.setdefault(line, "")
                said[line] += text
        return said

    def test_what_would_be_dropped_is_refused_with_a_sentence(self):
        lines, expected = [], []
        for name, form in WHERE.items():
            for returned, body, sentence in RETURNS:
                lines.append(form.format(returned, body))
                expected.append((f"{name} -> {returned}", sentence))
        for line, sentence in OTHERS:
            lines.append(line)
            expected.append((line, sentence))
        code, said = self.compile(lines)
        self.assertNotEqual(code, 0)
        for number, (name, sentence) in enumerate(expected):
            with self.subTest(name):
                self.assertIn(sentence, said.get(number, "nothing"))

    def test_what_fits_compiles(self):
        code, said = self.compile(FITS)
        self.assertEqual((code, said), (0, {}))


if __name__ == "__main__":
    unittest.main()
