"""Random statements: every form of assignment, branches, early returns, statements kept for their effect."""

from __future__ import annotations

from tests.programs import terms as T
from tests.programs.expressions import BIG, Expressions, call_text
from tests.programs.program import File, Helper
from tests.programs.terms import FUNCTIONS, Term

PLAIN = "x y z a b c w u v p q r s h k theta alpha beta scale rate total left right mid acc".split()
AWKWARD = (
    "dx dy dz dout cache den lambda_ t num df x2 x_2 f_backward f_forward grads value out dnum dx_1 sigx xpy "
    "invden sum_ math_ sqrtx expx tmp _ grad result params d dd ddx upstream θ σ2 f_cache l O x1 x11 import_ forward "
    "backward e_x num_den grad_x dvalue stop"
).split()
COMMENTS = ("# a stage", "# (3)", "# {{7*7}} %s", "# sum = x + y", "#", "# naïve")


class Body(Expressions):
    """Writes the body of one function, line by line."""

    def __init__(self, file: File, helpers: list[Helper], reserved: set[str], count: int):
        super().__init__(file, helpers, reserved)
        self.lines: list[str] = []
        self.count = count  # how many numbers the function returns
        self.results: list[list[Term]] = []
        self.indices: list[str] = []  # the variables of the loops around

    def fresh(self) -> str:
        """A name for a new local variable, awkward or plain; or one to bind again."""
        rebindable = [n for n in self.scope if n.isidentifier()]
        if rebindable and self.rng.random() < 0.2:
            return self.rng.choice(rebindable)
        return self.unused()

    def unused(self) -> str:
        pool = AWKWARD if self.rng.random() < self.file.awkward else PLAIN
        free = [n for n in pool if n not in self.scope and n not in self.reserved and n not in self.vectors]
        return self.rng.choice(free) if free else f"v{len(self.scope)}_{self.rng.randint(0, 99)}"

    def bind(self, name: str, lo: float, hi: float) -> None:
        self.scope[name] = (lo, hi)
        if name not in self.unread:
            self.unread.append(name)

    def emit(self, text: str) -> None:
        if self.rng.random() < 0.05:
            text += "  " + self.rng.choice(COMMENTS)
        self.lines.append(text)

    def statement(self, depth: int) -> None:
        """One random statement."""
        if self.rng.random() < 0.04:
            self.lines.append(self.rng.choice(COMMENTS))
        flat = STATEMENTS if depth < 2 else STATEMENTS[:-2]
        kinds, weights = zip(*(flat if depth >= 2 or not self.file.loops else (*flat, (_loop, 5))), strict=True)
        self.rng.choices(kinds, weights)[0](self, depth)

    def block(self, count: int, depth: int) -> list[str]:
        """The lines of ``count`` statements, indented; the scope keeps what they bind."""
        outer, self.lines = self.lines, []
        for _ in range(count):
            self.statement(depth)
        inner, self.lines = self.lines, outer
        return [f"    {line}" for line in inner]


# ---------------------------------------------------------------- statements


def _rhs(b: Body) -> Term:
    return b.expr(b.rng.choice((0, 1, 1, 2, 2, 3, 4, 6)))


def _assign(b: Body, depth: int) -> None:
    value, name = _rhs(b), b.fresh()
    b.emit(f"{name} = {value.text}")
    b.bind(name, value.lo, value.hi)


def _annotated(b: Body, depth: int) -> None:
    value, name = _rhs(b), b.fresh()
    if name in b.scope or b.rng.random() < 0.8:
        b.emit(f"{name}: float = {value.text}")
    else:
        b.emit(f"{name}: float")
        b.emit(f"{name} = {value.text}")
    b.bind(name, value.lo, value.hi)


def _augmented(b: Body, depth: int) -> None:
    """``y += ...``: the value that backward needs is overwritten."""
    names = list(b.scope)
    if not names:
        return _assign(b, depth)
    name = b.rng.choice(names)
    old, value = b.read(name), b.expr(b.rng.choice((0, 1, 2)))
    sign, result = b.rng.choice(("+-*/")), value
    if sign == "/":
        value = b.nonzero(value)
    result = {"+": T.add, "-": T.sub, "*": T.mul, "/": T.div}[sign](old, value)
    if b.rng.random() < 0.08:
        sign, value = "**", T.constant("2")
        result = T.power(old, value)
    if result.size > BIG:
        sign, value = "/", b.nonzero(Term(name, *b.scope[name]))
        result = T.div(old, value)
    b.emit(f"{name} {sign}= {value.text}")
    b.bind(name, result.lo, result.hi)


