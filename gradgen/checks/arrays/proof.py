"""The array proof of a claim: every gradient entry is the derivative, for the sizes, labels and paths that were run.

T1 the outputs are the source's, by identity of expressions; T2 and T3 each gradient entry is shown equal to the derivative of the
source's expressions; T4 to T6 (order, versions, aliases) are what running the text on arrays that share memory as NumPy's do means.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from gradgen.checks.arrays.blame import forward_line, line_to_blame
from gradgen.checks.arrays.cases import Case, cases, planned
from gradgen.checks.arrays.running import Expressions, Run
from gradgen.checks.arrays.slopes import reverse
from gradgen.checks.arrays.sweep import Sweep
from gradgen.checks.claim import Claim
from gradgen.checks.points import recipe
from gradgen.checks.proof import Proof
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


def prove_arrays(claim: Claim, source_text: str, emitted_text: str, parts: dict[str, str] | None = None) -> ArrayProof:
    """Prove a claim about arrays, or say what stands in the way, with the emitted line to blame."""
    try:
        return _Claimed(claim, parse(source_text), parse(emitted_text), parts or {}).proof()
    except Refused as error:
        return ArrayProof("unreadable", str(error))
    except _Open as error:
        return ArrayProof("open", error.args[0], error.args[1])
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
            if further >= 0 and (proved and (not self.missing.lines or further > MORE)):
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
            raise _Open("the forward pass is not the source's", forward_line(run))
        names, pairs = [], []
        for path, inputs in run.inputs.items():
            for node, grad in zip(inputs, run.grads[path], strict=True):
                names.append(path)
                pairs.append((grad, total.get(node, run.nodes.zero)))
        shown = sweep.show(pairs)
        if not all(shown):
            name = names[shown.index(False)]
            same = all(a == b for a, b in run.values)
            line = line_to_blame(run, sweep.values, total, shares) if same else forward_line(run)
            raise _Open(f"d{name[0]} is not shown to be the gradient", line)
        self.note(run)

    def line_of_fault(self, run: Run, sweep: Sweep, total: dict, shares: list) -> int | None:
        """The first line that gives something wrong, else where the emitted text raised, else the end of its function."""
        raised = re.search(r": line (\d+)", str(run.fault))
        ends = [find(self.trees[1], name).end_lineno for name in self.claim.entries]
        fallback = int(raised[1]) if raised else ends[0] if "forward" in str(run.fault) else ends[-1]
        if not run.forward_end and self.claim.style == "split" or "value" in str(run.fault) or "result" in str(run.fault):
            return forward_line(run, fallback)
        return line_to_blame(run, sweep.values, total, shares, fallback)

    def note(self, run: Run) -> None:
        """The forward's statements that a derivative may go through."""
        targets = _targets(self.trees[1])
        for line, nodes in run.log[: run.forward_end or len(run.log)]:
            if line in targets and any(n < run.mark and run.nodes.variable[n] for n in nodes):
                if run.forward_end or all(n < run.mark for n in nodes) and not targets[line].startswith("d"):
                    self.stages.setdefault(line, targets[line])


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
    named = list(dict.fromkeys(str(case) for case in proved if case.sizes))
    if not named:
        shapes = {tuple(sorted(case.shapes.items(), key=repr)) for case in proved}
        return f"{len(shapes)} choice{'s' * (len(shapes) != 1)} of shapes"
    others = len(named) - 1
    return named[0] + (f" and {others} other choice{'s' * (others != 1)} of sizes" if others else "")


