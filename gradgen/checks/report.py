"""The verdict: what was established about an emitted text, stage by stage."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, replace
from html import escape

from gradgen.checks.claim import Claim
from gradgen.errors import UsageError
from gradgen.source import SourceText

LADDER = ("PROVED", "IDENTITY-TESTED", "NUMERICALLY CHECKED", "UNCHECKED", "INCONCLUSIVE", "REFUTED")
LONG = 200  # statements; beyond, a proved text is tested at fewer points


@dataclass(frozen=True, slots=True)
class Report:
    """``verdict`` is a word of the ladder; ``summary`` the sentence for the docstring; ``line`` the emitted line to blame."""

    verdict: str
    summary: str
    line: int | None = None
    stages: tuple[tuple[str, str], ...] = ()
    detail: str = ""

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{escape(status)}</td><td>{escape(what)}</td></tr>" for status, what in self.stages)
        detail = f"<p>{escape(self.detail)}</p>" if self.detail else ""
        return f"<p>{escape(self.summary)}</p><table>{rows}</table>{detail}"

    def __str__(self) -> str:
        rows = [f"  {status:<3} {what}" for status, what in self.stages]
        return "\n".join([self.summary, *rows, *([self.detail] if self.detail else [])])

    def as_dict(self) -> dict:
        """The JSON form, documented in README."""
        return {
            "verdict": self.verdict,
            "summary": self.summary,
            "line": self.line,
            "stages": [{"stage": what, "status": status} for status, what in self.stages],
            "detail": self.detail,
        }


def unchecked(why: str) -> Report:
    """The verdict on a text that nothing was established about."""
    return Report("UNCHECKED", f"UNCHECKED ({why}).")


def check(claim: Claim, source_text: str, emitted_text: str, *, identity: bool = True) -> Report:
    """The referee's verdict.  It is told nothing but the two texts and the claim."""
    from gradgen.checks.identity import Identity
    from gradgen.checks.identity import identity as identity_test
    from gradgen.checks.proof import prove

    try:
        SourceText(emitted_text).tree  # noqa: B018
    except UsageError as error:
        place = error.diagnostics[0].place
        return Report("REFUTED", "REFUTED: the text is not Python.", place and place.line)
    parts = own_parts(emitted_text)
    proof = (
        of_arrays(claim, source_text, emitted_text, parts)
        if claim.is_about_arrays()
        else prove(claim, source_text, emitted_text, parts)
    )
    points = 4 if proof.status != "proved" or emitted_text.count("\n") < LONG else 1
    tested = Identity("unavailable", why="not asked for")
    if identity:
        try:
            doubted = proof.status != "proved"
            tested = identity_test(claim, source_text, emitted_text, points, doubted, getattr(proof, "witnesses", ()))
        except Exception as error:  # a test that breaks down establishes nothing
            tested = Identity("unavailable", why=f"the test broke down: {type(error).__name__}")
    if tested.status == "differ" and tested.wrong and proof.status != "proved" and not claim.is_about_arrays():
        given = [numbers_of(wrong.inputs) for wrong in tested.wrong]
        proof = prove(claim, source_text, emitted_text, parts, given)  # the line to blame, by where it shows
    return verdict(proof, within_doubles(tested) if parts else tested, SourceText(emitted_text).tree)


def of_arrays(claim: Claim, source_text: str, emitted_text: str, parts: dict[str, str]):
    """The array proof; one that breaks down establishes nothing."""
    from gradgen.checks.arrays.proof import ArrayProof, prove_arrays

    try:
        return prove_arrays(claim, source_text, emitted_text, parts)
    except Exception as error:
        return ArrayProof("unreadable", f"the proof broke down: {type(error).__name__}")


def within_doubles(tested):
    """The test's outcome for a text that carries a helper for doubles (digamma): such a helper is right to about 15
    digits and no more, so a difference in the 12th digit or later is none."""
    near = all(math.isclose(w.got, w.expected, rel_tol=1e-11) for w in tested.wrong)
    if tested.status == "differ" and tested.wrong and near and not tested.value_wrong:
        return replace(tested, status="agree", points=max(1, tested.points), digits=11, wrong=())
    return tested


