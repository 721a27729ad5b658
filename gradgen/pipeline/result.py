"""One function on its way through the passes: its text, and what was established about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from gradgen.analysis.inputs import specs
from gradgen.checks.claim import Claim
from gradgen.errors import Diagnostic, GradgenError, Place, refusal
from gradgen.frontend.rows import MATH, assumed
from gradgen.frontend.scope import Scope
from gradgen.ir.nodes import Function, Param
from gradgen.pipeline.options import Options
from gradgen.pipeline.passes import PASSES, check_style, input_spec
from gradgen.pipeline.texts import function_names, render, with_verdict
from gradgen.render.environment import kind_of
from gradgen.source import SourceText
from gradgen.source.classes import Layer, plain_name
from gradgen.source.networks import Network


@dataclass(repr=False)
class Result:
    """Everything that was made on the way from one function to its gradient, one artefact per pass."""

    source: SourceText
    name: str
    options: Options
    node: ast.FunctionDef
    scope: Scope
    captured: frozenset[str] = frozenset()
    layer: Layer | None = None
    network: Network | None = None
    artefacts: dict[str, object] = field(default_factory=dict)
    shared_wants: dict[str, tuple[int, ...]] = field(default_factory=dict)
    extended: dict[str, bool] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _reports: dict[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        report = self._reports.get(self.style)
        return f"<gradgen {self.name} by {', '.join(self.wrt)}: {report.summary if report else 'not checked yet'}>"

    def run(self, until: str = "reverse") -> Result:
        """Run the passes up to one of them; each runs once."""
        for name, work in PASSES:
            if name not in self.artefacts:
                self.artefacts[name] = work(self)
            if name == until:
                break
        return self

    # what users ask for ------------------------------------------------------------------------------------------------

    @property
    def function(self) -> Function:
        return self.artefacts["stage"]["function"]

    @property
    def helpers(self) -> dict[str, Function]:
        return self.artefacts["stage"]["helpers"]

    @property
    def wrt(self) -> tuple[str, ...]:
        """The parameters that are differentiated, in order."""
        return self.artefacts["infer"]["wrt"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know: zero gradients, results handed along."""
        return (*self.function.notes, *self.artefacts["infer"]["notes"])

    @property
    def style(self) -> str:
        """The chosen style, or the one that fits the result."""
        if self.options.style or self.layer or self.network:
            return self.options.style or "layer"
        if (
            self.function.arrays
            and "shapes" in self.artefacts
            and self.artefacts["shapes"][self.name].of(self.function.results[0]) != ()
        ):
            return "split"
        return (
            "split"
            if len(self.function.results) > 1 or self.name.endswith("_forward") or self.name.startswith("forward_")
            else "joint"
        )

    @property
    def text(self) -> str:
        """The emitted module in the chosen style."""
        return self.text_of(self.style)

    def text_of(self, style: str) -> str:
        """The emitted module in a style, its verdict in the docstring."""
        return with_verdict(self.draft(style), self.report_of(style).summary)

    def draft(self, style: str) -> str:
        """The emitted module before its check."""
        if style not in self._texts:
            self._texts[style] = render(self, style)
        return self._texts[style]

    @property
    def report(self):
        """The verdict on the emitted text in the chosen style."""
        return self.report_of(self.style)

    def report_of(self, style: str):
        """The verdict on the emitted text in a style."""
        if style not in self._reports:
            self._reports[style] = self._checked(style)
        return self._reports[style]

    def _checked(self, style: str):
        """Check a text.  A function that is imported and has a user's rule is taken for what the rule says it is.

        So is one of the file if its definition leaves the proof open.
        """
        from gradgen.checks.layer import as_pair, class_as_pair
        from gradgen.checks.report import unchecked

        if not self.options.verify:
            return unchecked("not asked for")
        if self.network:
            return self._checked_network()
        draft, claim, layer = self.draft(style), self.claim(style), kind_of(style) == "layer"
        check_style(self, style)
        if self.layer:
            draft = class_as_pair(draft, self.name, claim.entries, self.wrt)
        elif layer and not (draft := as_pair(draft, claim.entries, claim.wrt) or ""):
            return unchecked("the template makes no class that is read as two functions")
        if missing := [n for n in claim.entries if not re.search(rf"^def {n}\(", draft, re.M)]:
            return unchecked(f"the template defines no {missing[0]}")
        given = assumed(self.scope, draft)
        report = self._checked_given(claim, draft, given)
        if report.verdict == "INCONCLUSIVE" and (told := self.claim(style, told=True)) != claim:
            report = self._checked_given(told, draft, given)
        own = assumed(self.scope, draft, defined=True)
        if own and report.verdict not in ("PROVED", "REFUTED"):  # a loop, or two formulas that meet at a kink
            again = self._checked_given(claim, draft, given | own)
            report = again if again.verdict == "PROVED" else report
        return report

    def _checked_network(self):
        """Run a network: the file's text, the layers that gradgen gives a backward, and itself."""
        from gradgen.checks.network import check_network

        texts = [self.source.text]
        for name, layer in self.scope.classes.items():
            with suppress(GradgenError):
                options = replace(self.options, functions=(), style=None, wrt=None, shapes=(), verify=False)
                texts.append(start(self.source, name, layer.function, self.scope, options).draft("layer"))
        return check_network([*texts, self.draft(self.style)], self.name, self.network.entry)

    def _checked_given(self, claim: Claim, draft: str, given: dict[str, tuple[str, str]]):
        """Check a text, some functions taken for what a rule says they are; the verdict says which."""
        from gradgen.checks.layer import functions_of_classes
        from gradgen.checks.report import check

        told = "".join([f"\n\nimport math as {MATH}\n", *(text for _, text in given.values())]) if given else ""
        source = functions_of_classes(self.source.tree) if self.layer else self.source.text
        report = check(claim, source + told, draft + told)
        said = f"; given {', '.join(what for what, _ in given.values())}." if given else "."
        return replace(report, summary=report.summary.removesuffix(".") + said)

    def claim(self, style: str, told: bool = False) -> Claim:
        """What the emitted text in a style claims to be; ``told``: of kinds that its helpers alone know, by their word."""
        names = function_names(self.function)
        kind = "joint" if kind_of(style) == "joint" else "split"
        entries = (names.joint,) if kind == "joint" else (names.forward, names.backward)
        function = self.function
        shapes = self.artefacts.get("shapes")
        inputs = specs(function, shapes, told) if shapes else tuple((p.name, input_spec(p)) for p in function.params)
        inputs = tuple((plain_name(name), spec) for name, spec in inputs)
        return Claim(
            self.name, kind, entries, tuple(map(plain_name, self.wrt)), inputs, len(function.results), function.aux is not None,
            adopted=bool(function.adopts) and kind == "split", extended=self.extended.get(style, False),
        )  # fmt: skip

    def show(self, name: str) -> str:
        """The artefact of a pass as text (``rendered``: the emitted text, whatever its verdict)."""
        from gradgen.ir.show import show

        if name in ("rendered", "render"):
            return self.draft(self.style)
        if name == "check":
            return str(self.report)
        return show(self.run(name).artefacts[name])


