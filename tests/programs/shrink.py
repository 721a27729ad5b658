"""Makes a failing program small: statements go, branches flatten, expressions become their parts.

``python -m tests.programs.shrink --seed 13 --kind wrong`` prints a small text that still fails so.
"""

from __future__ import annotations

import argparse
import ast
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.programs import oracle
from tests.programs.generator import Program, program
from tests.programs.survey import Depth, Tally, examine_program

Fails = Callable[[Program], bool]


def shrink(base: Program, fails: Fails) -> Program:
    """The program after reductions that keep it failing, each tried until none helps."""
    best, before = base, ""
    while best.text != before:
        before = best.text
        for reduction in (_without_statements, _flattened, _simpler_expressions):
            best = _exhaust(best, reduction, fails)
    return best


def _exhaust(best: Program, reduction: Callable, fails: Fails) -> Program:
    """Go through one kind of reduction; after a success go on at the same place of the smaller text."""
    done = 0
    while True:
        for count, _ in enumerate(reduction(tree := ast.parse(best.text))):
            if count < done:
                continue
            done = count + 1
            text = _text(tree)
            if text and len(text) < len(best.text) and fails(smaller := replace(best, text=text)):
                best, done = smaller, count
                break
        else:
            return best


def _text(tree: ast.Module) -> str | None:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "<smaller>", "exec")
    except (SyntaxError, ValueError, TypeError):
        return None
    return text


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    return [b for f in ("body", "orelse") if isinstance(b := getattr(node, f, None), list) and b]


def _without_statements(tree: ast.Module) -> Iterator[None]:
    """Within each step, the tree lacks a run of statements of one block: long runs first."""
    for node in list(ast.walk(tree)):
        for block in _blocks(node):
            kept, size = list(block), len(block)
            while size:
                for start in range(len(kept) - size, -1, -size):
                    block[:] = kept[:start] + kept[start + size :]
                    yield
                    block[:] = kept
                size //= 2


def _flattened(tree: ast.Module) -> Iterator[None]:
    """Within each step, one ``if`` is replaced by one of its arms."""
    for node in list(ast.walk(tree)):
        for block in _blocks(node):
            kept = list(block)
            for index, statement in enumerate(kept):
                for arm in _blocks(statement) if isinstance(statement, ast.If) else []:
                    block[:] = kept[:index] + arm + kept[index + 1 :]
                    yield
                    block[:] = kept


def _simpler_expressions(tree: ast.Module) -> Iterator[None]:
    """Within each step, one expression is replaced by one of its own parts."""
    for node in list(ast.walk(tree)):
        for name, value in list(ast.iter_fields(node)):
            if isinstance(value, ast.expr) and name not in ("func", "target"):
                for part in _parts(value):
                    setattr(node, name, part)
                    yield
                setattr(node, name, value)
            if isinstance(value, list) and name != "targets":
                yield from _simpler_items(value)


def _simpler_items(items: list) -> Iterator[None]:
    for index, item in enumerate(items):
        for part in _parts(item) if isinstance(item, ast.expr) else []:
            items[index] = part
            yield
        items[index] = item


def _parts(value: ast.expr) -> list[ast.expr]:
    """What may stand for an expression: a constant, or what it is made of."""
    if isinstance(value, (ast.Constant, ast.Attribute, ast.Subscript)):
        return []
    if isinstance(value, ast.Name):
        return []
    parts = [c for c in ast.iter_child_nodes(value) if isinstance(c, ast.expr)]
    if isinstance(value, ast.Call):
        parts = [*value.args, *(k.value for k in value.keywords)]
    return [ast.Constant(1), *parts]


def failing_as(kind: str, verify: bool) -> Fails:
    """Whether a program that itself runs fails in this way (``wrong``, ``I1``, ``crash``, ``refused GG105`` ...)."""

    def fails(base: Program) -> bool:
        if kind != "same error" and not _runs(base, kind == "refused GG203"):
            return False
        tally = Tally()
        examine_program(base, Depth(verify=verify), tally)
        return kind in {k for k, _, _ in tally.failures}

    return fails


def _runs(base: Program, with_gradient: bool) -> bool:
    """Whether the program runs at its points, and if asked has a gradient other than zero at one."""
    gradients = []
    try:
        function = oracle.load(base.text)[base.name]
        for point in base.args(random.Random(base.seed)):
            base.call(function, point)
            if with_gradient:
                gradients += _gradient(base, point)
    except Exception:
        return False
    return not with_gradient or any(gradients)


def _gradient(base: Program, point: tuple) -> list:
    names = tuple(p.name for p in base.params if p.kind != "flag")
    try:
        namespace = oracle.load_precise(base.text)
        return oracle.flatten(oracle.gradients(base, namespace, point, names, (1.0,)))
    except oracle.Kink:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--verify", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of odd constants on the way
    small = shrink(program(options.seed), failing_as(options.kind, options.verify))
    tally = Tally()
    examine_program(small, Depth(verify=options.verify), tally)
    print(small.text)
    for kind, _, message in tally.failures:
        print(f"{kind}: {message}")


if __name__ == "__main__":
    main()
