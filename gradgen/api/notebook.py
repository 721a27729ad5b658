"""In IPython and Jupyter: ``%load_ext gradgen`` brings ``%%gradgen``.  IPython is imported only there."""

from __future__ import annotations

import ast

from gradgen.api.decorator import Differentiable, gradgen
from gradgen.errors import GradgenError
from gradgen.source.literal import literals


def load_ipython_extension(shell) -> None:
    """Called by ``%load_ext gradgen``."""

    def magic(line: str, cell: str) -> None:
        """Run the cell, and show the gradient of each function that it defines; ``%%gradgen x=3, y=-4`` with numbers."""
        run_cell(shell, line, cell)

    shell.register_magic_function(magic, magic_kind="cell", magic_name="gradgen")


def run_cell(shell, line: str, cell: str) -> None:
    """The magic: the cell as it is, then what gradgen makes of its functions."""
    from IPython.display import HTML, display

    if not shell.run_cell(cell).success:
        return
    for name in defined(cell):
        try:
            display(HTML(view(shell.user_ns[name], line)))
        except (GradgenError, ValueError) as refused:
            print(refused)


def defined(cell: str) -> list[str]:
    """The functions at the top of a cell, without those that only others of them call."""
    nodes = [n for n in ast.parse(cell).body if isinstance(n, ast.FunctionDef)]
    used = {n.id for f in nodes for s in f.body for n in ast.walk(s) if isinstance(n, ast.Name)}
    return [f.name for f in nodes if f.name not in used]


def view(function: object, line: str = "") -> str:
    """A function's code and circuit, at the point that the magic's line gives.  Raises ValueError for a line that is none."""
    known = function if isinstance(function, Differentiable) else gradgen(function)
    return known.shown(**literals(line)) if line.strip() else known.shown()
