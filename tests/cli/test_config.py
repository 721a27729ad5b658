"""``[tool.gradgen]``: where it is found, what it may hold, and who wins."""

from __future__ import annotations

import pytest

from gradgen.config import KEYS, merged


def configure(folder, text: str) -> None:
    (folder / "pyproject.toml").write_text(f"[project]\nname = 'p'\n[tool.gradgen]\n{text}\n[tool.other]\nstyle = 3\n")


def test_options_come_from_the_nearest_table_above_the_file(run, folder, pipeline):
    configure(folder, "style = 'split'\nwrt = ['x', 'y']\nhas-aux = true")
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    (deep.parent / "pyproject.toml").write_text("[tool.other]\nx = 1  # gradgen is not configured here\n")
    (deep / "m.py").write_text("def f(x, y):\n    return x * y\n")
    run("a/b/m.py")
    assert vars(pipeline.asked[0]) == {"style": "split", "wrt": ("x", "y"), "has_aux": True}


def test_the_command_line_wins(run, folder, pipeline):
    configure(folder, "style = 'split'\nno-verify = true\nhas-aux = true\nwrt = 'x'\nfunction = 'h'")
    run("staged.py", "--style", "joint", "--verify", "--no-has-aux", "--wrt", "y", "-f", "f")
    assert vars(pipeline.asked[0]) == {
        "style": "joint", "verify": True, "has_aux": False, "wrt": ("y",), "functions": ("f",),
    }  # fmt: skip


def test_standard_input_uses_the_working_directory(process, folder):
    configure(folder, "sytle = 'x'")
    assert "`style`" in process("-", input=b"x = 1\n").err


WRONG = {
    "sytle = 'split'": "unknown key `sytle`; did you mean `style`?",
    "has_aux = true": "did you mean `has-aux`?",
    "quux = 1": "unknown key `quux`",
    "style = 3": "`style` must be text",
    "has-aux = 'yes'": "`has-aux` must be true or false",
    "wrt = 1": "`wrt` must be names",
    "wrt = ['x', 2]": "`wrt` must be names",
    "wrt = []": "empty",
    "stages = 'fwe'": "did you mean `few`?",
    "verify = 0": "`verify` must be true or false",
    "force = true": "`force` belongs on the command line",
    "output = 'out.py'": "`output` belongs on the command line",
    "style = 'evil.py.jinja'": "belongs on the command line",
    "style.a = 1": "`style` must be text",
}


@pytest.mark.parametrize("text", WRONG)
def test_mistakes_are_exit_2_and_point_at_the_line(text, run, folder):
    configure(folder, text)
    ran = run("staged.py")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[GG004]: [tool.gradgen]") and WRONG[text] in ran.err
    assert "." in text.partition("=")[0] or "pyproject.toml:4:1" in ran.err


def test_all_mistakes_are_told_together(run, folder):
    configure(folder, "quux = 1\nstyle = 3")
    assert run("staged.py").err.count("error[GG004]") == 2


@pytest.mark.parametrize("text", ["[tool.gradgen\n", "[tool]\ngradgen = 3\n", "[tool.gradgen]\na = " + "[" * 100_000])
def test_a_broken_file_is_exit_2(run, folder, text):
    (folder / "pyproject.toml").write_text(text)
    ran = run("staged.py")
    assert ran.code == 2 and ran.err.startswith("error[GG004]") and "pyproject.toml" in ran.err


def test_other_peoples_files_are_left_alone(run, folder, pipeline):
    (folder / "pyproject.toml").mkdir()
    assert run("staged.py").code == 0


def test_every_long_option_is_a_key_or_asked_each_time():
    from gradgen.cli.options import generate_parser
    from gradgen.config import ASKED_EACH_TIME

    options = {name[2:] for name in generate_parser()._option_string_actions if name.startswith("--")}
    assert options == {*KEYS, *ASKED_EACH_TIME, "help", "version", "no-has-aux"}


def test_no_verify_and_verify_are_one_option():
    assert merged({"no-verify": True}, {"verify": True}) == {"verify": True}
