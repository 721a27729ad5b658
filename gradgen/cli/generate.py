"""The default verb: ``gradgen FILE``."""

from __future__ import annotations

import os
from pathlib import Path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradgen import config, output
from gradgen.cli import formats, options, point
from gradgen.cli.options import wrong
from gradgen.cli.request import STDIN, Request, asked, read_source
from gradgen.cli.terminal import Terminal
from gradgen.errors import Diagnostic, refusal
from gradgen.source import SourceText, digest, functions, parameters, printable
from gradgen.source.project import with_project_functions
from gradgen.source.classes import layers, read_layer

REFUTED = "REFUTED"
AFTER_PASSES = ("rendered", "check")  # what --show knows beside the passes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the text: ``printed`` to standard output, ``said`` on standard error, ``facts`` for JSON."""

    printed: str = ""
    said: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    stale: bool = False


def run(arguments: Sequence[str], terminal: Terminal) -> int:
    """Read the arguments and the file, generate, and hand out the text."""
    if not arguments:
        terminal.say(options.SHORT_HELP.rstrip())
        return 2
    request = asked(arguments)
    terminal.format = request.format
    source = read_source(request)
    if request.file != STDIN:
        source = with_project_functions(source, Path(request.file))
    source.tree  # a syntax error is told before anything slow is imported
    where = point.read(str(request.settings["at"])) if "at" in request.settings else None
    with terminal.progress(f"gradgen {printable(request.name)}"):
        from gradgen import pipeline

        produced = pipeline.generate_file(source, pipeline_options(request, source), command="gradgen")
        if not produced.results and not produced.refusals:
            raise refusal(Diagnostic("GG203", f"no function of {source.filename} has a numeric parameter"))
        findings = [finding(result, source, where) for result in produced.results]
    outcome = deliver(request, source, produced, findings)
    code = exit_code(produced, findings, request.check and outcome.stale)
    report(outcome, findings, produced.refusals, source, code, terminal)
    return code


def pipeline_options(request: Request, source: SourceText):
    """The settings as the pipeline's own options; configured shapes are for those files that have such parameters."""
    from gradgen.pipeline import Options

    said = {key.replace("-", "_"): value for key, value in request.settings.items() if key not in ("format", "at")}
    if "function" in said:
        said["functions"] = said.pop("function")
    if "shape" in said:
        shapes = said.pop("shape")
        read = [read_layer(node).function for node in layers(source.tree).values()]
        known = {n.rpartition(".")[2] for node in (*functions(source.tree).values(), *read) for n in parameters(node)}
        stated = "--shape" in request.stated
        said["shapes"] = tuple(s for s in shapes if stated or named(s) in known)
    return Options(**said)


def named(shape: str) -> str:
    """The parameter that a stated shape is about: ``p`` in ``p["W"]: N D``."""
    return shape.partition(":")[0].partition("[")[0].strip()


def finding(result, source: SourceText, where: Mapping[str, object] | None) -> formats.Finding:
    """What the output says of one generated function."""
    refuted = result.report.verdict == REFUTED
    return formats.Finding(
        name=result.name,
        line=next(n.lineno for n in source.tree.body if getattr(n, "name", "") == result.name),
        style=result.style,
        text="" if refuted else result.text,
        verdict=result.report.verdict,
        said=str(result.report).partition("\n")[0],
        report=result.report.as_dict(),
        notes=tuple(result.notes),
        wrt=tuple(result.wrt),
        point={} if where is None or refuted else point.evaluate(result, where, source),
    )


def deliver(request: Request, source: SourceText, produced, findings: Sequence[formats.Finding]) -> Outcome:
    """Do with the text what was asked: print it, write it, or compare it."""
    if request.show:
        return shown(request.show, produced)
    text = headed(request, source, produced.text, findings)
    if request.out is None:
        return Outcome(printed=text, facts={"text": text})
    if request.check or request.diff:
        return compared(request, request.out, text)
    return written(request, request.out, text)


def headed(request: Request, source: SourceText, text: str, findings: Sequence[formats.Finding]) -> str:
    """The module text behind its header; nothing when there is no text."""
    if not text:
        return ""
    names = [found.name for found in findings if found.verdict != REFUTED]
    name = os.path.basename(request.name) if request.file == STDIN else request.name
    return output.with_header(text, name, request.out, request.stated, digest(source, names))


def shown(name: str, produced) -> Outcome:
    """What a pass of the pipeline produced, function by function."""
    from gradgen.pipeline import PASSES

    known = [*(row[0] for row in PASSES), *AFTER_PASSES]
    if name not in known:
        raise wrong(f"--show: no pass is called `{name}`{config.meant(name, known)}", f"there are {', '.join(known)}")
    text = "".join(f"{result.show(name)}\n" for result in produced.results)
    return Outcome(printed=text, facts={"shown": text})


def compared(request: Request, out: str, text: str) -> Outcome:
    """Whether the output file is stale, and how it would change."""
    old = output.read_old(out)
    stale = output.is_stale(old, text)
    diff = output.difference(old, text, out) if request.diff else ""
    said = f"{printable(out)} is {'stale' if stale else 'up to date'}" if request.check else ""
    return Outcome(diff, said, {"stale": stale, "diff": diff}, stale)


def written(request: Request, out: str, text: str) -> Outcome:
    """Write the output file, unless there is no text or nothing changed."""
    changed = bool(text) and output.write(out, text, request.inputs, request.force)
    word = "written" if changed else "unchanged" if text else "not written"
    return Outcome(said=f"{printable(out)}: {word}", facts={"written": changed})


def exit_code(produced, findings: Sequence[formats.Finding], stale: bool) -> int:
    """2 for usage, 1 for a finding, 3 for a refusal, else 0."""
    codes = {error.exit_code for error in produced.refusals}
    if stale or any(found.verdict == REFUTED for found in findings):
        codes.add(1)
    return next((code for code in (2, 1, 3) if code in codes), 0)


def report(outcome: Outcome, findings, refusals, source: SourceText, code: int, terminal: Terminal) -> None:
    """Print and say everything; the code comes first, so that it is not lost among messages."""
    if terminal.format == "json":
        formats.document(findings, refusals, code, terminal, **outcome.facts)
        return
    terminal.print(outcome.printed)
    terminal.flush()
    formats.summary(findings, refusals, source.filename, terminal)
    if outcome.said:
        terminal.say(outcome.said)
