"""Which line of an emitted backward pass is to blame: every line judged on its own, all others taken as right.

Each gradient name stands for the true gradient, and a line is right if what it brings is a sum of contributions that are due;
numbers of many digits decide that, at ordinary points and where ties are.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from itertools import combinations, islice

from gradgen.checks.arithmetic import complete
from gradgen.checks.loops import called_on
from gradgen.checks.numeric import Points, alike
from gradgen.checks.staged import Staged
from gradgen.checks.symbolic import Prover
from gradgen.checks.values import Box, Group, State, Unreadable, Value

MANY = 16  # points at which a line is judged
MOST_DUES = 8  # contributions that one line may bring together
MOST_WAYS = 8  # in which a line may bring what is due
REREADING = 1_500  # lines that are read again with a test turned round, each time the whole text
Due = tuple  # the gradient, then the stage that brings it and which term of the stage's sum


class Blamed(Exception):
    """The line to blame is found; ``is_sure`` where it shows by itself what is wrong with it."""

    def __init__(self, line: int, is_sure: bool = False):
        super().__init__(line)
        self.line, self.is_sure = line, is_sure


class Blaming(Staged):
    """Reads the backward pass with every gradient name standing for the true gradient, and judges each line."""

    def start(self) -> None:
        self.blaming = True
        self.plain_text: Staged | None = None
        self.forgiven: frozenset[int] = frozenset()  # lines that are taken for right
        self.delivered: dict[Due, list[tuple]] = {}  # contributions made, with the paths on which they were
        self.begun: dict[tuple[str, int], list[tuple]] = (
            {}
        )  # a name and a gradient: the paths on which it was given something
        self.last_line: dict[int, int] = {}
        self.meant: dict[str, int] = {}  # which stage's gradient a name holds
        self.live: dict[int, int] = {}
        self.reads: dict[str, list[tuple[int, tuple, bool]]] = (
            {}
        )  # by name: the line, the path, whether it is right there
        self.unread: dict[str, list[tuple]] = (
            {}
        )  # by name: the paths on which it was given something that was not read yet
        self.used: dict[str, list[tuple]] = {}  # by name: the paths on which its gradient was read
        self.spent: dict[tuple[str, int], list[tuple]] = (
            {}
        )  # a name and a gradient that it held and was read: the paths
        self.tests: set[int] = set()  # what the forward pass branches on
        self.right: dict[int, list[tuple]] = {}  # gradients that come out right, with paths on which they do
        self.free = Points(self.prover.choices, self.definition, self.plain_gradient, given=self.prover.given)

    def inner(self, heads: dict[str, int], entry: dict[str, Value], distinct: set[int]) -> Blaming:
        """A reader that judges the lines of a loop's body."""
        body = super().inner(heads, entry, distinct)
        body.start()
        if self.plain_text is not None and len(self.plain_text.loops) > len(self.loops):
            body.learn(self.plain_text.loops[len(self.loops)].body)
        return body

    def learn(self, plain: Staged) -> None:
        """Which gradients come out right in the text as it is, every error in it included: their lines are not to blame."""
        self.plain_text = plain
        for read in dict.fromkeys(plain.reads):
            known = [c for c in plain.candidates(read.name) if self.comes_out(plain, read.value, c, read.path)]
            self.reads.setdefault(read.name, []).append((read.line, read.path, bool(known)))
            for candidate in known:
                self.right.setdefault(candidate, []).append(read.path)

    @staticmethod
    def comes_out(plain: Staged, value: int, candidate: int, path: tuple) -> bool:
        pairs = [(p.value(value), p.value(plain.gradient_key(candidate))) for p in plain.points().meeting(path, 60, 60)]
        return any(y is not None for _, y in pairs) and all(
            y is None or x is not None and alike(x, y) for x, y in pairs
        )

    def is_right(self, name: str, candidates: list[int], path: tuple, line: int) -> bool:
        """Whether a gradient that a line brings something to is right where it is read next."""
        later = [right for at, other, right in self.reads.get(name, []) if at > line and self.meets_path([other], path)]
        return later[0] if later else any(self.meets_path(self.right.get(c, []), path) for c in candidates)

    def blame(self, line: int) -> None:
        """Stop at a line that is wrong, unless it is forgiven."""
        if line not in self.forgiven:
            raise Blamed(line)

    # -- following the text -------------------------------------------------------------------------------------------

    def statement(self, node: ast.stmt, state: State):
        if isinstance(node, ast.If) and not self.prover.is_dead(state.path, self.definition):
            test = self.test(node.test, state)
            tests = {
                self.asked(self.some_number(t)) for t in (test, self.prover.test_on(test, state.path, self.definition))
            }
            if self.forward:
                self.tests |= tests
            elif self.stages and self.tests.isdisjoint(tests) and all(self.graph.op(t) != "const" for t in tests):
                raise Blamed(node.lineno, is_sure=True)  # nothing in the forward pass branches on this
        return super().statement(node, state)

    def asked(self, test: int) -> int:
        """A test without its negations: ``x != y`` asks what ``x == y`` does."""
        test = self.graph.without_not(test)
        return self.graph.call("==", *self.graph.args(test)) if self.graph.payload(test) == "!=" else test

    def candidates(self, name: str) -> list[int]:
        """The stages of that very name, if the forward pass has it (none, where what it names is a constant)."""
        return self.by_name[name[1:]] if name.startswith("d") and name[1:] in self.by_name else super().candidates(name)

    def bind(self, target, value: Value, state, node) -> None:
        unpacks = self.is_unpacking(node) and isinstance(node.value, ast.Name)  # a cache
        if not self.forward and not unpacks and hasattr(target, "id") and not isinstance(node, ast.AugAssign):
            if (so_far := self.sums.get(target.id)) is None:
                self.judge(target.id, value, state, node, fresh=True)
            elif not isinstance(value, int) or so_far not in self.graph.walk(value):
                self.blame(node.lineno)  # what the trips before have brought is lost
            if isinstance(value, int) and not self.candidates(target.id):
                self.judge_again(target.id, value, state.path, node.lineno)
        super().bind(target, value, state, node)

    def augment(self, node, target, op: str, value: int, state) -> None:
        if not self.forward and op in ("+", "-") and hasattr(target, "id"):
            if target.id not in state.env:
                raise Blamed(node.lineno)
            self.judge(target.id, value if op == "+" else self.graph.call("neg", value), state, node, fresh=False)
        super().augment(node, target, op, value, state)

    def store(self, target: ast.Subscript, value: int, state, node) -> None:
        if not self.forward:
            self.judge(f"{target.value.id}[{self.key(target.slice, state)!r}]", value, state, node, fresh=False)
        super().store(target, value, state, node)

    def unbound(self, name: str, state: State, node: ast.Name) -> Value:
        if not self.forward and self.candidates(name):
            raise Blamed(node.lineno)
        return super().unbound(name, state, node)

    def loaded(self, name: str, value: Value, state: State, node: ast.Name) -> Value:
        """A gradient name that is read: the gradient that its value is, else the one that its lines are taken to make."""
        self.unread.pop(name, None)
        if not self.forward:
            self.used.setdefault(name, []).append(state.path)
        found = [] if self.forward else [c for c in self.candidates(name) if self.fits(c, state)]
        if not found or not isinstance(value, int) or value in self.by_name.get(name, ()) or self.arrives(value):
            return value  # `dx` may be a name of the forward pass, `dout` what arrives, though the source has an `out`
        pairs = {
            c: list(self.values(value, self.gradient_key(c), state.path))
            for c in self.in_order(name, value)
            if c in found
        }
        same = [c for c, some in pairs.items() if some and all(alike(x, y) for x, y in some)]
        telling = [c for c in same if any(y for _, y in pairs[c])] or same
        guess = self.meant.get(name, found[-1])
        return self.gradient(guess if guess in telling or not telling else telling[0])

    def arrives(self, value: int) -> bool:
        """Whether a value is the gradient on the result that backward is given."""
        return value in self.upstream and self.graph.op(value) in ("sym", "leaf")

    def plain_gradient(self, node: int) -> int | None:
        """The gradient on a copy, and on what one stage alone uses; any other counts as a number of its own, so that no
        contribution is taken for another's."""
        stage = self.stages.get(node)
        if stage is not None and self.graph.op(stage.definition) in ("sym", "leaf"):
            return self.true_gradient(node)
        return None if self.live_uses(node) > 1 else self.true_gradient(node)

    def live_uses(self, node: int) -> int:
        """How many uses of a value bring anything to its gradient at the points that are tried."""
        if node not in self.live:
            brings = [value for _, value in self.dues(node, ())]
            self.live[node] = sum(any(p.value(value) for p in self.points().meeting((), MANY)) for value in brings)
        return self.live[node]

    # -- judging a line -----------------------------------------------------------------------------------------------

    def judge(self, name: str, value: Value, state, node, fresh: bool) -> None:
        if self.prover.is_dead(state.path, self.definition):
            return  # nobody comes here
        if isinstance(value, Group):
            for key, part in zip(value.keys or range(len(value.items)), value.items, strict=True):
                self.judge(f"{name}[{key!r}]", part, state, node, fresh)
            return
        found = [c for c in reversed(self.candidates(name)) if self.fits(c, state)]
        if not found:
            return
        if fresh and name in self.meant:
            self.spent.setdefault((name, self.meant[name]), []).extend(self.used.get(name, []))
        found.sort(
            key=lambda c: self.meets_path(self.spent.get((name, c), []), state.path)
        )  # a name that is used again
        if (
            fresh
            and self.meets_path(self.unread.pop(name, []), state.path)
            and not self.is_right(name, found, state.path, node.lineno)
        ):
            self.blame(node.lineno)  # what was brought before is lost
        value = self.leaf(value) if isinstance(value, Box) else value
        if fresh:
            self.used.pop(name, None)
        elif self.meets_path(self.used.get(name, []), state.path) and any(
            line < node.lineno and not right for line, _, right in self.reads.get(name, [])
        ):
            self.blame(node.lineno)  # what was read before was not complete
        own = next((c for c in found if value == self.gradient_key(c)), None)
        if own is not None:  # the same gradient under another name
            whole = self.begun.setdefault((f"{name} {ast.unparse(node.value)}", own), [])
            if (
                not fresh
                and self.meets_path(whole, state.path)
                and not self.is_right(name, found, state.path, node.lineno)
            ):
                self.blame(node.lineno)  # the same once more
            whole.append(state.path)
            self.meant[name] = own
            return
        if self.is_dead(value):
            return  # it brings a share of a gradient that is 0
        if fresh and self.graph.is_zero(value):
            for candidate in found:
                self.last_line.setdefault(candidate, node.lineno)
            return
        fitting = ((c, dues) for c in found for dues in self.brought(c, value, state.path))
        new = next((one for one in fitting if self.is_new(name, *one, state.path, fresh)), None)
        if new is None and (self.is_idle(name) or self.is_right(name, found, state.path, node.lineno)):
            return
        if new is None:
            return self.blame(node.lineno)
        candidate, dues = new
        if not dues and self.is_lost(value, state.path) and not self.is_right(name, found, state.path, node.lineno):
            return self.blame(node.lineno)
        self.meant[name], self.last_line[candidate] = candidate, node.lineno
        if dues:
            self.unread.setdefault(name, []).append(state.path)
            self.begun.setdefault((name, candidate), []).append(state.path)
        for due in dues:
            self.delivered.setdefault(due, []).append(state.path)

    def is_dead(self, value: int) -> bool:
        """Whether a value hangs on the gradient of what leads to no output."""
        keys = [self.graph.payload(n) for n in self.graph.walk(value) if self.graph.op(n) == "D"]
        return any(n in self.stages and self.graph.is_zero(self.true_gradient(n)) for n in keys)

    def is_lost(self, value: int, path: tuple) -> bool:
        """Whether a value is 0 at every point, though it hangs on gradients that are not, and on no test."""
        keys = [n for n in self.graph.walk(value) if self.graph.op(n) == "D"]
        points = self.points().meeting(path, MANY)
        if not keys or any(self.graph.op(n) == "ite" for n in self.graph.walk(value)):
            return False
        return all(any(p.value(k) for p in points) for k in keys) and all(p.value(value) == 0 for p in points)

    def is_idle(self, name: str) -> bool:
        """Whether a gradient may be that of what a helper gives, where no derivative goes through it."""
        held = self.held.get(name[1:], ())
        return any(n not in self.stages and any(self.graph.op(k) == "pair" for k in self.graph.walk(n)) for n in held)

    def judge_again(self, name: str, value: int, path: tuple, line: int) -> None:
        """A value of the forward pass that is worked out again is one that its name has there."""
        known = [*self.by_name.get(name, ()), *self.held.get(name, ())]
        paths = [self.stages[n].path if n in self.stages else () for n in known]
        wholes = [tuple(dict([*path, *own]).items()) for own in paths]
        if known and all(self.differs(value, n, whole) for n, whole in zip(known, wholes, strict=True)):
            self.blame(line)

    def is_new(self, name: str, candidate: int, dues: tuple[Due, ...], path: tuple, fresh: bool) -> bool:
        """Whether contributions are not made a second time, and no others under that name are thrown away by them."""
        again = any(self.meets_path(self.delivered.get(due, []), path) for due in dues)
        return not again and not (fresh and self.meets_path(self.begun.get((name, candidate), []), path))

    @staticmethod
    def meets_path(paths: list[tuple], path: tuple) -> bool:
        """Whether one of some paths can be taken together with another."""
        return any(not any((test, not outcome) in path for test, outcome in other) for other in paths)

    def brought(self, candidate: int, value: int, path: tuple) -> Iterator[tuple[Due, ...]]:
        """The contributions to a gradient that a value is the sum of, in every way in which it is such a sum: two that are
        due may be the same number."""
        dues = dict(self.dues(candidate, path))
        found = list(islice(self.parted(value, dues, self.free, path), MOST_WAYS))
        yield from found or self.parted(value, dues, self.points(), path)

    def parted(self, value: int, dues: dict[Due, int], points: Points, path: tuple) -> Iterator[tuple[Due, ...]]:
        ordinary, even = (
            [
                (p.value(value), parts)
                for p in points.meeting(path, MANY, ties=ties)
                if complete(parts := [p.value(due) for due in dues.values()])
            ]
            for ties in (False, True)
        )
        if any(claimed is None for claimed, _ in ordinary):
            return  # no number where there should be one
        rows = [(claimed, parts) for claimed, parts in ordinary + even if claimed is not None]
        if not rows:
            yield ()  # nothing can be said
            return
        keys = [k for k, key in enumerate(dues) if any(parts[k] != 0 for _, parts in rows)]
        for some in self.subsets(keys):
            if not some and len(keys) == len(dues) > 0:
                return  # nothing, and none of what is due is nothing
            if all(alike(claimed, sum(parts[k] for k in some)) for claimed, parts in rows):
                yield tuple(key for k, key in enumerate(dues) if k in some)

    @staticmethod
    def subsets(keys: list[int]) -> Iterator[tuple[int, ...]]:
        """One contribution, all, or some of them."""
        sizes = range(1, len(keys) + 1) if len(keys) <= MOST_DUES else (1, 2, len(keys))
        for size in sizes:
            yield from combinations(keys, size)
        yield ()

    def dues(self, candidate: int, path: tuple) -> Iterator[tuple[Due, int]]:
        """What each stage's use of a value brings to its gradient, term by term of the stage's sum; of a copy, what its own uses bring."""
        for k, (up, factor) in enumerate(self.seeds.get(candidate, {}).items()):
            yield (candidate, k), self.graph.call("*", factor, up)
        for user in dict.fromkeys(self.uses.get(candidate, [])):
            definition = self.stages[user].definition
            if definition == candidate and self.through_user(candidate, user, path):
                yield from (((candidate, due), value) for due, value in self.dues(user, path))
                continue
            if self.graph.op(definition) == "pair":  # a helper's backward gives a gradient for each place
                for k, entry in enumerate(self.graph.jacobian(definition, candidate)):
                    for key, slope in self.through_user(candidate, user, path, entry).items():
                        yield (candidate, user, k), self.graph.call("*", slope, key)
                continue
            for k, term in enumerate(self.prover.terms(definition)):
                if candidate in self.graph.smooth_leaves(term):
                    self.stages[user].definition = term
                    form = self.through_user(candidate, user, path)
                    self.stages[user].definition = definition
                    for key, slope in form.items():
                        yield (candidate, user, k), self.graph.call("*", slope, key)

    # -- what no line brings ------------------------------------------------------------------------------------------

    def line_to_blame(self) -> int | None:
        """The line of a trip that brings too little."""
        return next(iter(self.missing()), None)

    def missing(self) -> list[int]:
        """For each contribution that was not made where it is due, the last line that gives that gradient a value."""
        lines = []
        for node in self.uses:
            for due, value in self.dues(node, ()):
                made = self.delivered.get(due, [])
                if (
                    node in self.last_line
                    and not self.meets_path(self.right.get(node, []), ())
                    and any(
                        p.value(value) and not any(p.meets(path) for path in made) for p in self.points().meeting(())
                    )
                ):
                    lines.append(self.last_line[node])
        return lines


