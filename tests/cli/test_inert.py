"""The file is read, never executed: side effects are planted everywhere a file, or a folder, can hold them."""

from __future__ import annotations

import pytest

PLANT = "open('ran-{}', 'w').close()"
COUNT = 0


def plant() -> str:
    """An expression that leaves a file behind when it is evaluated."""
    global COUNT
    COUNT += 1
    return PLANT.format(COUNT)


EVERYWHERE = f'''\
f"""{{{plant().replace("'", "")}}} {{{{7*7}}}} %s"""
import evil, evil.deep as deep
from evil import *
{plant()}
CONSTANT = 2.0 + ({plant()} or 0)
TYPED: {plant()} = 3.0
LISTED = [{plant()} for _ in range(2)]
if {plant()}:
    pass
for _ in range(2):
    {plant()}
while {plant()}:
    break
with {plant()}:
    pass
try:
    {plant()}
finally:
    {plant()}
assert not {plant()}, {plant()}
if __name__ == "__main__":
    {plant()}
lazy = lambda x={plant()}: x
(walrus := {plant()})


def __getattr__(name):
    {plant()}


class Body({plant()} or object, metaclass={plant()} or type):
    {plant()}
    field: {plant()} = {plant()}

    def __init_subclass__(cls, x={plant()}):
        {plant()}


@Body
@({plant()} or (lambda f: f))
def decorated(x):
    return x * x


def default(x, y={plant()}):
    return x * y


def keyword_default(x, *, y={plant()}):
    return x * y


def annotated(x: {plant()}, y: "{plant()}" = 2.0) -> {plant()}:
    local: {plant()} = x * y
    return local


def inside(x):
    {plant()}
    return x * x


def nested(x):
    def inner(y={plant()}):
        return y
    return x * inner()


def inner_class(x):
    class C:
        {plant()}
    return x


def docstring(x):
    f"""{{{plant().replace("'", "")}}}"""
    return x * x


def calls(x):
    return x * eval("{plant()}") + __import__("evil").y + getattr(x, "real")


def asserts(x):
    assert x > 0, {plant()}
    return x * x


def prints(x):
    print({plant()})
    return x * x


def constants(x):
    return x * CONSTANT + deep.value + TYPED


def fine(x, y=2.0):
    """A product {{{{7*7}}}} {{% raw %}} %s \\x41 \\N{{BULLET}}."""
    return x * y


{plant()}
'''
MODULES = "evil conftest math sympy mpmath black jinja2 numpy json tomllib difflib argparse shlex sitecustomize".split()


@pytest.fixture
def planted(folder):
    """A folder full of traps."""
    (folder / "trap.py").write_text(EVERYWHERE)
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open('ran-{name}', 'w').close()\n")
    (folder / "__init__.py").write_text("open('ran-init', 'w').close()\n")
    (folder / "evil.pth").write_text("import evil\n")
    return folder


def names_of_what_ran(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("ran-*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["trap.py"],
        ["trap.py", "-f", "fine", "--at", "x=2, y=3"],
        ["trap.py", "--format", "json", "--style", "split"],
        ["trap.py", "-o", "out.py"],
        ["trap.py", "-o", "out.py", "--check", "--diff"],
        ["trap.py", "--show", "rendered"],
    ],
    ids=" ".join,
)
def test_nothing_planted_runs(arguments, process, planted):
    compile(EVERYWHERE, "trap.py", "exec")  # Python itself would run it
    ran = process(*arguments)
    assert names_of_what_ran(planted) == []
    assert "GG901" not in ran.err and "Traceback" not in ran.err
    assert ran.code in (0, 1, 3)


def test_the_harmless_function_among_them_is_differentiated(process, planted):
    ran = process("trap.py", "-f", "fine", "--at", "x=2, y=3")
    assert ran.code == 0 and "def fine_value_and_grad(x, y=2.0)" in ran.out
    assert "dx = 3" in ran.err and "dy = 2" in ran.err
    assert names_of_what_ran(planted) == []


def test_the_generated_text_runs_nothing_of_theirs_either(run, folder):
    (folder / "m.py").write_text(
        f"def f(x: {plant()}, y: 'int' = 2.0) -> {plant()}:\n    local: {plant()} = x * y\n    return local\n"
    )
    ran = run("m.py")
    assert ran.code in (0, 3)
    exec(compile(ran.out, "generated", "exec"), {})
    assert names_of_what_ran(folder) == []


@pytest.mark.parametrize("style", ["joint", "split"])
@pytest.mark.parametrize(
    "docstring",
    [
        "{{7*7}}",
        "{% for x in y %}",
        "%s %(a)s",
        "{0} {x!r}",
        '\\"\\"\\" import os',
        "\\\\",
        "{#",
        "''' \\N{BULLET}",
        "\x1b[31m\u202e",
    ],
)
def test_docstrings_and_comments_are_no_templates(run, folder, docstring, style):
    comment = "{{7*7}} {% raw %} %s"
    (folder / "m.py").write_text(f'def f(x):\n    """{docstring}"""\n    y = x * 3  # {comment}\n    return y * y\n')
    ran = run("m.py", "--style", style)
    assert ran.code == 0, ran.err
    assert "49" not in ran.out and "\x1b" not in ran.out and "\u202e" not in ran.out
    assert comment in ran.out
    compile(ran.out, "generated", "exec")