def own_parts(emitted_text: str) -> dict[str, str]:
    """Which functions of the text are helpers that gradgen ships, word for word: name in the text -> name here."""
    from gradgen.render.environment import part

    shipped = ast.parse(part("digamma")).body[0]
    found = {}
    for node in SourceText(emitted_text).tree.body:
        if isinstance(node, ast.FunctionDef) and ast.unparse(node).replace(node.name + "(", "digamma(") == ast.unparse(
            shipped
        ):
            found[node.name] = "digamma"
    return found


def verdict(proof, tested, emitted: ast.Module) -> Report:
    """The ladder: proved, else tested by high-precision identity, else what is left to say."""
    stages = tuple(proof.stages)
    if tested.status == "differ":
        raised = re.search(r"raises where the source does not: line (\d+)", tested.why)
        shown = proof.line if proof.status != "proved" else None
        unknown, unbound = (re.search(kind, tested.why) for kind in (r"\bNameError: name '(\w+)'", "UnboundLocalError"))
        near = bool(raised and shown) and function_at(emitted, int(raised[1])) is function_at(emitted, shown)
        known = (
            hasattr(proof, "sizes") or not unknown and (not unbound or near and proof.is_about_forward or proof.is_sure)
        )
        line = shown if shown and known else int(raised[1]) if raised else shown
        if raised and line and runs_before(emitted, int(raised[1]), line):  # a later line is not to blame
            line = int(raised[1])
        if raised and unknown and line == int(raised[1]):
            line = first_read(emitted, unknown[1], line)
        return Report(
            "REFUTED", f"REFUTED{f' at line {line}' if line else ''}: {_difference(tested)}.", line, stages, proof.why
        )
    agreed = f"{tested.points} points, {tested.digits} digits" if tested.status == "agree" else ""
    if proof.status == "proved":
        count = len(stages)
        also = f"; identity-tested at {agreed}" if agreed else ""
        sizes = getattr(proof, "sizes", "")
        trips = ", loops for any number of trips" if proof.has_loops else ""
        how = f"entry by entry for {sizes}" if sizes else f"by SymPy{trips}"
        return Report(
            "PROVED", f"PROVED: {count} stage{'s' * (count != 1)} {how}, bookkeeping checked{also}.", None, stages
        )
    if proof.status == "different":
        return Report(
            "INCONCLUSIVE",
            f"INCONCLUSIVE: the proof finds a difference that no number tried shows ({proof.why}).",
            proof.line,
            stages,
        )
    if agreed and not tested.uncovered:
        return Report("IDENTITY-TESTED", f"IDENTITY-TESTED: {agreed}.", proof.line, stages, proof.why)
    why = "some lines never ran" if agreed else tested.why
    return Report("INCONCLUSIVE", f"INCONCLUSIVE ({why}).", proof.line, stages, proof.why)


def function_at(tree: ast.Module, line: int) -> ast.stmt:
    """The function in which a line stands, the first statement of the module if it stands in none."""
    return next((n for n in tree.body if n.lineno <= line <= (n.end_lineno or 0)), tree.body[0])


def runs_before(tree: ast.Module, line: int, other: int) -> bool:
    """Whether a line of a function runs before another line of it; not known where it stands in a loop."""
    function = function_at(tree, line)
    loops = [n for n in ast.walk(function) if isinstance(n, (ast.For, ast.While))]
    again = any(n.lineno <= line <= (n.end_lineno or 0) for n in loops)
    return line < other <= (function.end_lineno or 0) and not again


def numbers_of(inputs: dict[str, object]) -> dict[str, float]:
    """Inputs entry by entry, by the names that these go by.

    >>> numbers_of({"x": 2.5, "w": [1.0, 3.0], "mode": "train"})
    {'x': 2.5, 'w[0]': 1.0, 'w[1]': 3.0}
    """
    found: dict[str, float] = {}
    for name, value in inputs.items():
        parts = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
        )
        found |= numbers_of({f"{name}[{key!r}]": part for key, part in parts})
        if isinstance(value, (int, float)):
            found[name] = float(value)
    return found


def first_read(tree: ast.Module, name: str, line: int) -> int:
    """The first line that reads a name, of the function that fails at this line for want of it."""
    function = function_at(tree, line)
    return min((n.lineno for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name), default=line)


def _difference(tested) -> str:
    """The first gradient that differs, with its numbers."""
    if not tested.wrong:
        return tested.why or "the value is not the source's"
    name, got, expected, inputs = tested.wrong[0]
    at = ", ".join(f"{k}={v}" for k, v in inputs.items())
    return f"{name} is {got:.6g}, should be {expected:.6g}, at {at}"
