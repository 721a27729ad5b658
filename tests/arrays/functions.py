"""The functions of the corpus: where they are, how their files are read and run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent / "corpus"
BEGINS = "\nRECIPES = "  # what stands from here on is for the tests, and is not shown to gradgen


@dataclass(frozen=True)
class Entry:
    """One function of the corpus: ``file`` and ``name`` identify it; ``wrt`` replaces what its recipe says of it."""

    file: str
    name: str
    wrt: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.file}.{self.name}"

    @property
    def text(self) -> str:
        """What its author wrote: the file without the recipes."""
        return read(self.file).partition(BEGINS)[0] + "\n"

    @property
    def recipe(self) -> dict:
        recipe = run(self.file)["RECIPES"][self.name]
        return {**recipe, "wrt": self.wrt} if self.wrt else recipe

    @property
    def original(self) -> Callable:
        return run(self.file)[self.name]


def read(file: str) -> str:
    """The text of a corpus file, recipes and all."""
    return (FOLDER / f"{file}.py").read_text(encoding="utf-8")


@cache
def run(file: str) -> dict[str, object]:
    """What a corpus file defines.  Annotations may be written with jaxtyping, which need not be installed."""
    sys.modules.setdefault("jaxtyping", annotations())
    namespace: dict[str, object] = {"__name__": f"corpus_{file}"}
    exec(compile(read(file), f"<corpus {file}>", "exec"), namespace)
    return namespace


def entries() -> list[Entry]:
    """Every function that has a recipe, file by file in alphabetical order, then as the recipes stand."""
    files = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "__init__")
    return [Entry(file, name) for file in files for name in run(file)["RECIPES"]]


def annotations() -> ModuleType:
    """Just enough of jaxtyping to evaluate annotations."""
    module = ModuleType("jaxtyping")
    for name in ("Float", "Float32", "Float64", "Int", "Bool", "Shaped"):
        setattr(module, name, type(name, (), {"__class_getitem__": classmethod(lambda c, item: c)}))
    return module