def line_to_blame(
    case, entries: tuple[str, ...], forgiven: frozenset[int] = frozenset()
) -> tuple[int | None, bool | None]:
    """The emitted line to blame in a function whose gradients did not prove: the first that brings what is not due; and
    whether that is sure (None for a guess: no line brings anything wrong)."""
    reader = Blaming(case.graph, case.tree, Prover(case.graph, case.prover.given), case.known, case.pairs, case.copied)
    reader.start()
    reader.forgiven = forgiven
    oddities = (odd(case.functions[e]) for e in entries for odd in (cut_short, kept_twice))
    if line := next(filter(None, oddities), None):
        return line, False
    if len(entries) == 2 and (line := mixed_up_cache(*(case.functions[e] for e in entries))):
        return line, False
    last = case.functions[entries[-1]].body[-1].lineno
    plain = case.staged()
    plain.plain = True
    try:
        case.run_any(plain, entries)
    except Unreadable:
        pass
    reader.learn(plain)
    try:
        case.run_any(reader, entries)
    except Blamed as found:
        return found.line, found.is_sure
    except Unreadable as error:
        return error.line or None, False
    return (reader.missing() or [last])[0], None


def turned_test(case, entries: tuple[str, ...]) -> ast.If | ast.IfExp | None:
    """A test in the backward pass with whose other outcome every gradient comes out right, if one has such.

    Not where only gradients that should be 0 come out wrong: whatever skips the wrong line makes them right.
    """
    if not any(missed(case, entries)):
        return None
    nodes = [n for s in case.backward_part(entries) for n in ast.walk(s)]
    tests = [n for kind in (ast.If, ast.IfExp) for n in nodes if isinstance(n, kind)]
    lines = max(n.end_lineno or 0 for n in case.functions.values())
    for node in tests[: REREADING // lines]:
        written = node.test
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), written), written)
        try:
            if next(missed(case, entries), None) is None:
                return node
        finally:
            node.test = written
    return None


