"""The structure proof: T1 to T6 of the chain rule, established on the emitted text.

T1 the staged forward equals the source by substitution; T2 each contribution's factor is the derivative of its stage; T3 there are as
many contributions as uses; T4 a gradient is complete before it is read; T5 what is read is the version that the
forward made; T6 nothing is shared.  (On numbers T6 holds of itself; T3 to T5 are what following the text line by line means.)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gradgen.checks.blame import line_to_blame, turned_test
from gradgen.checks.blame_forward import Forward
from gradgen.checks.claim import Claim
from gradgen.checks.copies import Copies
from gradgen.checks.following import Following
from gradgen.checks.graph import Graph
from gradgen.checks.staged import DIFFERENT, EQUAL, UNKNOWN, Pair, Staged
from gradgen.checks.symbolic import Prover
from gradgen.checks.values import Box, Group, State, Step, Unreadable, Value
from gradgen.source import SourceText

NOT_THE_SOURCES = "the forward pass is not the source's"
MAY_RAISE = "the text may raise where the source does not"


@dataclass
class Proof:
    """``status`` is ``proved``, ``different`` (a part is shown wrong), ``open`` (not shown either way) or ``unreadable``."""

    status: str
    why: str = ""
    line: int | None = None
    stages: list[tuple[str, str]] = field(default_factory=list)
    is_sure: bool = False  # of the line: with a change there all is right
    has_loops: bool = False
    witnesses: tuple[dict[str, float], ...] = ()  # inputs at which a gradient seems to be another one

    @property
    def is_about_forward(self) -> bool:
        return self.status == "different" and self.why == NOT_THE_SOURCES


def prove(
    claim: Claim,
    source_text: str,
    emitted_text: str,
    known_parts: dict[str, str] | None = None,
    given: Sequence[Mapping[str, float]] = (),
) -> Proof:
    """Prove a claim, or say what stands in the way, with the emitted line to blame: by what it does at ``given`` inputs, too
    (numbers by their names, ``w[0]``)."""
    try:
        return _Case(claim, source_text, emitted_text, known_parts or {}, given).proof()
    except Unreadable as error:
        return Proof("unreadable", error.why, error.line or None)
    except RecursionError:
        return Proof("unreadable", "nested too deeply")


class _Case:
    def __init__(
        self,
        claim: Claim,
        source_text: str,
        emitted_text: str,
        parts: dict[str, str],
        given: Sequence[Mapping[str, float]],
    ):
        self.claim, self.graph = claim, Graph()
        self.source_tree, self.tree = SourceText(source_text).tree, SourceText(emitted_text).tree
        self.known = {
            n.name: parts[n.name]
            for n in self.tree.body
            if isinstance(n, ast.FunctionDef) and parts.get(n.name) == "digamma"
        }
        self.prover = Prover(self.graph, given)
        self.functions = {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef)}
        theirs = {n.name: ast.dump(n) for n in self.source_tree.body if isinstance(n, ast.FunctionDef)}
        self.copied = frozenset(n for n, node in self.functions.items() if theirs.get(n) == ast.dump(node))
        self.links = linked_pairs(self.tree)
        self.pairs: dict[str, Pair] = {}
        self.stages: list[tuple[str, str]] = []
        self.has_loops = False

    def proof(self) -> Proof:
        """The outcome; of a text with loops no part is ever shown wrong, as what a loop does has more than one form."""
        outcome = self.outcome()
        loops = any(isinstance(n, (ast.For, ast.While)) for n in ast.walk(self.tree))
        return replace(outcome, status="open") if loops and outcome.status == "different" else outcome

    def outcome(self) -> Proof:
        forward = self.forward_equal()
        if forward is not None:
            return forward
        entry = self.claim.entries[0]
        for helper in helpers_of(self.functions, self.claim.entries):
            if helper in self.links:
                failed = self.pair(helper, self.links[helper])
                if failed is not None:
                    return failed
            elif helper not in self.links.values() and helper not in self.known and helper not in self.copied:
                self.unused_pair(helper)
        return self.gradients(entry)

    # T1 ---------------------------------------------------------------------------------------------------------------

    def forward_equal(self) -> Proof | None:
        claim, graph = self.claim, self.graph
        source, emitted = Following(graph, self.source_tree), Following(graph, self.tree, self.known)
        entry = claim.entries[0]
        if entry not in emitted.functions:
            raise Unreadable(0, f"there is no {entry}")
        if signature(source.functions[claim.name]) != signature(emitted.functions[entry]):
            return Proof("different", "another signature", emitted.functions[entry].lineno)
        body = emitted.functions[entry].body
        cut = len(body) - 1
        if claim.style == "joint":
            cut = boundary(body[:-1], value_returned(body[-1]))
            emitted.functions[entry] = self.forward_part(emitted.functions[entry], cut)
        theirs = source.run(claim.name, source.inputs(claim.name))
        ours = emitted.run(entry, emitted.inputs(entry))
        value = ours.items[0] if isinstance(ours, Group) and len(ours.items) == 2 else None
        if value is None:
            return Proof("different", "the entry does not return a pair", body[-1].end_lineno)
        told = Forward(self.prover, source.log, emitted.log, self.flat(theirs), self.flat(value), self.covers)
        if not self.same_value(theirs, value):
            end = body[min(cut, len(body) - 1)].lineno
            copies = Copies(graph, source.log, emitted.log, emitted.functions[entry])
            return Proof("different", NOT_THE_SOURCES, copies.to_blame(told.line(end) or body[-1].lineno))
        for name, line in emitted.log.unbound.items():
            if name not in source.log.unbound:
                return Proof("different", f"{name} is read before it has a value", line)
        return self.same_risks(source.log.risks, emitted.log.risks, told)

    @staticmethod
    def forward_part(entry: ast.FunctionDef, cut: int) -> ast.FunctionDef:
        """A joint function as far as its value, which it returns with nothing beside it."""
        value, last = value_returned(entry.body[-1]), entry.body[-1]
        pair = ast.Tuple([value, ast.Tuple([], ast.Load())], ast.Load())
        result = ast.copy_location(ast.Return(ast.copy_location(pair, last)), last)
        ends = isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple) and len(last.value.elts) == 2
        return ast.copy_location(
            ast.FunctionDef(
                entry.name, entry.args, [*entry.body[:cut], ast.fix_missing_locations(result) if ends else last], []
            ),
            entry,
        )

    def same_risks(self, theirs: list[Step], ours: list[Step], told: Forward) -> Proof | None:
        """Whether the text raises only where the source does (each of its operations that may raise is one of the source's, on
        every path), and everything that the source is written to raise."""
        risk = self.unmatched(ours, theirs)
        line = told.line_of_risk(risk) if risk else None
        if self.unmatched([risk for risk in theirs if risk.node is None], ours):
            entry = self.functions[self.claim.entries[0]].lineno
            return Proof("different", "the source raises where the text does not", line or entry)
        return None if line is None else Proof("different", MAY_RAISE, line)

    def unmatched(self, some: list[Step], others: list[Step]) -> Step | None:
        """The first of some risks that no other of its kind stands in for on every path."""
        paths: dict[int | None, list[tuple]] = {}
        for risk in others:
            paths.setdefault(risk.node, []).append(risk.path)
        return next((risk for risk in dict.fromkeys(some) if not self.covers(paths, risk)), None)

    def covers(self, paths: dict[int | None, list[tuple]], risk: Step) -> bool:
        """Whether, wherever a risk is met, one of some others is: of the same operation, or of one that is the same there."""
        case = dict(risk.path)
        if self.prover.choices.covers(paths.get(risk.node, []), case):
            return True
        if risk.node is None:
            return False
        wide = self.prover.choices.implied(case)
        kind = self.graph.payload(risk.node)
        same = [
            n
            for n in paths
            if n is not None and self.graph.payload(n) == kind and self.prover.identical(risk.node, n, wide)
        ]
        return self.prover.choices.covers([path for n in same for path in paths[n]], case)

    def same_value(self, theirs: Value, value: Value) -> bool:
        """Whether the source's results are handed back, each once: in order, or parted into outputs and aux."""
        mine, other = self.flat(value), self.flat(theirs)
        if len(mine) != len(other):
            return False
        for one in mine:
            same = next(
                (o for o in (other if self.claim.has_aux else other[:1]) if self.prover.identical(one, o)), None
            )
            if same is None:
                return False
            other.remove(same)
        return True

    def flat(self, value: Value) -> list[int]:
        if isinstance(value, Group):
            return [n for v in value.items for n in self.flat(v)]
        if not isinstance(value, (int, Box)):
            raise Unreadable(0, "what is returned cannot be told")
        return [self.graph.make("leaf", payload=value.label()) if isinstance(value, Box) else value]

    # T2 to T6 ---------------------------------------------------------------------------------------------------------

    def staged(self) -> Staged:
        return Staged(self.graph, self.tree, self.prover, self.known, self.pairs, self.copied)

    def unused_pair(self, forward: str) -> None:
        """A helper's forward whose backward nobody calls."""
        reader = self.staged()
        outputs, _ = self.run_forward(reader, forward)
        self.pairs[forward] = Pair("", (), len(outputs))
        reader.seed(outputs, [self.graph.make("leaf", payload=f"upstream {i}") for i in range(len(outputs))])
        self.graph.still[forward] = self.still(reader, reader.parameters(forward))

    def pair(self, forward: str, backward: str) -> Proof | None:
        """Check a helper's pair on its own; its backward's results are then entries of its Jacobian."""
        params = self.staged().parameters(forward)
        self.glance(
            lambda reader: self.run_pair(reader, forward, backward),
            lambda grad, reader: any(reader.is_likely(grad, Box(p)) for p in params),
        )
        reader = self.staged()
        grads = self.run_pair(reader, forward, backward)
        found: list[int] = []
        twins = self.graph.twins.setdefault(forward, {})
        for grad in grads:
            options = [
                j
                for j in range(found[-1] + 1 if found else 0, len(params))
                if self.number_of(reader, grad, params[j]) == EQUAL
            ]
            if not options:
                return self.failed(reader, forward, backward, f"{backward} gives something else than a gradient")
            found.append(options[0])
            for j in options[1:]:
                twins.setdefault(j, options[0])
        self.note(reader, [])
        self.pairs[forward] = Pair(backward, tuple(found), len(reader.outputs))
        self.graph.still[forward] = self.still(reader, params)
        return None

    def glance(self, run: Callable[[Staged], tuple[Value, ...]], is_likely: Callable[[Value, Staged], bool]) -> None:
        """Spend little on a function whose gradients numbers speak against: then nothing can be proved."""
        reader = self.staged()
        reader.plain = True
        try:
            likely = all([is_likely(grad, reader) for grad in run(reader)])
        except Unreadable:
            likely = False
        if not likely:
            self.prover.give_up()

    def run_pair(self, reader: Staged, forward: str, backward: str) -> tuple[Value, ...]:
        outputs, cache = self.run_forward(reader, forward)
        return self.run_backward(reader, backward, outputs, cache)

    def still(self, reader: Staged, params: list[str]) -> frozenset[int]:
        """The parameters that a helper's value does not change with smoothly: shown, not taken from its backward."""
        zero = self.graph.zero
        return frozenset(
            j for j, p in enumerate(params) if all(reader.holds(zero, n, ()) == EQUAL for n in reader.leaves_of(p))
        )

    def number_of(self, reader: Staged, grad: Value, param: str) -> str:
        leaf = reader.leaf(Box(param))
        return (
            EQUAL
            if grad == reader.gradient_key(leaf)
            else self.component(reader, grad, Box(param)) if isinstance(grad, int) else UNKNOWN
        )

    def run_forward(self, reader: Staged, name: str) -> tuple[list[int], Value]:
        state = State(dict(zip(reader.parameters(name), reader.inputs(name), strict=True)))
        _, value = reader.block(self.functions[name].body, state)
        if not isinstance(value, Group) or len(value.items) != 2:
            raise Unreadable(self.functions[name].lineno, "the forward does not return a value and a cache")
        return self.outputs(reader, value.items[0]), value.items[1]

    def outputs(self, reader: Staged, value: Value) -> list[int]:
        return [
            reader.leaf(v) if isinstance(v, Box) else v for v in (value.items if isinstance(value, Group) else (value,))
        ]

    def run_backward(self, reader: Staged, name: str, outputs: list[int], cache: Value) -> tuple[Value, ...]:
        params = reader.parameters(name)
        if len(params) != 2:
            raise Unreadable(self.functions[name].lineno, "the backward takes something else than (dout, cache)")
        upstream = [self.graph.make("leaf", payload=f"upstream {i}") for i in range(len(outputs))]
        reader.seed(outputs, upstream)
        dout: Value = upstream[0] if len(upstream) == 1 else Group("tuple", tuple(upstream))
        _, grads = reader.block(self.functions[name].body, State({params[0]: dout, params[1]: cache}))
        if grads is None:
            raise Unreadable(self.functions[name].lineno, "the backward returns nothing")
        return grads.items if isinstance(grads, Group) and grads.kind == "tuple" else (grads,)

    def run_joint(self, reader: Staged, entry: str) -> tuple[Value, ...]:
        """Run a joint function: the forward part up to the value, then, with gradient 1 on it, the rest."""
        node = self.functions[entry]
        *body, last = node.body
        if not (isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple) and len(last.value.elts) == 2):
            raise Unreadable(node.lineno, "the function does not end in `return value, gradients`")
        value, grads = last.value.elts
        out = value.elts[0] if self.claim.has_aux and isinstance(value, ast.Tuple) else value
        cut = boundary(body, out)
        state: State | None = State(dict(zip(reader.parameters(entry), reader.inputs(entry), strict=True)))
        state, returned = reader.block(body[:cut], state)
        if (
            state is None
            or returned is not None
            and returned != self.graph.bottom
            and reader.has_hole(returned) is False
        ):
            raise Unreadable(node.lineno, "the forward pass returns early")
        outputs = self.outputs(reader, reader.value(out, state))
        reader.seed(outputs, [self.graph.one])
        state, _ = reader.block(body[cut:], state)
        if state is None:
            raise Unreadable(node.lineno, "the backward pass does not reach its end")
        result = reader.value(grads, state)
        return result.items if isinstance(result, Group) and isinstance(grads, ast.Tuple) else (result,)

    def run_any(self, reader: Staged, entries: Sequence[str]) -> tuple[Value, ...]:
        """Run the entries, or a helper's pair."""
        return (
            self.run_entry(reader) if tuple(entries) == tuple(self.claim.entries) else self.run_pair(reader, *entries)
        )

    def run_entry(self, reader: Staged) -> tuple[Value, ...]:
        entries = self.claim.entries
        if len(entries) == 1:
            return self.run_joint(reader, entries[0])
        outputs, cache = self.run_forward_claimed(reader, entries[0])
        return self.run_backward(reader, entries[1], outputs, cache)

    def run_forward_claimed(self, reader: Staged, name: str) -> tuple[list[int], Value]:
        if not self.claim.has_aux:
            return self.run_forward(reader, name)
        state = State(dict(zip(reader.parameters(name), reader.inputs(name), strict=True)))
        _, value = reader.block(self.functions[name].body, state)
        return self.outputs(reader, value.items[0].items[0]), value.items[1]

    def gradients(self, entry: str) -> Proof:
        wanted = iter(self.claim.wrt)
        self.glance(self.run_entry, lambda grad, reader: reader.is_likely(grad, Box(next(wanted, ""))))
        reader = self.staged()
        try:
            grads = self.run_entry(reader)
        except Unreadable as error:
            proof = self.failed(reader, *self.claim.entries, error.why)
            proof.line = proof.line or error.line or None
            return proof
        if len(grads) != len(self.claim.wrt):
            return Proof("different", "another number of gradients", self.functions[self.claim.entries[-1]].end_lineno)
        statuses = [self.component(reader, g, Box(p)) for g, p in zip(grads, self.claim.wrt, strict=True)]
        self.note(reader, statuses)
        bad = [(p, s) for p, s in zip(self.claim.wrt, statuses, strict=True) if s != EQUAL]
        if not bad:
            return Proof("proved", stages=self.stages, has_loops=self.has_loops)
        proof = self.failed(
            reader,
            *self.claim.entries,
            f"d{bad[0][0]} is not shown to be the gradient",
            DIFFERENT if any(s == DIFFERENT for _, s in bad) else UNKNOWN,
        )
        return replace(proof, witnesses=tuple(reader.witnesses))

    def component(self, reader: Staged, grad: Value, box: Box) -> str:
        """The status of one gradient: of a number, or of every entry of a list or dict."""
        if isinstance(grad, Group):
            keys = list(range(len(grad.items)) if grad.keys is None else grad.keys)
            boxes = [Box(box.name, (*box.path, k)) for k in keys]
            entries = [self.component(reader, g, b) for b, g in zip(boxes, grad.items, strict=True)]
            covered = tuple(b.label() for b in boxes)
            left = [
                n
                for label, ns in reader.by_name.items()
                if label.startswith(box.label() + "[") and not label.startswith(covered)
                for n in ns
            ]
            entries += [reader.holds(self.graph.zero, n, ()) for n in left]  # an entry without a gradient: it must be 0
            return DIFFERENT if DIFFERENT in entries else UNKNOWN if UNKNOWN in entries else EQUAL
        leaf = reader.leaf(box)
        value = reader.leaf(grad) if isinstance(grad, Box) else grad
        if value == reader.gradient_key(leaf):
            return EQUAL
        status = reader.holds(value, leaf, ())
        return DIFFERENT if status != EQUAL and reader.is_different(value, leaf) else status

    def note(self, reader: Staged, statuses: Sequence[str]) -> None:
        lines = {s.line: s for s in reader.every_stage() if s.line}
        self.has_loops |= bool(reader.loops)
        self.stages += [
            ("ok" if all(s == EQUAL for s in statuses) else "", f"{s.name} (line {line})")
            for line, s in sorted(lines.items())
        ]

    def failed(self, reader: Staged, *names_and_why: str) -> Proof:
        *entries, why = names_and_why[
            : 2 if len(self.claim.entries) == 1 and names_and_why[0] in self.claim.entries else 3
        ]
        status = names_and_why[-1] if names_and_why[-1] in (DIFFERENT, UNKNOWN) else UNKNOWN
        line, is_sure = line_to_blame(self, tuple(entries))
        turned = turned_test(self, tuple(entries))
        if turned and (not line or is_sure is None or self.is_in_arms(line, turned, tuple(entries))):
            line, is_sure = turned.lineno, True
        return Proof("different" if status == DIFFERENT else "open", why, line, is_sure=bool(is_sure))

    def is_in_arms(self, line: int, test: ast.If | ast.IfExp, entries: tuple[str, ...]) -> bool:
        """Whether a line stands in the arms of a test, and is not the only wrong one there: with a test turned round, each is."""
        arms = range(test.lineno + 1, test.end_lineno + 1)
        if line not in arms:
            return line == test.lineno
        return len(arms) <= 2 or line_to_blame(self, entries, frozenset({line}))[0] in arms

    def backward_part(self, entries: tuple[str, ...]) -> list[ast.stmt]:
        """The statements of the backward pass."""
        body = self.functions[entries[-1]].body
        return body if len(entries) == 2 else body[boundary(body[:-1], value_returned(body[-1])) :]


