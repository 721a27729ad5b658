"""The templates: where they are found and how they are filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gradgen.errors import Diagnostic, UsageError

PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (PACKAGE / "templates", PACKAGE.parent / "templates")  # an installed package, a bare checkout


def template_path(style: str) -> Path:
    """The file of a style: one of ours by name, or a user's own by path.  Raises `UsageError` GG004."""
    if style.isidentifier():
        for folder in FOLDERS:
            if (path := folder / "styles" / f"{style}.py.jinja").is_file():
                return path
    elif Path(style).is_file():
        return Path(style)
    raise UsageError(
        Diagnostic(
            "GG004",
            f"there is no style {style!r}",
            help=f"styles are {', '.join(styles())}, or the path of a template of your own",
        )
    )


def styles() -> list[str]:
    """The names of the styles that come with gradgen."""
    found = {
        p.name.removesuffix(".py.jinja")
        for folder in FOLDERS
        if folder.is_dir()
        for p in (folder / "styles").glob("*.py.jinja")
    }
    return sorted(found)


def kind_of(style: str) -> str:
    """``layer`` for a template of a class (it writes `names.layer`), ``split`` for one with a backward of its own (`names.backward`), else ``joint``."""
    text = template_path(style).read_text(encoding="utf-8")
    return next(
        (kind for name, kind in (("names.layer", "layer"), ("names.backward", "split")) if name in text), "joint"
    )


def part(name: str) -> str:
    """The text of a helper function that emitted code carries along."""
    path = next(folder / "parts" / f"{name}.py" for folder in FOLDERS if folder.is_dir())
    return path.read_text(encoding="utf-8")


@cache
def _environment():
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FunctionLoader(lambda name: template_path(name).read_text(encoding="utf-8")),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip


def fill(style: str, **values) -> str:
    """A style's template filled in.  Raises `UsageError` GG004 for a template that does not work."""
    template_path(style)
    try:
        return _environment().get_template(style).render(**values)
    except Exception as error:  # whatever a user's own template does wrong
        raise UsageError(Diagnostic("GG004", f"the template {style} cannot be filled in: {error}")) from None