def _tuple_assign(b: Body, depth: int) -> None:
    values = [_rhs(b) for _ in range(b.rng.choice((2, 2, 3)))]
    names = list(dict.fromkeys(b.fresh() for _ in values))
    while len(names) < len(values):
        names.append(b.unused() + str(len(names)))
    left, right = ", ".join(names), ", ".join(v.at(T.TERNARY) for v in values)
    shape = b.rng.random()
    if len(names) == 3 and shape < 0.5:
        left = f"{names[0]}, ({names[1]}, {names[2]})"
        right = f"{values[0].text}, ({values[1].text}, {values[2].text})"
    elif shape < 0.7:
        left, right = f"[{left}]", f"({right})"
    b.emit(f"{left} = {right}")
    for name, value in zip(names, values, strict=True):
        b.bind(name, value.lo, value.hi)


def _chained(b: Body, depth: int) -> None:
    value, first, second = _rhs(b), b.fresh(), b.unused()
    b.emit(f"{first} = {second} = {value.text}")
    b.bind(first, value.lo, value.hi)
    b.bind(second, value.lo, value.hi)


def _swap(b: Body, depth: int) -> None:
    names = list(b.scope)
    if len(names) < 2:
        return _assign(b, depth)
    first, second = b.rng.sample(names, 2)
    b.emit(f"{first}, {second} = {second}, {first}")
    left, right = b.scope[first], b.scope[second]
    b.bind(first, *right)
    b.bind(second, *left)


def _overwritten(b: Body, depth: int) -> None:
    """A value that backward needs is used, then changed, then used again."""
    name, later = b.fresh(), b.unused()
    inner = b.fit(b.expr(1), -20.0, 3.0)
    value = T.call(b.file.spell("exp"), [inner], *FUNCTIONS["exp"].interval("exp", inner))
    b.emit(f"{name} = {value.text}")
    b.bind(name, value.lo, value.hi)
    product = b.tame(T.mul(b.read(name), b.atom()))
    if later != name:
        b.emit(f"{later} = {product.text}")
        b.bind(later, product.lo, product.hi)
    step = T.add(Term(name, *b.scope[name]), T.constant("1"))
    b.emit(f"{name} += 1")
    b.bind(name, step.lo, step.hi)


def _kept(b: Body, depth: int) -> None:
    """Statements kept for their effect."""
    name = b.rng.choice(list(b.scope)) if b.scope else "0"
    choices = (
        f'print("{name} is", {name})',
        f"print({name})",
        f"assert {name} < 1e9",
        f'assert {name} > -1e9, "too small"',
        f'assert {name} == {name}, f"not a number: {{{name}}}"',
        "pass",
    )
    if b.rng.random() < 0.25:
        b.emit(f"if {name} > 1e9:")
        b.lines.append('    raise ValueError("out of range")')
        return
    b.emit(b.rng.choice(choices))


