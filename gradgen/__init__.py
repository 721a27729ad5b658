"""gradgen writes the backward pass an expert would write by hand, as plain Python source, with a proof."""

from __future__ import annotations

from gradgen.version import __version__

_PUBLIC = {
    "gradgen": "gradgen.api.decorator",
    "generate": "gradgen.api",
    "Result": "gradgen.pipeline",
    "rule": "gradgen.rules",
    "stop_gradient": "gradgen.api.decorator",
    "GradgenError": "gradgen.errors",
    "UsageError": "gradgen.errors",
    "Unsupported": "gradgen.errors",
    "NotDifferentiable": "gradgen.errors",
    "Refuted": "gradgen.errors",
    "InternalError": "gradgen.errors",
}
_HOOKS = {"load_ipython_extension": "gradgen.api.notebook"}  # what others look for here by name
__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str):
    """Public names are imported when they are first used."""
    module = _PUBLIC.get(name) or _HOOKS.get(name)
    if module is None:
        raise AttributeError(f"module 'gradgen' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
