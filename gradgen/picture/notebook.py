"""What a notebook shows of a gradient: the verdict, the code, the circuit."""

from __future__ import annotations

import io
import keyword
import tokenize
from html import escape

from gradgen.picture.circuit import circuit
from gradgen.picture.svg import draw
from gradgen.picture.record import Run
from gradgen.picture.trace import first_bad
from gradgen.pipeline import Result

STYLES = {
    "keyword": "color:#1d4f91;font-weight:bold",
    "comment": "color:#5f6b62;font-style:italic",
    "string": "color:#7a4a00",
}


def shown(result: Result, run: Run | None = None) -> str:
    """The generated code and the circuit, with the numbers of a run where there is one and it came to an end."""
    verdict = f"<p><b>{escape(result.name)}</b>: {escape(result.report.summary)}</p>"
    if result.report.verdict == "REFUTED":  # such code is shown to nobody
        return verdict
    failed = f"<p>There, {escape(str(first_bad(run, result)))}.</p>" if run and run.failure else ""
    drawing = svg(result, None if failed else run)
    code = f'<pre style="background:#f4f4f1;color:#1a1a1a;padding:.6em;overflow-x:auto">{highlighted(result.text.strip())}</pre>'
    return f'{verdict}{code}{failed}<div style="overflow-x:auto">{drawing}</div>'


def svg(result: Result, run: Run | None = None) -> str:
    """The circuit."""
    return draw(circuit(result, run))


def highlighted(text: str) -> str:
    """Python with its keywords, comments and strings marked.

    >>> highlighted("return x  # (1)")
    '<span style="color:#1d4f91;font-weight:bold">return</span> x  <span style="color:#5f6b62;font-style:italic"># (1)</span>'
    """
    lines, made, row, column = text.split("\n"), [], 1, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = _kind(token)
        if kind is None:
            continue
        made += [
            escape(_between(lines, (row, column), token.start)),
            f'<span style="{STYLES[kind]}">{escape(token.string)}</span>',
        ]
        row, column = token.end
    return "".join([*made, escape(_between(lines, (row, column), (len(lines), len(lines[-1]))))])


def _kind(token: tokenize.TokenInfo) -> str | None:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    return {tokenize.COMMENT: "comment", tokenize.STRING: "string"}.get(token.type)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one place to another."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    return "\n".join([lines[start[0] - 1][start[1] :], *lines[start[0] : end[0] - 1], lines[end[0] - 1][: end[1]]])