def _unpack(b: Body, depth: int) -> None:
    if not b.vectors:
        return _assign(b, depth)
    vector = b.rng.choice(list(b.vectors.values()))
    names = [b.unused() for _ in range(vector.length)]
    names = [n if names.count(n) == 1 else f"{n}{i}" for i, n in enumerate(names)]
    b.emit(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {vector.name}")
    for name in names:
        b.bind(name, vector.lo, vector.hi)


def _call_many(b: Body, depth: int) -> None:
    usable = [h for h in b.helpers if len(h.results) > 1]
    if not usable:
        return _assign(b, depth)
    helper = b.rng.choice(usable)
    text = call_text(b, helper, 2)
    names = [b.unused() for _ in helper.results]
    names = [n if names.count(n) == 1 else f"{n}{i}" for i, n in enumerate(names)]
    b.emit(f"{', '.join(names)} = {text}")
    for name, (lo, hi) in zip(names, helper.results, strict=True):
        b.bind(name, lo, hi)


def _early_return(b: Body, depth: int) -> None:
    test = b.condition()
    b.emit(f"if {test.text}:")
    before, unread = dict(b.scope), list(b.unread)
    b.lines += b.block(b.rng.choice((0, 0, 0, 1)), 2)
    b.lines.append(f"    {return_text(b)}")
    b.scope, b.unread = before, unread


def _branch(b: Body, depth: int) -> None:
    """if / elif / else; what every arm binds is live afterwards, with the joined intervals."""
    arms = b.rng.choice((1, 2, 2, 2, 3))
    before, unread = dict(b.scope), list(b.unread)
    scopes = []
    for arm in range(arms):
        b.scope, b.unread = dict(before), list(unread)
        words = ("if", "elif")[arm > 0]
        last = arm == arms - 1 and arms > 1
        b.lines.append("else:" if last else f"{words} {b.condition().text}:")
        b.lines += b.block(b.rng.choice((1, 1, 2, 3)), depth + 1)
        scopes.append(b.scope)
    if arms == 1:
        scopes.append(before)
    names = [n for n in scopes[0] if all(n in s for s in scopes)]
    if b.rng.random() < 0.02:  # a variable that some path leaves unbound: the original's own NameError
        scopes = [{**scopes[0], **s} for s in scopes]
        names = list(scopes[0])
    b.scope = {n: (min(s[n][0] for s in scopes), max(s[n][1] for s in scopes)) for n in names}
    b.unread = [n for n in names if n not in before or n in unread]


TRIPS = ("3", "2", "1", "0", "1, 3", "3, 0, -1", "0, 4, 2")


def _loop(b: Body, depth: int) -> None:
    """for: one or two variables that trips hand on, a sum, locals, perhaps a branch and a loop in it."""
    names = [n for n in b.scope if n not in b.indices]
    if not names:
        return _assign(b, depth)
    carried = b.rng.sample(names, min(len(names), b.rng.choice((1, 1, 2, 3))))
    before, unread, reserved = dict(b.scope), list(b.unread), set(b.reserved)
    index = b.unused()
    b.lines.append(f"for {index} in range({b.rng.choice(TRIPS)}):")
    for name in carried:  # what any trip may find there
        lo, hi = before[name]
        b.scope[name] = (lo - 2.0, hi + 2.0)
    b.scope[index] = (0.0, 3.0)
    b.reserved |= {index, *names}
    b.indices.append(index)
    outer, b.lines = b.lines, []
    for _ in range(b.rng.choice((0, 1, 1, 2, 3))):
        b.rng.choice(IN_LOOPS)(b, depth + 1)
    if depth == 0 and b.rng.random() < 0.25:
        _loop(b, 1)
    for name in carried:
        step, value = b.unused(), _rhs(b)
        b.emit(f"{step} = {value.text}")
        b.bind(step, value.lo, value.hi)
        squashed = f"{step} / (1.0 + {step} * {step})"
        lines = (f"{name} = {squashed}", f"{name} += 0.5 * {squashed}", f"{name} = 0.5 * {name} + {squashed}")
        lines = lines[:2] if max(map(abs, before[name])) > 2 else lines
        b.lines.append(b.rng.choice(lines))
    inner, b.lines = b.lines, outer
    b.lines += [f"    {line}" for line in inner]
    b.scope = {n: (b.scope[n] if n in carried else before[n]) for n in before}
    b.unread = [n for n in unread if n not in carried] + carried
    b.reserved = reserved
    b.indices.pop()


def _new(b: Body, depth: int) -> None:
    value, name = _rhs(b), b.unused()
    b.emit(f"{name} = {value.text}")
    b.bind(name, value.lo, value.hi)


def _new_by_branch(b: Body, depth: int) -> None:
    """A local of the trip, by the arm that is taken; its test may read what the trip changes."""
    test, first, second, name = b.condition(), _rhs(b), _rhs(b), b.unused()
    b.lines += [f"if {test.text}:", f"    {name} = {first.text}", "else:", f"    {name} = {second.text}"]
    b.bind(name, min(first.lo, second.lo), max(first.hi, second.hi))


IN_LOOPS = (_new, _new, _new_by_branch, _call_many, _kept)
STATEMENTS = (
    (_assign, 40),
    (_augmented, 12),
    (_tuple_assign, 5),
    (_chained, 3),
    (_swap, 3),
    (_annotated, 3),
    (_overwritten, 4),
    (_kept, 3),
    (_unpack, 3),
    (_call_many, 4),
    (_early_return, 2),
    (_branch, 8),
)


def return_text(b: Body) -> str:
    """The return statement: its expressions read what is still unread; intervals are noted."""
    results = []
    for index in range(b.count):
        size = b.rng.choice((0, 1, 2, 3, 4))
        value = b.expr(size)
        pending = b.unread[-3:] if index == 0 else []
        for name in pending:
            value = b.tame(b.rng.choice((T.add, T.sub, T.mul))(value, b.read(name)))
        results.append(value)
    b.results.append(results)
    texts = [r.at(T.TERNARY) for r in results]
    return f"return {', '.join(texts)}"
