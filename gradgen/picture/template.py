"""The templates of pictures and pages: everything that is filled in is escaped."""

from __future__ import annotations

from functools import cache

from gradgen.render.environment import FOLDERS


def template_text(name: str) -> str:
    """The text of a template, or of a part of the page."""
    path = next(p for folder in FOLDERS if (p := folder / "picture" / name).is_file())
    return path.read_text(encoding="utf-8")


@cache
def _environment():
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FunctionLoader(template_text), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=True,
    )  # fmt: skip


def fill(name: str, /, **values) -> str:
    """A template filled in."""
    return _environment().get_template(name).render(**values)