def missed(case, entries: tuple[str, ...]) -> Iterator:
    """What the gradients of a function should have been where they come out otherwise, as its text stands."""
    reader = case.staged()
    reader.plain = True
    try:
        grads = case.run_any(reader, entries)
    except Unreadable:
        yield math.nan
        return
    if entries == tuple(case.claim.entries):
        for grad, param in zip(grads, case.claim.wrt, strict=False):
            yield from missed_by(reader, grad, Box(param))
        return
    for grad in grads:
        of_each = [list(missed_by(reader, grad, Box(p))) for p in reader.parameters(entries[0])]
        yield from [truth for some in of_each for truth in some] if all(of_each) else ()


def missed_by(reader: Staged, value: Value, box: Box) -> Iterator:
    """The true gradients of a parameter at the points at which what is handed back for it is another number, or none."""
    if isinstance(value, Group):
        keys = range(len(value.items)) if value.keys is None else value.keys
        for key, item in zip(keys, value.items, strict=True):
            yield from missed_by(reader, item, Box(box.name, (*box.path, key)))
        return
    node, true = reader.leaf(value) if isinstance(value, Box) else value, reader.gradient_key(reader.leaf(box))
    for p in reader.points().meeting((), MANY):  # the first that differs will do
        x, y = p.value(node), p.value(true)
        if y is not None and (x is None or not alike(x, y)):
            yield y


