"""Who may import whom: a module only from lower layers, and each third-party library only in its own rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradgen

PACKAGE = Path(gradgen.__file__).parent
LAYERS = (  # bottom up; rooms of one line do not see each other, the modules of one room do
    ("version", "codes"),
    ("errors",),
    ("source",),
    ("ir",),
    ("rules",),
    ("analysis",),
    ("frontend",),
    ("simplify",),
    ("backward",),
    ("render",),
    ("interpret", "checks.claim"),
    ("checks",),
    ("pipeline",),
    ("teach", "picture"),
    ("api",),
    ("grade",),
    ("output", "config"),
    ("cli",),
    ("__main__", "__init__"),
)
FENCE = {
    "IPython": ("api.notebook",),
    "sympy": ("checks", "interpret"),
    "mpmath": ("checks", "interpret"),
    "jinja2": ("render", "teach", "picture"),
    "black": ("render",),
    "pytest": ("grade",),  # its plugin
    "numpy": ("interpret", "checks", "picture", "api", "grade"),
    "ast": ("source", "ir", "frontend", "interpret", "checks", "pipeline", "picture", "api", "grade"),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """``ir.nodes`` for gradgen/ir/nodes.py; the root package is ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__") or "__init__"


def layer_of(module: str) -> int:
    """The level of the room a module is in: the longest name that fits."""
    fits = {room: level for level, rooms in enumerate(LAYERS) for room in rooms if f"{module}.".startswith(f"{room}.")}
    assert fits, f"{module} has no layer: give it a line in LAYERS"
    return fits[max(fits, key=len)]


def is_module(name: str) -> bool:
    """Whether ``gradgen.config`` is a file or a folder here (and not a function in one)."""
    path = PACKAGE.parent / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or path.is_dir()


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of everything a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            modules = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((m if is_module(m) else node.module, node.lineno) for m in modules)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down(path: Path) -> None:
    me = name_of(path)
    for name, line in imports(path):
        root, _, rest = name.partition(".")
        if root != "gradgen":
            continue
        assert rest or me.startswith(("cli", "__main__")), f"{me}:{line} imports the root package"
        if not rest or rest.split(".")[0] == me.split(".")[0]:
            continue
        assert layer_of(rest) < layer_of(me), f"{me}:{line} imports {rest}, which is not below it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_third_party_fence(path: Path) -> None:
    me = name_of(path)
    for name, line in imports(path):
        rooms = FENCE.get(name.split(".")[0])
        assert rooms is None or any(me == r or me.startswith(r + ".") for r in rooms), f"{me}:{line} imports {name}"


def test_nothing_else_is_imported() -> None:
    """Whatever is neither the standard library's nor ours stands in the fence."""
    foreign = (
        {n.split(".")[0] for path in MODULES for n, _ in imports(path)} - set(sys.stdlib_module_names) - {"gradgen"}
    )
    assert foreign <= set(FENCE)


def test_importing_gradgen_is_light() -> None:
    """`import gradgen` and reading a function need none of the heavy libraries."""
    code = (
        "import sys, gradgen.cli, gradgen.pipeline, gradgen.api\n"
        "print([m for m in ('sympy', 'mpmath', 'black', 'jinja2', 'numpy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert found.stdout.strip() == "[]"
