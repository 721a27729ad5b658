"""What the functions of one file say of one another: who only inherits a mistake, and who divides for all."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradgen.grade.causes import Mistake
from gradgen.grade.pairing import Pair, called
from gradgen.grade.verdicts import Graded

Again = Callable[[ast.Module, str], Graded | None]  # the verdict on the pair of this name, in another text


def together(tree: ast.Module, pairs: Sequence[Pair], found: Sequence[Graded], again: Again) -> None:
    """Take back, in place, what is held against functions for the sake of others that they call or are called by.

    A backward pass that is right once a wrong one that it calls is mended only inherits its mistake.  One whose only fault
    is to divide by the number of examples is right where one that calls it is: the mean of the cost is taken there.
    """
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    rows = {pair.backward: graded for pair, graded in zip(pairs, found) if pair.kind == "pair"}
    callees = {name: called(functions[name], functions) & set(rows) - {name} for name in rows}
    heirs: dict[str, str] = {}
    for name, graded in rows.items():
        wrong = [c for c in callees[name] if rows[c].mistakes]
        for callee in wrong if graded.mistakes else ():
            mended = with_mends(tree, callee, rows[callee].mistakes)
            other = again(mended, graded.name) if mended else None
            if other is not None and other.status in ("right", "inexact"):
                heirs[name] = callee
    means = {n for n in rows if rows[n].mistakes and all(m.cause == "extra count" for m in rows[n].mistakes)}
    for callee in means - set(heirs):
        callers = [n for n in rows if callee in callees[n] and rows[n].status == "right"]
        if callers:
            said = f"it takes the mean over the examples for `{callers[0]}`, which calls it and is right"
            for name in [callee, *[h for h in heirs if heirs[h] == callee]]:
                acquit(rows[name], said)
    for heir, callee in heirs.items():
        if rows[heir].mistakes:
            rows[heir].mistakes, rows[heir].inherits = [], callee
            rows[heir].notes.append(f"it is right with `{callee}` mended")


def acquit(graded: Graded, said: str) -> None:
    graded.verdicts = [
        replace(v, status="right", why=said, floats=None) if v.status == "wrong" else v for v in graded.verdicts
    ]
    graded.mistakes, graded.notes = [], [said]


def with_mends(tree: ast.Module, name: str, mistakes: Sequence[Mistake]) -> ast.Module | None:
    """The text with the wrong lines of one function as they should be; None where that is not known of all."""
    try:
        right = {m.line: ast.parse(m.mended).body for m in mistakes}
    except SyntaxError:
        return None
    if not all(right.values()):
        return None
    made = copy.deepcopy(tree)
    node = next(n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == name)
    Mended(right).visit(node)
    return ast.fix_missing_locations(made)


class Mended(ast.NodeTransformer):
    """Statements by their lines replaced."""

    def __init__(self, right: dict[int, list[ast.stmt]]):
        self.right = right

    def visit(self, node: ast.AST):
        simple = isinstance(node, ast.stmt) and not hasattr(node, "body")
        if simple and node.lineno in self.right:
            return [ast.copy_location(new, node) for new in self.right[node.lineno]]
        return self.generic_visit(node)