def cut_short(function: ast.FunctionDef) -> int | None:
    """The line of a return that has statements behind it, which never run."""
    blocks = [getattr(n, name, None) for n in ast.walk(function) for name in ("body", "orelse")]
    pairs = [pair for block in blocks if isinstance(block, list) for pair in zip(block, block[1:], strict=False)]
    return next((first.lineno for first, _ in pairs if isinstance(first, ast.Return)), None)


def kept_twice(function: ast.FunctionDef) -> int | None:
    """The line that puts one value into a list a second time, right behind the first."""
    blocks = [n.body for n in ast.walk(function) if isinstance(n, (ast.For, ast.While))]
    pairs = [pair for block in blocks for pair in zip(block, block[1:], strict=False)]
    return next((b.lineno for a, b in pairs if called_on(b) and ast.dump(a) == ast.dump(b)), None)


def mixed_up_cache(forward: ast.FunctionDef, backward: ast.FunctionDef) -> int | None:
    """The line that packs the cache, if the backward unpacks it under other names than were packed."""
    packing, packed = packed_values(forward)
    for node in backward.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name):
            unpacked = [t.id for t in node.targets[0].elts if isinstance(t, ast.Name)]
            return packing if packed and packed != unpacked else None
    return None


def packed_values(forward: ast.FunctionDef) -> tuple[int, list[str]]:
    """The line where a forward packs its cache, and the values in it as they are written."""
    value = getattr(forward.body[-1], "value", None)
    cache, line = value.elts[1] if isinstance(value, ast.Tuple) and len(value.elts) == 2 else None, forward.body[
        -1
    ].lineno
    if isinstance(cache, ast.Name):
        made = [
            n
            for n in forward.body
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and n.targets[0].id == cache.id
        ]
        cache, line = (made[-1].value, made[-1].lineno) if made else (None, line)
    return line, [ast.unparse(e) for e in cache.elts] if isinstance(cache, ast.Tuple) else []
