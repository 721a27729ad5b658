"""The array proof of a claim: every gradient entry is the derivative, for the sizes, labels and paths that were run.

T1 the outputs are the source's, by identity of expressions; T2 and T3 each gradient entry is shown equal to the derivative of the
source's expressions; T4 to T6 (order, versions, aliases) are what running the text on arrays that share memory as NumPy's do means.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from gradgen.checks.arrays.blame import alias_line, forward_line, line_to_blame, mixed_up_cache
from gradgen.checks.arrays.cases import Case, cases, planned
from gradgen.checks.arrays.running import Expressions, Run
from gradgen.checks.arrays.slopes import reverse
from gradgen.checks.arrays.sweep import Sweep
from gradgen.checks.claim import Claim
from gradgen.checks.points import recipe
from gradgen.checks.proof import Proof, boundary
from gradgen.checks.running import Skip
from gradgen.interpret import OutOfFuel, Refused
from gradgen.interpret.coverage import Coverage, defaults, expected, find, literals
from gradgen.interpret.machine import Tree, parse

PATHS = 24  # of one case
MORE = 6  # cases looked for where some lines never ran


@dataclass
class ArrayProof(Proof):
    """A proof with the sizes that it holds for, as words."""

    sizes: str = ""


class _Open(Exception):
    """A case that is not proved: (why, the line to blame)."""

    status = "open"


class _Different(_Open):
    """A case in which numbers show a difference."""

    status = "different"


def prove_arrays(claim: Claim, source_text: str, emitted_text: str, parts: dict[str, str] | None = None) -> ArrayProof:
    """Prove a claim about arrays, or say what stands in the way, with the emitted line to blame."""
    try:
        return _Claimed(claim, parse(source_text), parse(emitted_text), parts or {}).proof()
    except Refused as error:
        return ArrayProof("unreadable", str(error))
    except _Open as error:
        return ArrayProof(error.status, *error.args)
    except (OutOfFuel, RecursionError, MemoryError) as error:
        return ArrayProof("unreadable", f"{error}" or "too large")


class _Claimed:
    def __init__(self, claim: Claim, source: Tree, emitted: Tree, parts: dict[str, str]):
        self.claim, self.trees, self.parts = claim, (source, emitted), parts
        self.missing: Coverage = expected(emitted, claim.entries)
        self.stages: dict[int, str] = {}

    def proof(self) -> ArrayProof:
        """Case by case, then more cases while some lines never ran."""
        function = find(self.trees[0], self.claim.name)
        if function is None or any(find(self.trees[1], e) is None for e in self.claim.entries):
            raise Refused(0, "a function is missing")
        draws = recipe(self.claim, literals(function), defaults(function))
        proved: list[Case] = []
        why = ""
        for number, case in enumerate(cases(self.claim, draws)):
            further = number - planned(draws)
            if further >= 0 and is_enough(proved) and (not self.missing.lines or further > MORE):
                break
            try:
                self.paths(case)
                proved.append(case)
            except Skip as skip:
                why = str(skip)
        if not proved:
            raise _Open(why or "no case could be run", None)
        if self.missing.lines:
            raise _Open("some lines never ran", min(self.missing.lines))
        stages = [("ok", f"{name} (line {line})") for line, name in sorted(self.stages.items())]
        return ArrayProof("proved", stages=stages, sizes=summary(proved))

    def paths(self, case: Case) -> None:
        """Prove all paths of a case.  Raises `Skip` when the source raises on each of them."""
        plan: list[bool] = []
        skipped, proved = "", 0
        for _ in range(PATHS):
            texts = Expressions(self.claim, self.trees, self.parts, plan)
            try:
                self.one(texts, case)
                proved += 1
            except Skip as skip:
                skipped = str(skip)
            plan = list(texts.nodes.decided.values())
            while plan and not plan[-1]:
                plan.pop()
            if not plan:
                break
            plan[-1] = False
        else:
            raise _Open("too many paths", None)
        if not proved:
            raise Skip(skipped)

    def one(self, texts: Expressions, case: Case) -> None:
        """Prove one path."""
        run = texts.run(case)
        self.missing.strike(run.emitted)
        leaves = [n for nodes in run.inputs.values() for n in nodes]
        total, shares = reverse(run.nodes, run.seeds, leaves)
        sweep = Sweep(run.nodes, run.mark, run.named)
        if run.fault is not None:
            raise _Open(str(run.fault), self.line_of_fault(run, sweep, total, shares))
        if not all(sweep.show(run.values)):
            raise _Open("the forward pass is not the source's", self.of_forward(run))
        names, pairs = [], []
        for path, inputs in run.inputs.items():
            for node, grad in zip(inputs, run.grads[path], strict=True):
                names.append(path)
                pairs.append((grad, total.get(node, run.nodes.zero)))
        shown = sweep.show(pairs)
        if not all(shown):
            name = names[shown.index(False)]
            handed = self.handed_back(name[0])
            kind = _Different if any(sweep.values.differ(a, b) for a, b in pairs) and not run.nodes.decided else _Open
            raise kind(f"d{name[0]} is not shown to be the gradient", self.of_backward(run, sweep, total, shares, handed))
        self.note(run)

    def line_of_fault(self, run: Run, sweep: Sweep, total: dict, shares: list) -> int | None:
        """The first line that gives something wrong, else where the emitted text raised or what was handed back came from."""
        what = str(run.fault)
        if what.startswith(("the result is not (", "the forward's result is not (")):
            return find(self.trees[1], self.claim.entries[0]).end_lineno
        if what.startswith(("the value", "the result", "another number", "an argument")):
            return self.of_forward(run)
        if raised := re.search(r": line (\d+)", what):
            if not run.forward_end and self.claim.style == "split":
                return forward_line(run, self.lines_before(), int(raised[1]))
            return self.of_backward(run, sweep, total, shares, int(raised[1]))
        if what.startswith("the emitted backward modifies") and run.emitted.offence:
            return alias_line(find(self.trees[1], self.claim.entries[-1]), run.emitted.offence)
        name = re.match(r"the gradient d(\w+)", what)
        handed = self.handed_back(name and name[1])
        return handed if "memory" in what else self.of_backward(run, sweep, total, shares, handed)

    def handed_back(self, name: str | None) -> int:
        """The last line that gives the gradient by ``name``; the return, if what is handed back goes by another name."""
        function = find(self.trees[1], self.claim.entries[-1])
        end = self.lines_before() if self.claim.style == "joint" else function.lineno
        line = handed_back(function, self.claim.wrt, name)
        return line if line >= end else function.end_lineno

    def lines_before(self) -> int:
        """The first line of a joint text that is no longer the forward pass; the last of all for a forward by itself."""
        entry = find(self.trees[1], self.claim.entries[0])
        last = entry.body[-1]
        if self.claim.style == "split" or not isinstance(last, ast.Return) or not isinstance(last.value, ast.Tuple):
            return entry.end_lineno
        value = last.value.elts[0]
        value = value.elts[0] if self.claim.has_aux and isinstance(value, ast.Tuple) else value
        return entry.body[boundary(entry.body, value)].lineno

    def of_forward(self, run: Run) -> int | None:
        """The line to blame where the value is another: what gave it, if only known values were given; else the return itself."""
        entry = find(self.trees[1], self.claim.entries[0])
        meant = {n for n, _ in run.seeds}
        if any(meant.issuperset(nodes) and nodes for line, nodes in run.log if line < self.lines_before()):
            return forward_line(run, self.lines_before(), entry.end_lineno)  # it was worked out, and not returned
        given = {n for n, _ in run.values}
        held = [line for line, nodes in run.log if line < self.lines_before() and given & set(nodes)]
        fallback = held[-1] if held else handed_back(entry, (), None, first=True) if not run.values else entry.end_lineno
        return forward_line(run, self.lines_before(), fallback)

    def of_backward(self, run: Run, sweep: Sweep, total: dict, shares: list, fallback: int | None = None) -> int | None:
        if any(a != b for a, b in run.values):
            return self.of_forward(run)
        entries = [find(self.trees[1], name) for name in self.claim.entries]
        if len(entries) == 2 and (line := mixed_up_cache(*entries)):
            return line
        return line_to_blame(run, _targets(self.trees[1]), sweep.values, total, shares) or fallback

    def note(self, run: Run) -> None:
        """The forward's statements that a derivative may go through."""
        targets = _targets(self.trees[1])
        for line, nodes in run.log[: run.forward_end or len(run.log)]:
            if line in targets and any(n < run.mark and run.nodes.variable[n] for n in nodes):
                if run.forward_end or all(n < run.mark for n in nodes) and not targets[line].startswith("d"):
                    self.stages.setdefault(line, targets[line])


