"""What a grading says: for people, one line each, as JSON, as JUnit; and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from gradgen.errors import Diagnostic, GradgenError, Place
from gradgen.grade.causes import CAUSES, Mistake
from gradgen.grade.verdicts import Graded, Verdict
from gradgen.source import SourceText, shown

FAILED = ("wrong", "raises", "missing", "shape")
SCHEMA = 1


@dataclass
class Paper:
    """One file: what was found in it, or why nothing could be."""

    filename: str
    source: SourceText | None = None
    found: list[Graded] = field(default_factory=list)
    problem: GradgenError | None = None

    @property
    def finals(self) -> list[Verdict]:
        return [v for g in self.found for v in g.verdicts if v.final]

    @property
    def passed(self) -> list[Verdict]:
        return [v for v in self.finals if v.status in ("right", "inexact")]

    @property
    def unchecked(self) -> list[Graded]:
        return [g for g in self.found if g.status == "unchecked"]


def exit_code(papers: Sequence[Paper]) -> int:
    """1 with anything wrong, 2 with a file that cannot be read, 3 with anything unchecked, else 0."""
    if any(v.status in FAILED for p in papers for v in p.finals):
        return 1
    if any(p.problem for p in papers):
        return max(p.problem.exit_code for p in papers if p.problem)
    return 3 if any(p.unchecked or not p.found for p in papers) else 0


# messages


def diagnostics(paper: Paper, graded: Graded) -> list[Diagnostic]:
    """The messages about one pair, the guilty lines first."""
    if graded.unchecked:
        line = graded.unchecked_line or graded.line
        return [Diagnostic("GG419", f"`{graded.name}` is not checked: {graded.unchecked}", place(paper, line))]
    found = [of_mistake(paper, graded, m) for m in graded.mistakes]
    if graded.inherits:
        return []
    if not found:
        found += [
            of_verdict(paper, graded, v)
            for v in graded.verdicts
            if v.final and v.status not in ("right", "inexact", "unchecked")
        ][:1]
    seen, lines = {d.code for d in found}, {m.line for m in graded.mistakes}
    left = [v for v in graded.verdicts if v.final and v.status in ("missing", "raises") and v.line not in lines]
    found += [of_verdict(paper, graded, v) for v in left if code_of(v) not in seen][:1]
    if not graded.mistakes:
        found += [of_verdict(paper, graded, v) for v in graded.verdicts if v.final and v.status == "inexact"]
    found += [of_verdict(paper, graded, v) for v in graded.verdicts if v.status == "unchecked" and v.line][:1]
    return found


def of_mistake(paper: Paper, graded: Graded, mistake: Mistake) -> Diagnostic:
    """The message about one wrong line."""
    about = f"`{mistake.about}` is wrong" if mistake.about and mistake.about != "return" else "this line is wrong"
    cause = CAUSES[mistake.cause]
    what = (
        mistake.detail if mistake.detail and cause.detailed else "; ".join(x for x in (cause.said, mistake.detail) if x)
    )
    if mistake.cause == "forward":
        about = f"`{graded.name}`: {cause.said}"
        what = mistake.detail
    raised = next((v for v in graded.verdicts if v.status == "raises" and v.line == mistake.line), None)
    about = f"this line raises {raised.why.splitlines()[0]}" if raised else about
    verdict = next(
        (
            v
            for v in graded.verdicts
            if v.status in ("wrong", "inexact") and v.name in (mistake.about, f"d{mistake.about}")
        ),
        None,
    )
    label = (numbers(verdict) or verdict.why) if verdict else ""
    if verdict is not None and verdict.status == "inexact":
        about = f"`{mistake.about}` is not exact"
    where = place(paper, mistake.line)
    if not what and not raised:
        what = "no usual mistake explains it"
    return Diagnostic(
        cause.code, f"{about.strip()}: {what}" if what else about.strip(), where, label=label, help=mistake.mended
    )


def numbers(verdict: Verdict) -> str:
    """``db[0] is 3.56, should be 0.574``."""
    if verdict.example is None:
        return ""
    own, true = verdict.example
    return f"{verdict.name}{verdict.where} is {own:.6g}, should be {true:.6g}"


def code_of(verdict: Verdict) -> str:
    return {"raises": "GG414", "missing": "GG415", "shape": "GG416", "inexact": "GG418", "unchecked": "GG419"}.get(
        verdict.status, "GG401"
    )


def of_verdict(paper: Paper, graded: Graded, verdict: Verdict) -> Diagnostic:
    """The message about a gradient whose line is not known."""
    said = {
        "raises": f"`{graded.name}` {verdict.why if verdict.why.startswith('is stopped') else 'raises ' + verdict.why}",
        "missing": missing(graded, verdict),
        "shape": f"`{verdict.name}` of `{graded.name}` has the right values in another shape: {verdict.why}",
        "unchecked": f"`{verdict.name}` of `{graded.name}` is not checked: {verdict.why}",
        "inexact": f"`{verdict.name}` of `{graded.name}` is not exact: it agrees to {digits(verdict.error)} digits",
    }.get(verdict.status, f"`{verdict.name}` of `{graded.name}` is wrong" + (f": {verdict.why}" if verdict.why else ""))
    return Diagnostic(
        code_of(verdict),
        said,
        place(paper, verdict.line or graded.line),
        label=numbers(verdict) if verdict.status not in ("raises", "unchecked") else "",
    )


def missing(graded: Graded, verdict: Verdict) -> str:
    """``dx`, `dw` and `db` of `f` are missing: they are None``: all gradients that are missing for the same reason."""
    names = [f"`{v.name}`" for v in graded.verdicts if (v.final, v.status, v.why) == (True, "missing", verdict.why)]
    if len(names) < 2:
        return f"`{verdict.name}` of `{graded.name}` is missing: {verdict.why}"
    why = "they are None" if verdict.why == "it is None" else verdict.why
    return f"{', '.join(names[:-1])} and {names[-1]} of `{graded.name}` are missing: {why}"


def digits(error: float) -> int:
    """To how many digits a value with this relative error agrees.

    >>> digits(3e-7)
    6
    """
    count = 0
    while count < 30 and error < 10.0 ** -(count + 1):
        count += 1
    return count


def place(paper: Paper, line: int) -> Place | None:
    if paper.source is None or not 1 <= line <= len(paper.source.lines):
        return None
    text = paper.source.lines[line - 1]
    start = len(text) - len(text.lstrip()) + 1
    end = start + len(text.strip().partition("  #")[0].rstrip())
    return Place(paper.filename, line, start, max(end, start + 1), shown(text))


# for people


def text(papers: Sequence[Paper], points: float | None = None) -> str:
    """The report for people: a table for each pair, the wrong lines under it, a summary at the end."""
    parts = [paper_text(p, points) for p in papers]
    if len(papers) > 1:
        parts.append(summary(papers, points))
    return "\n".join(parts)


def paper_text(paper: Paper, points: float | None) -> str:
    lines: list[str] = []
    if paper.problem:
        return f"{paper.filename}\n\n{paper.problem}\n"
    if not paper.found:
        return f"{paper.filename}: nothing to grade: no X_forward with its X_backward, no class with both, no `return loss, grads`, no script with d-lines\n"
    for graded in paper.found:
        lines += pair_text(paper, graded)
    total, right = len(paper.finals), len(paper.passed)
    said = f"{paper.filename}: {right} of {total} gradient{'s' if total != 1 else ''} right"
    if paper.unchecked:
        said += f", {len(paper.unchecked)} function{'s' if len(paper.unchecked) != 1 else ''} unchecked"
    if points is not None:
        said += f"; {points * right:g} of {points * total:g} points"
    return "\n".join([*lines, said, ""])


def pair_text(paper: Paper, graded: Graded) -> list[str]:
    against = {
        "pair": f" against {graded.forward}",
        "class": " (forward, backward)",
        "loss": " (loss and gradients)",
    }.get(graded.kind, "")
    lines = [f"{graded.name}{against}, line {graded.line}"]
    if graded.verdicts:
        rows = [("gradient", "verdict", "exact", "approximate", "maxdiff", "rel error")]
        rows += [row(v) for v in graded.verdicts]
        widths = [max(len(r[c]) for r in rows) for c in range(6)]
        lines += ["  " + "  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in rows]
    for flag in graded.flags:
        lines.append(
            f"  note: it {flag}"
            + (" (right all the same)" if graded.status == "right" and flag.startswith("modifies") else "")
        )
    lines += [f"  note: {note}" for note in graded.notes]
    if graded.how:
        lines.append(f"  how: {graded.how}")
    for diagnostic in diagnostics(paper, graded):
        lines += ["", str(diagnostic)]
    return [*lines, ""]


def row(v: Verdict) -> tuple[str, ...]:
    """Karpathy's columns, and cs231n's relative error."""
    said = {"shape": "right values, wrong shape", "inexact": f"inexact ({digits(v.error)} digits)"}.get(
        v.status, v.status
    )
    said += "" if v.final else " (on the way)"
    if v.floats is None:
        return (v.name, said, "", "", "", "")
    exact, close, gap, error = v.floats
    return (v.name, said, str(exact), str(close), f"{gap:.3g}", f"{error:.1e} {band(error)}")


def band(error: float) -> str:
    """What cs231n says of a relative error.

    >>> band(3e-9), band(1e-5), band(0.3)
    ('happy', 'okay with kinks', 'wrong')
    """
    if error <= 1e-7:
        return "happy"
    return "okay with kinks" if error <= 1e-4 else "uncomfortable" if error <= 1e-2 else "wrong"


def summary(papers: Sequence[Paper], points: float | None) -> str:
    """One line for each file, and what was wrong most often."""
    width = max(len(p.filename) for p in papers)
    lines = ["summary"]
    for p in papers:
        said = "cannot be read" if p.problem else f"{len(p.passed)} of {len(p.finals)} right"
        if points is not None and not p.problem:
            said += f", {points * len(p.passed):g} of {points * len(p.finals):g} points"
        if p.unchecked:
            said += f", {len(p.unchecked)} unchecked"
        lines.append(f"  {p.filename.ljust(width)}  {said}")
    causes = Counter(m.cause for p in papers for g in p.found for m in g.mistakes)
    for cause, count in causes.most_common(8):
        lines.append(f"  {count:>4} x {CAUSES[cause].said or 'no usual mistake'}")
    return "\n".join(lines) + "\n"


# for machines


def concise(papers: Sequence[Paper]) -> Iterator[str]:
    """One line for each finding, and nothing else."""
    for paper in papers:
        for d in paper.problem.diagnostics if paper.problem else ():
            yield d.concise()
        for graded in paper.found:
            for d in diagnostics(paper, graded):
                fix = f" -> {d.help.splitlines()[0]}" if d.help else ""
                yield d.concise() + fix


def document(papers: Sequence[Paper], points: float | None = None) -> dict:
    """The JSON document; README describes it."""
    files = []
    for paper in papers:
        one: dict = {"file": paper.filename, "functions": [of_graded(paper, g) for g in paper.found]}
        one["right"], one["gradients"] = len(paper.passed), len(paper.finals)
        if points is not None:
            one["points"], one["of"] = points * one["right"], points * one["gradients"]
        one["errors"] = [d.as_dict() for d in paper.problem.diagnostics] if paper.problem else []
        files.append(one)
    return {"schema": SCHEMA, "files": files, "exit_code": exit_code(papers)}


def of_graded(paper: Paper, graded: Graded) -> dict:
    return {
        "name": graded.name,
        "kind": graded.kind,
        "forward": graded.forward,
        "line": graded.line,
        "status": graded.status,
        "gradients": [of_row(v) for v in graded.verdicts],
        "findings": [d.as_dict() for d in diagnostics(paper, graded)],
        "mistakes": [
            {"line": m.line, "cause": m.cause, "detail": m.detail, "right_line": m.mended, "gradient": m.about}
            for m in graded.mistakes
        ],
        "flags": graded.flags,
        "notes": graded.notes,
        "how": graded.how,
        "unchecked": graded.unchecked,
    }


def of_row(v: Verdict) -> dict:
    found = {"name": v.name, "by": v.by, "status": v.status, "final": v.final, "error": v.error, "why": v.why}
    if v.example:
        found |= {"entry": v.where, "is": v.example[0], "should_be": v.example[1]}
    return found


def junit(papers: Sequence[Paper]) -> str:
    """JUnit's XML: a suite for each file, a case for each gradient."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>"]
    for paper in papers:
        cases = list(junit_cases(paper))
        counts = {k: sum(f"<{k}" in c for c in cases) for k in ("failure", "error", "skipped")}
        attributes = f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}" skipped="{counts["skipped"]}"'
        lines += [f"<testsuite name={quoteattr(paper.filename)} {attributes}>", *cases, "</testsuite>"]
    return "\n".join([*lines, "</testsuites>", ""])


def junit_cases(paper: Paper) -> Iterator[str]:
    if paper.problem:
        yield f'<testcase classname={quoteattr(paper.filename)} name="read"><error message={quoteattr(paper.problem.diagnostics[0].message)}/></testcase>'
    for graded in paper.found:
        said = "\n\n".join(map(str, diagnostics(paper, graded)))
        head = f"<testcase classname={quoteattr(graded.name)} name="
        if graded.status == "unchecked":
            yield f'{head}"gradients"><skipped message={quoteattr(graded.unchecked)}/></testcase>'
            continue
        for v in graded.verdicts:
            if not v.final:
                continue
            if v.status in FAILED:
                yield f"{head}{quoteattr(v.name)}><failure message={quoteattr(v.status)}>{escape(said)}</failure></testcase>"
            else:
                yield f"{head}{quoteattr(v.name)}/>"


__all__ = ["Paper", "concise", "document", "exit_code", "junit", "text"]