def linked_pairs(tree: ast.Module) -> dict[str, str]:
    """forward -> backward for the helper pairs of a module: the backward is called with the cache that the forward gave."""
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    caches: dict[str, str] = {}
    links: dict[str, str] = {}
    calls = [
        n
        for n in ast.walk(tree)
        if isinstance(n, (ast.Assign, ast.AugAssign))
        and isinstance(n.value, ast.Call)
        and isinstance(n.value.func, ast.Name)
    ]
    for node in calls:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if node.value.func.id in functions and isinstance(target, ast.Tuple) and isinstance(target.elts[-1], ast.Name):
            caches.setdefault(target.elts[-1].id, node.value.func.id)
    for node in ast.walk(tree):  # a list of caches
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=whole), attr="append"), args=[ast.Name(id=cache)]):
                if cache in caches:
                    caches.setdefault(whole, caches[cache])
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=whole))], value=ast.Name(id=cache)):
                if cache in caches:
                    caches.setdefault(whole, caches[cache])
    for node in calls:
        args = node.value.args
        if node.value.func.id in functions and len(args) == 2:
            cache = args[1].value if isinstance(args[1], ast.Subscript) else args[1]
            if isinstance(cache, ast.Name) and cache.id in caches:
                links.setdefault(caches[cache.id], node.value.func.id)
    return links


