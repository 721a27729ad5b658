"""The array proof of a claim: every gradient entry is the derivative, for the sizes, labels and paths that were run.

T1 the outputs are the source's, by identity of expressions; T2 and T3 each gradient entry is shown equal to the derivative of the
source's expressions; T4 to T6 (order, versions, aliases) are what running the text on arrays that share memory as NumPy's do means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradgen.checks.arrays.blame import Blame
from gradgen.checks.arrays.cases import Case, cases, planned
from gradgen.checks.arrays.lines import Lines
from gradgen.checks.arrays.running import Expressions, Run
from gradgen.checks.arrays.slopes import reverse
from gradgen.checks.arrays.sweep import Sweep
from gradgen.checks.claim import Claim
from gradgen.checks.points import recipe
from gradgen.checks.proof import Proof
from gradgen.checks.running import Fault, Skip
from gradgen.interpret import OutOfFuel, Refused
from gradgen.interpret.coverage import Coverage, defaults, expected, find, told_literals
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


class _Vacuous(_Open):
    """The emitted text refuses what the source takes, and what it takes has no entries."""

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
        self.lines = Lines(claim, emitted)
        self.missing: Coverage = expected(emitted, claim.entries)
        self.stages: dict[int, str] = {}
        self.full: set[int] = set()  # lines of the emitted text that gave an array with entries, or a number
        self.empty: set[int] = set()  # lines that gave empty arrays only

    def proof(self) -> ArrayProof:
        """Case by case, then more cases while some lines never ran."""
        function = find(self.trees[0], self.claim.name)
        if function is None or any(find(self.trees[1], e) is None for e in self.claim.entries):
            raise Refused(0, "a function is missing")
        draws = recipe(self.claim, told_literals(self.trees[0], function), defaults(function))
        proved: list[Case] = []
        why, narrowed = "", False
        for number, case in enumerate(cases(self.claim, draws)):
            further = number - planned(draws)
            if further >= 0 and is_enough(proved) and (not self.missing.lines | self.empty or further > MORE):
                break
            try:
                self.paths(case)
                proved.append(case)
            except Skip as skip:
                why = str(skip)
                narrowed |= "that the emitted code is for" in why and min(case.sizes.values(), default=1) > 1
        if narrowed and self.empty:
            raise _Vacuous("the emitted code is for empty arrays only", min(self.empty))
        if not proved:
            raise _Open(why or "no case could be run", None)
        if missing := self.missing.settled():
            raise _Open("some lines never ran", min(missing))
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
        self.full |= {line for line, nodes in run.log if nodes}
        self.empty = (self.empty | {line for line, nodes in run.log if not nodes}) - self.full
        leaves = [n for nodes in run.inputs.values() for n in nodes]
        total, shares = reverse(run.nodes, run.seeds, leaves)
        sweep = Sweep(run.nodes, run.mark, run.named)
        blame = Blame(run, self.lines, sweep.values, total, shares)
        if run.fault is not None:
            kind = _Different if is_sure(run.fault) and not run.nodes.decided else _Open
            raise kind(str(run.fault), blame.of_fault())
        if not all(sweep.show(run.values)):
            raise self.kind_of(run, sweep, run.values)("the forward pass is not the source's", blame.of_forward())
        names, pairs = [], []
        for path, inputs in run.inputs.items():
            for node, grad in zip(inputs, run.grads[path], strict=True):
                names.append(path)
                pairs.append((grad, total.get(node, run.nodes.zero)))
        shown = sweep.show(pairs)
        if not all(shown):
            name = names[shown.index(False)]
            line = blame.of_backward(self.lines.handed_back(name[0]))
            raise self.kind_of(run, sweep, pairs)(f"d{name[0]} is not shown to be the gradient", line)
        self.note(run)

    @staticmethod
    def kind_of(run: Run, sweep: Sweep, pairs: list[tuple[int, int]]) -> type[_Open]:
        """What is said of pairs that were not shown equal: numbers may show them different (of a whole domain, not of one path)."""
        apart = not run.nodes.decided and any(sweep.values.differ(a, b) for a, b in pairs)
        return _Different if apart else _Open

    def note(self, run: Run) -> None:
        """The forward's statements that a derivative may go through."""
        targets = self.lines.targets
        for line, nodes in run.log[: run.forward_end or len(run.log)]:
            if line in targets and any(n < run.mark and run.nodes.variable[n] for n in nodes):
                if run.forward_end or all(n < run.mark for n in nodes) and not targets[line].startswith("d"):
                    self.stages.setdefault(line, targets[line])


def is_sure(fault: Fault) -> bool:
    """Whether a fault is not of expressions only: shapes do not fit, memory is shared, another structure is returned."""
    raised = re.search(r"line \d+: (\w+):", str(fault))
    return raised is None or raised[1] in ("ValueError", "IndexError", "AxisError", "UnboundLocalError", "NameError")


def is_enough(proved: list[Case]) -> bool:
    """Whether there are two cases, one of them without a size of 1."""
    return len(proved) > 1 and any(min(case.sizes.values(), default=2) > 1 for case in proved)


def summary(proved: list[Case]) -> str:
    """The sizes of the first case, and how many more there are."""
    ordered = sorted(proved, key=lambda case: min(case.sizes.values(), default=0) == 1)
    named = list(dict.fromkeys(str(case) for case in ordered if case.sizes))
    if not named:
        shapes = {tuple(sorted(case.shapes.items(), key=repr)) for case in proved}
        return f"{len(shapes)} choice{'s' * (len(shapes) != 1)} of shapes"
    others = len(named) - 1
    return named[0] + (f" and {others} other choice{'s' * (others != 1)} of sizes" if others else "")
