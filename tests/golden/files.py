"""Reading and writing golden files: an input, then the text that gradgen must make of it.

# options: stages=all wrt=x,y         what `generate` is told; may be missing
# at: x=1.5, y=-2.0                   a point at which the gradient is measured; one line for each branch
def f(x, y): ...
# output                              the joint style, for a result that is one number
# output split                        the split style
# output layer                        the layer style, where the options ask for it
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from gradgen.pipeline import Result
from tests.support import made

FOLDER = Path(__file__).parent
OWN = ("__init__", "conftest", "files", "regenerate", "test_golden")
HEADINGS = {"joint": "# output", "split": "# output split", "layer": "# output layer"}


@dataclass(frozen=True)
class Golden:
    """One file: its input, the options and points in its head, and the expected texts by style."""

    path: Path
    source: str
    options: dict[str, object]
    points: tuple[dict[str, object], ...]
    expected: dict[str, str]

    def result(self) -> Result:
        """What gradgen makes of the input now."""
        return made(self.source, **self.options)


def golden_files() -> list[Path]:
    return sorted(p for p in FOLDER.glob("*.py") if p.stem not in OWN)


def read_golden(path: Path) -> Golden:
    text = path.read_text(encoding="utf-8")
    source, *outputs = text.split("\n# output")
    expected = {o.partition("\n")[0].strip() or "joint": o.partition("\n")[2] for o in outputs}
    lines = source.splitlines()
    points = tuple(point(line[5:]) for line in lines if line.startswith("# at:"))
    told = [line[10:] for line in lines if line.startswith("# options:")]
    return Golden(path, source + "\n", options(" ".join(told)), points, expected)


def point(text: str) -> dict[str, object]:
    """The arguments of ``x=1.5, w=[1.0, 2.0]``."""
    keywords = ast.parse(f"f({text})", mode="eval").body.keywords
    return {k.arg: ast.literal_eval(k.value) for k in keywords}


def options(text: str) -> dict[str, object]:
    """Keyword arguments of `generate` from ``stages=all wrt=x,y``."""
    pairs = dict(word.split("=") for word in text.split())
    return {
        k: tuple(v.split(",")) if k in ("wrt", "outputs") else v == "yes" if k == "has_aux" else v
        for k, v in pairs.items()
    }


def written(golden: Golden) -> str:
    """The file's text with its expected parts made anew."""
    result = golden.result()
    styles = ["joint", "split"] if len(result.function.results) == 1 else ["split"]
    styles += ["layer"] * (golden.options.get("style") == "layer")
    parts = [f"{HEADINGS[style]}\n{result.text_of(style)}" for style in styles]
    return golden.source.rstrip("\n") + "\n\n" + "\n".join(parts)
