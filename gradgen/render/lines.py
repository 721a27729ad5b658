"""IR statements as plain lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gradgen.backward.reverse import negated
from gradgen.ir.nodes import (
    Add,
    Call,
    CallBack,
    CallPair,
    Expr,
    For,
    If,
    Join,
    Keep,
    Let,
    Origin,
    Record,
    Stmt,
    Store,
    Var,
    variables,
)
from gradgen.ir.walk import blocks
from gradgen.ir.write import Spell, write, write_contribution, write_index
from gradgen.ir.walk import all_reads, statements
from gradgen.simplify.alias import copied_by
from gradgen.simplify.fold import unsigned

INDENT = "    "
TAG_COLUMN = 80  # a tag behind a longer line would make black break the line
ASSIGNING = {"+": "+=", "*": "*=", "/": "/=", "//": "//=", "%": "%=", "**": "**=", "@": "@="}


class Lines:
    """Prints the statements of one function; ``pairs`` names the generated functions of its helpers."""

    def __init__(
        self,
        spell: Spell,
        pairs: dict[str, tuple[str, str]],
        ignored: str = "_",
        shape_of: Callable[[str, Expr], str | None] = lambda name, value: None,
        has_rows: Callable[[str], bool] = lambda name: False,
    ):
        self.has_rows = has_rows  # whether a value is an array that may lie in memory by columns
        self.shape_of = shape_of  # of a gradient, where it is an array: the tag behind its line
        self.spell, self.pairs, self.ignored = spell, pairs, ignored
        self.copy = ""
        self.leaving: list[str] = []  # what is to be done at the end of a trip, wherever that is
        self.stages: dict[int, str] = {}  # stage -> its forward line, for the comments of the backward pass

    def forward(self, body: Sequence[Stmt]) -> list[str]:
        self.copy = self.copy or copied_by(list(statements(body)))  # of the whole body, not of an arm
        return [line for s in body for text in self._forward(s) for line in text.split("\n")]

    def _forward(self, s: Stmt) -> list[str]:
        comments = [f"# {c}" for c in s.at.comments]
        match s:
            case Let(at=Origin(line=-1)):
                return []  # printed by the unpacking above it
            case Let():
                copy = self._copied(s)
                return [*comments, *copy, self._tagged(self._assignment(s, bool(copy)), s.at)]
            case Store():
                copy = (
                    []
                    if self.spell(s.target) == self.spell(s.base)
                    else [f"{self.spell(s.target)} = {write(Call(self.copy, (Var(s.base),)), self.spell)}"]
                )
                return [*comments, *copy, self._tagged(self._remember(s.at, self._stored(s, write)), s.at)]
            case CallPair(targets=targets, args=args, cache=cache):
                results = [self.spell(t) for t in targets]
                out = ", ".join(results) if s.flat else self._together(results)
                given = [write(a, self.spell) for a in args]
                first = len(given) - len(s.keywords)
                given[first:] = [f"{k}={a}" for k, a in zip(s.keywords, given[first:], strict=True)]
                text = f"{out}, {self.spell(cache)} = {self.pairs[s.fn][0]}({', '.join(given)})"
                return [*comments, self._tagged(text, s.at)]
            case Keep(kind="unpack", args=(pattern, source)):
                return [*comments, f"{write(pattern, self.spell)} = {write(source, self.spell)}"]
            case Keep(kind="set", args=(place, value)):
                return [*comments, f"{write(place, self.spell)} = {write(value, self.spell)}"]
            case Keep(kind="expr", args=(expr,)):
                return [*comments, write(expr, self.spell)]
            case Keep(kind="break"):
                return [*comments, *self.leaving, "break"]
            case Keep(kind=kind, args=args):
                return [*comments, f"{kind} {self._list(args)}".rstrip()]
            case If():
                return [*comments, *self._branch(s)]
            case For():
                return self._loop(s, comments)
            case Record(history=history, key=(), value=value):
                return [f"{self.spell(history)}.append({write(value, self.spell)})"]
            case Record(history=history, key=key, value=value):
                return [f"{self.spell(history)}[{self._list(key)}] = {write(value, self.spell)}"]
        raise TypeError(s)

    def _stored(self, s: Store, write_value) -> str:
        target, index, value = self.spell(s.target), write_index(s.index, self.spell), write_value(s.value, self.spell)
        if s.op == "append":
            return f"{target}.append({value})"
        if s.op == "at":  # an entry that is named twice gets both
            parts = [self._index_argument(i) for i in s.index]
            while len(parts) > 1 and parts[-1] == "slice(None)":
                parts.pop()
            return f"{self.spell('np.add.at')}({target}, {parts[0] if len(parts) == 1 else '(' + ', '.join(parts) + ')'}, {value})"
        place = f"{target}[{index}]" if s.index else target
        if s.op == "+=" and (positive := unsigned(s.value)):
            return f"{place} -= {write_value(positive, self.spell)}"
        return f"{place} {s.op} {value}"

    def _index_argument(self, item: Expr) -> str:
        """An index outside of brackets: ``slice(a, b)`` for ``a:b``."""
        if not isinstance(item, Call) or item.fn != "slice":
            return write(item, self.spell)
        bounds = ["None" if a == Call("omitted", ()) else write(a, self.spell) for a in item.args]
        while len(bounds) > 1 and bounds[-1] == "None":
            bounds.pop()
        return f"slice({', '.join(bounds)})"  # slice(n) is :n

    def _branch(self, s: If, word: str = "if") -> list[str]:
        s = replace(s, then=self._copied_within(s, "then"), orelse=self._copied_within(s, "orelse"))
        then = self.forward(s.then) + self._copies(s, "then")
        copies = self._copies(s, "orelse")
        lines = [f"{word} {write(s.test, self.spell)}:", *_indented(then or ["pass"])]
        if len(s.orelse) == 1 and isinstance(s.orelse[0], If) and not copies and not s.orelse[0].at.comments:
            return [*lines, *self._branch(s.orelse[0], "elif")]
        orelse = self.forward(s.orelse) + copies
        if then and then[-1] == "break" and word == "if":
            return [*lines, *orelse]
        if not then and orelse:
            return [f"if {write(negated(s.test), self.spell)}:", *_indented(orelse)]
        return [*lines, *(["else:", *_indented(orelse)] if orelse else [])]

    def _copies(self, s: If, arm: str) -> list[str]:
        """``y2 = y`` at the end of an arm whose version goes by another name than the joined one."""
        within = _partial(getattr(s, arm))
        return self._handed((j.target, source) for j in s.joins if (source := getattr(j, arm)) not in within)

    def _copied_within(self, s: If, arm: str) -> tuple[Stmt, ...]:
        """An arm that ends with a branch of which one path leaves a value unbound: the other gives it its second name."""
        body, within = getattr(s, arm), _partial(getattr(s, arm))
        found = [(j.target, within[source]) for j in s.joins if (source := getattr(j, arm)) in within]
        if not found:
            return body
        more = (replace(inner, target=target) for target, inner in found)
        return (*body[:-1], replace(body[-1], joins=(*body[-1].joins, *more)))

    def _handed(self, pairs: Iterable[tuple[str, str | None]]) -> list[str]:
        """The lines that give a value a second name, where it has one in print."""
        spelled = [(self.spell(target), self.spell(source)) for target, source in pairs if source]
        return [f"{target} = {source}" for target, source in spelled if source != target]

    def _loop(self, s: For, comments: list[str]) -> list[str]:
        """A loop.  Its trips are counted where it may end early: at their heads, or at their ends if the number is read."""
        enter = self._handed((c.name, c.start) for c in s.carries)
        outer, self.leaving = self.leaving, self._handed((c.name, c.step) for c in s.carries)
        counted = [f"{self.spell(s.count)} += 1"] if s.count else []
        if counted:
            enter.append(f"{self.spell(s.count)} = 0")
        leaves = any(isinstance(t, Keep) and t.kind == "break" for t in statements(s.body))
        at_head = leaves and s.count not in all_reads(s.body)
        if not at_head:
            self.leaving += counted
        body = [*self.forward([t for t in s.body if not is_while(t)]), *self.leaving]
        if at_head:
            body = [*counted, *body]
        self.leaving = outer
        return [*enter, *comments, self._head(s), *_indented(body or ["pass"])]

    def _head(self, s: For) -> str:
        if s.over.fn == "while":
            test = next(t.args[0] for t in s.body if is_while(t))
            return f"while {write(test, self.spell)}:"
        return f"for {self.spell(s.index)} in {write(s.over, self.spell)}:"

    def _copied(self, s: Let) -> list[str]:
        """``h2 = np.copy(h)`` before ``h2 += x`` where arrays were turned: a sum of the two might lie in memory otherwise than ``h``."""
        if not s.at.augmented or self.copy != "np.copy" or not (isinstance(s.value, Call) and s.value.fn in ASSIGNING):
            return []
        first, target = s.value.args[0], self.spell(s.target)
        apart = len(s.value.args) == 2 and isinstance(first, Var) and self.spell(first.name) != target
        of_one = apart and first.name.partition("#")[0] == s.target.partition("#")[0]
        return (
            [f"{target} = {write(Call(self.copy, (first,)), self.spell)}"]
            if of_one and self.has_rows(first.name)
            else []
        )

    def _assignment(self, s: Let, copied: bool = False) -> str:
        target, value = self.spell(s.target), s.value
        if s.at.augmented and isinstance(value, Call) and value.fn in ASSIGNING and len(value.args) == 2:
            first, second = value.args
            if copied or isinstance(first, Var) and self.spell(first.name) == target:
                op = ASSIGNING[value.fn]
                if value.fn == "+" and isinstance(second, Call) and second.fn == "neg":
                    op, second = "-=", second.args[0]
                return self._remember(s.at, f"{target} {op} {write(second, self.spell)}")
        return self._remember(s.at, f"{target} = {write(value, self.spell)}")

    def _remember(self, at: Origin, text: str) -> str:
        self.stages[at.stage] = text
        return text

    def backward(self, body: Sequence[Stmt]) -> list[str]:
        lines: list[str] = []
        stage, skipped = 0, None
        for s, following in zip(body, [*body[1:], None], strict=False):
            if s is skipped:
                continue
            equals = " ="
            if (
                isinstance(s, CallBack)
                and isinstance(following, Add)
                and "@" in s.targets[0]
                and s.targets == tuple(variables(following.value))
            ):
                s, equals, skipped = replace(s, targets=(following.target,)), " +=", following
            made = [line for text in self._backward(s, equals) for line in text.split("\n")]
            if made and not blocks(s) and s.at.stage and s.at.stage != stage:
                lines += self._heading(s.at.stage)
            if made:
                stage = 0 if blocks(s) else s.at.stage
            lines += made
        return lines

    def _heading(self, stage: int) -> list[str]:
        text = self.stages.get(stage, "")
        return [f"# backprop {text}"] if 0 < len(text) <= TAG_COLUMN - 11 else []

    def _backward(self, s: Stmt, equals: str = " =") -> list[str]:
        match s:
            case Let(target=target, value=value):
                text = write_contribution(value, self.spell)
                shape = self.shape_of(target, value)
                line = f"{self.spell(target)} = {text}"
                return (
                    [] if text == self.spell(target) else [_behind(line, shape) if shape else self._tagged(line, s.at)]
                )
            case Add(target=target, value=value):
                op, value = ("-=", positive) if (positive := unsigned(value)) else ("+=", value)
                return [self._tagged(f"{self.spell(target)} {op} {write_contribution(value, self.spell)}", s.at)]
            case Store():
                return [self._tagged(self._stored(s, write_contribution), s.at)]
            case CallBack(targets=targets, douts=douts, cache=cache):
                out = ", ".join(self.ignored if t == "_" else self.spell(t) for t in targets)
                up = self._together([write(d, self.spell) for d in douts])
                return [self._tagged(f"{out}{equals} {self.pairs[s.fn][1]}({up}, {write(cache, self.spell)})", s.at)]
            case If():
                return self._replayed(s)
            case For():
                return [
                    f"# backprop the loop over {self.spell(s.index)}",
                    self._head(s),
                    *_indented(self.backward(s.body) or ["pass"]),
                ]
        raise TypeError(s)

    def _replayed(self, s: If, word: str = "if") -> list[str]:
        then, orelse = self.backward(s.then), self.backward(s.orelse)
        if not then and not orelse:
            return []
        if not then and word == "if":
            return [f"if {write(negated(s.test), self.spell)}:", *_indented(orelse)]
        lines = [f"{word} {write(s.test, self.spell)}:", *_indented(then or ["pass"])]
        if len(s.orelse) == 1 and isinstance(s.orelse[0], If) and orelse:
            return [*lines, *self._replayed(s.orelse[0], "elif")]
        return [*lines, *(["else:", *_indented(orelse)] if orelse else [])]

    def _together(self, texts: list[str]) -> str:
        return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"

    def _list(self, args: Sequence[Expr]) -> str:
        return ", ".join(write(a, self.spell) for a in args)

    @staticmethod
    def _tagged(text: str, at: Origin) -> str:
        """The line with its stage number behind it, or above it where the line is long."""
        return _behind(text, f"({at.stage})") if at.stage else text


def _partial(body: Sequence[Stmt]) -> dict[str, Join]:
    """The values that the branch at the end of a block leaves unbound on one path."""
    joins = body[-1].joins if body and isinstance(body[-1], If) else ()
    return {j.target: j for j in joins if None in (j.then, j.orelse)}


def is_while(s: Stmt) -> bool:
    """Whether a statement is the condition of a ``while`` loop."""
    return isinstance(s, Keep) and s.kind == "while"


def _behind(text: str, tag: str) -> str:
    """The line with a tag behind it, or above it where the line is long."""
    return f"{text}  # {tag}" if len(text) <= TAG_COLUMN else f"# {tag}\n{text}"


def _indented(lines: Sequence[str]) -> list[str]:
    return [INDENT + line for line in lines]
