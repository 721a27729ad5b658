"""In IPython and Jupyter: ``%load_ext gradgen`` brings ``%%gradgen``.  IPython is imported only there."""

from __future__ import annotations

import ast
import inspect

from gradgen.api.decorator import Differentiable, gradgen
from gradgen.api.layers import is_layer, result_of
from gradgen.api.points import argument
from gradgen.errors import GradgenError
from gradgen.picture.notebook import shown
from gradgen.pipeline import Options
from gradgen.source.literal import literals


def load_ipython_extension(shell) -> None:
    """Called by ``%load_ext gradgen``."""

    def magic(line: str, cell: str) -> None:
        """Run the cell, and show the gradient of each function that it defines; ``%%gradgen x=3, y=-4`` with numbers."""
        run_cell(shell, line, cell)

    shell.register_magic_function(magic, magic_kind="cell", magic_name="gradgen")


def run_cell(shell, line: str, cell: str) -> None:
    """The magic: the cell as it is, then what gradgen makes of its functions and layers."""
    from IPython.display import HTML, display

    if not shell.run_cell(cell).success:
        return
    for name in defined(cell):
        try:
            if html := view(shell.user_ns[name], line):
                display(HTML(html))
        except (GradgenError, ValueError) as refused:
            print(refused)


def defined(cell: str) -> list[str]:
    """The functions with parameters and the classes at the top of a cell, without those that only others of them use."""
    tops = [n for n in ast.parse(cell).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    nodes = [n for n in tops if isinstance(n, ast.ClassDef) or any(vars(n.args).values())]
    used = {n.id for f in nodes for s in f.body for n in ast.walk(s) if isinstance(n, ast.Name)}
    return [n.name for n in nodes if n.name not in used]


def view(made: object, line: str = "") -> str:
    """A function's or a layer's code and circuit, a function's at the point that the magic's line gives.

    Nothing for a class that is no layer.  Raises ValueError for a line that is no point of the function.
    """
    if isinstance(made, type):
        return shown(vars(made).get("gradgen") or result_of(made, Options())) if is_layer(made) else ""
    known = made if isinstance(made, Differentiable) else gradgen(made)
    return known.shown(**arguments(known, literals(line))) if line.strip() else known.shown()


def arguments(known: Differentiable, point: dict[str, object]) -> dict[str, object]:
    """The arguments of a point, lists as arrays where the function takes these."""
    try:
        inspect.signature(known.__wrapped__).bind(**point)
    except TypeError as error:
        raise ValueError(f"{known.__name__}: {error}") from None
    if not known.result.function.arrays:
        return point
    specs = dict(known.result.claim("split").inputs)
    return {name: argument(value, specs[name], name) for name, value in point.items()}