def helpers_of(functions: dict[str, ast.FunctionDef], entries: Sequence[str]) -> list[str]:
    """The functions that the entries call, callees first."""
    order: dict[str, None] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise Unreadable(functions[name].lineno, "recursion")
        for n in ast.walk(functions[name]):
            if (
                isinstance(n, ast.Call)
                and isinstance(n.func, ast.Name)
                and n.func.id in functions
                and n.func.id not in order
            ):
                if n.func.id != name:
                    visit(n.func.id, (*above, name))
        if name not in entries:
            order[name] = None

    for entry in entries:
        if entry in functions:
            visit(entry, ())
    return list(order)


def signature(node: ast.FunctionDef) -> str:
    """The parameters and defaults of a function, annotations aside."""
    args = node.args
    names = [[a.arg for a in group] for group in (args.posonlyargs, args.args, args.kwonlyargs)]
    return repr((names, [ast.dump(d) for d in args.defaults], [d and ast.dump(d) for d in args.kw_defaults]))


def value_returned(node: ast.stmt) -> ast.expr:
    """The value in `return value, gradients`."""
    value = node.value if isinstance(node, ast.Return) and node.value else ast.Constant(None)
    return value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value


def boundary(body: Sequence[ast.stmt], value: ast.expr) -> int:
    """Where the forward pass ends: behind the last statement that gives the returned value."""
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    last = 0
    for position, statement in enumerate(body):
        stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        if stored & names or any(isinstance(n, (ast.Assert, ast.Raise)) for n in ast.walk(statement)):
            last = position + 1
    return last