def start(source: SourceText, name: str, node: ast.FunctionDef, scope: Scope, options: Options, **more) -> Result:
    """A result with its passes run as far as they are cheap."""
    if (net := scope.networks.get(name)) and net.function is node:
        return started_network(source, net, scope, options)
    if (layer := scope.classes.get(name)) and layer.function is node:
        more["layer"] = layer
        options = replace(options, arrays=True)  # a layer is right for both
    result = Result(source, name, options, node, scope, **more).run("reverse")
    if layer:
        with placed_at(source.place(layer.node)):
            result.draft("layer")  # refuses what cannot be kept on the object
    return result


def started_network(source: SourceText, net: Network, scope: Scope, options: Options) -> Result:
    """The result for a class of layers: there is nothing to stage."""
    if net.problem:
        where, what, help = net.problem
        raise refusal(Diagnostic("GG130", what, source.place(where), help=help))
    x = net.function.args.args[1].arg
    name = net.node.name
    made = {row[0]: {} for row in PASSES} | {"stage": {"function": Function(name, (Param(x),), (), ()), "helpers": {}}}
    made["infer"] = {"wrt": (x,), "wants": {}, "notes": ()}
    return Result(source, name, options, net.function, scope, network=net, artefacts=made)


@contextmanager
def placed_at(place: Place) -> Iterator[None]:
    """Refusals that do not say where are about this place."""
    try:
        yield
    except GradgenError as error:
        raise refusal(*(d if d.place else replace(d, place=place) for d in error.diagnostics)) from None