def is_enough(proved: list[Case]) -> bool:
    """Whether there are two cases, one of them without a size of 1."""
    return len(proved) > 1 and any(min(case.sizes.values(), default=2) > 1 for case in proved)


def handed_back(function: ast.FunctionDef, wrt: tuple[str, ...], name: str | None, first: bool = False) -> int:
    """The last line that assigns what a function returns (the gradient by ``name``; or the first of what it returns).

    It is the return itself if that is another gradient's, or nothing that was assigned.
    """
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return function.end_lineno
    value = last.value
    if isinstance(value, ast.Tuple) and (first or len(value.elts) == 2 and isinstance(value.elts[1], ast.Tuple)):
        value = value.elts[0 if first else 1]
    if isinstance(value, ast.Tuple) and name in wrt and len(value.elts) == len(wrt):
        place = wrt.index(name)
        others = {ast.dump(e) for e in (*value.elts[:place], *value.elts[place + 1 :])}
        value = value.elts[place]
        if ast.dump(value) in others or isinstance(value, ast.Name) and not re.fullmatch(rf"d{name}\w*", value.id):
            return function.end_lineno
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    stores = [n for n in ast.walk(function) if isinstance(n, (ast.Assign, ast.AugAssign)) and names & _stored(n)]
    stores = [n.lineno for n in stores if not isinstance(n, ast.Assign) or not isinstance(n.targets[0], ast.Tuple)]
    return max(stores, default=function.end_lineno)


def _stored(node: ast.stmt) -> set[str]:
    """The names whose values a statement changes."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def _targets(tree: ast.Module) -> dict[int, str]:
    """The line of each assignment -> what it assigns."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            found[node.lineno] = ast.unparse(node.targets[0])
        elif isinstance(node, ast.AugAssign):
            found[node.lineno] = ast.unparse(node.target)
    return found


def summary(proved: list[Case]) -> str:
    """The sizes of the first case, and how many more there are."""
    ordered = sorted(proved, key=lambda case: min(case.sizes.values(), default=0) == 1)
    named = list(dict.fromkeys(str(case) for case in ordered if case.sizes))
    if not named:
        shapes = {tuple(sorted(case.shapes.items(), key=repr)) for case in proved}
        return f"{len(shapes)} choice{'s' * (len(shapes) != 1)} of shapes"
    others = len(named) - 1
    return named[0] + (f" and {others} other choice{'s' * (others != 1)} of sizes" if others else "")


