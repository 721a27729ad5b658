"""Which functions of a text are graded against which: by convention, or as stated."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradgen.grade.clipping import unclipped
from gradgen.grade.module_inputs import module_inputs
from gradgen.grade.names import is_cache, is_upstream, meant

SWAPS = (
    ("backward", "forward"),
    ("Backward", "Forward"),
    ("backprop", "forwardprop"),
    ("bwd", "fwd"),
    ("back", "forward"),
)
LOSSES = re.compile(r"(loss|cost|objective|entropy|criterion|mse|nll)", re.IGNORECASE)
GRADIENTS = re.compile(r"d[A-Za-z]\w*|grads?|gradients?|grad_\w+|\w+_grad")
SCRIPT = "script!"  # the function that a script's own lines are taken as


@dataclass(frozen=True)
class Pair:
    """What is graded: ``kind`` is pair, class, loss (one function, ``loss, grads``) or script."""

    kind: str
    name: str
    forward: str
    backward: str
    line: int
    forward_node: ast.FunctionDef
    backward_node: ast.FunctionDef
    owner: ast.ClassDef | None = None
    cost: ast.FunctionDef | None = None  # the loss that the backward pass starts from, when no gradient comes in
    clipped: tuple[int, ...] = ()  # lines that only clip gradients: they are left out
    shared: tuple[str, ...] = ()  # variables of the module that are inputs, too

    @property
    def passes(self) -> list[ast.FunctionDef]:
        return [self.forward_node, self.backward_node]

    @property
    def parameters(self) -> list[ast.arg]:
        a = self.forward_node.args
        own = [p for p in (*a.posonlyargs, *a.args, *a.kwonlyargs) if not (self.owner and p.arg == "self")]
        known = {p.arg for p in own}
        own += [p for p in (self.cost.args.args[1:] if self.cost else []) if p.arg not in known]
        return own + [ast.arg(name) for name in self.shared]


def found(tree: ast.Module, stated: Sequence[tuple[str, str]] = (), reference: ast.Module | None = None) -> list[Pair]:
    """The pairs of a text in its order; ``reference`` holds forward passes that the text has not."""
    functions = {n.name: n for n in (reference.body if reference else []) if isinstance(n, ast.FunctionDef)}
    own = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    functions |= own
    pairs = [paired(functions, f, b) for f, b in stated if f in functions and b in functions]
    taken = {p.backward for p in pairs} | {p.forward for p in pairs}
    for name, node in own.items():
        if name in taken:
            continue
        partner = forward_of(name, functions)
        if partner is not None:
            pairs.append(paired(functions, partner, name))
            taken |= {name, partner}
    for name, node in own.items():
        if name not in taken and forward_of(name, functions) is None and is_loss(node):
            whole, clipped = unclipped(node)
            pairs.append(Pair("loss", name, name, name, node.lineno, whole, whole, clipped=clipped))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
            for forward, backward in (("forward", "backward"), ("__call__", "backward")):
                if forward in methods and backward in methods:
                    f, b = methods[forward], methods[backward]
                    pairs.append(Pair("class", node.name, forward, backward, node.lineno, f, b, node))
                    break
            else:
                for name, method in methods.items():
                    if is_loss(method):
                        whole = f"{node.name}.{name}"
                        pairs.append(Pair("loss", whole, name, name, method.lineno, method, method, node))
    if (script := script_of(tree)) is not None:
        from gradgen.grade.script import lifting

        script = lifting(script)
        pairs.append(Pair("script", "the script", SCRIPT, SCRIPT, script.lineno, script, script))
    return sorted((with_shared(tree, p) for p in pairs), key=lambda p: p.line)


def with_shared(tree: ast.Module, pair: Pair) -> Pair:
    """A pair of functions with the arrays of the module that it reads as inputs."""
    if pair.kind not in ("pair", "loss") or pair.owner is not None:
        return pair
    return replace(pair, shared=tuple(leaf.name for leaf in module_inputs(tree, pair.passes)))


def paired(functions: dict[str, ast.FunctionDef], forward: str, backward: str) -> Pair:
    f, b = functions[forward], functions[backward]
    return Pair("pair", backward, forward, backward, b.lineno, f, b, cost=cost_of(f, b, functions))


def cost_of(forward: ast.FunctionDef, backward: ast.FunctionDef, functions: dict[str, ast.FunctionDef]):
    """The loss of the text that takes what the backward pass asks for and the forward pass has not (``Y``); None when a
    gradient comes in, or there is no such loss."""
    names = [a.arg for a in backward.args.args]
    returns = [n.value for n in ast.walk(forward) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    own = {a.arg for a in forward.args.args} | {e.id for r in returns for e in r.elts if isinstance(e, ast.Name)}
    strangers = [n for n in names if n not in own and not is_cache(n)]
    if not strangers or any(is_upstream(n) for n in strangers):
        return None
    for name, node in functions.items():
        wanted = [a.arg for a in node.args.args]
        if LOSSES.search(name) and node not in (forward, backward) and wanted[1:] and set(strangers) <= set(wanted[1:]):
            if set(wanted[1:]) <= {*strangers, *own}:
                return node
    return None


def forward_of(name: str, functions: dict[str, ast.FunctionDef]) -> str | None:
    """The forward pass that belongs to a backward pass by its name.

    >>> forward_of("conv_backward_naive", {"conv_forward_naive": None}), forward_of("affine_forward", {})
    ('conv_forward_naive', None)
    """
    for back, front in SWAPS:
        if back in name:
            words = name.replace(back, front).split("_")
            for end in range(len(words), 0, -1):
                if "_".join(words[:end]) in functions and "_".join(words[:end]) != name:
                    return "_".join(words[:end])
            plain = name.replace(back, "").replace("__", "_").strip("_")
            parts = plain.split("_")
            for end in range(len(parts), 0, -1):
                if "_".join(parts[:end]) in functions:
                    return "_".join(parts[:end])
            stem = words[: words.index(front) + 1] if front in words else words
            starts = [f for f in functions if f.startswith("_".join(stem)) and f != name]
            return starts[0] if len(starts) == 1 else None
    for back, front in itertools.product(("gradients", "gradient", "grads", "grad"), ("cost", "loss", "objective")):
        if back in name and name.replace(back, front) in functions:
            return name.replace(back, front)
    for form in (r"grad_(\w+)", r"(\w+)_grad(?:ient)?", r"(\w+)_vjp"):
        match = re.fullmatch(form, name)
        if match and match[1] in functions:
            return match[1]
    return None


def is_loss(node: ast.FunctionDef) -> bool:
    """Whether a function returns a loss together with gradients that it works out itself."""
    bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known = bound | {a.arg for a in node.args.args}
    for n in ast.walk(node):
        if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple) and len(n.value.elts) >= 2:
            rest = without(n.value.elts, loss_at(n.value))
            names = [
                x.id
                for item in rest
                for x in (item.elts if isinstance(item, ast.Tuple) else [item])
                if isinstance(x, ast.Name)
            ]
            about = [x for x in names if x in bound and (GRADIENTS.fullmatch(x) or meant(x, known))]
            if about and len(about) == len(names):
                return True
    return False


def loss_at(result: ast.Tuple) -> int:
    """At which place a function hands back its loss: the first, unless that is called a gradient and the last a loss.

    >>> [loss_at(ast.parse(t, mode="eval").body) for t in ("loss, grads", "grads, cost", "dW, db, J")]
    [0, 1, 2]
    """
    first, last = result.elts[0], result.elts[-1]
    turned = isinstance(first, ast.Name) and GRADIENTS.fullmatch(first.id) and isinstance(last, ast.Name)
    return len(result.elts) - 1 if turned and (LOSSES.search(last.id) or last.id in ("J", "L", "E")) else 0


def without(items: Sequence, place: int) -> list:
    return [item for k, item in enumerate(items) if k != place]


def script_of(tree: ast.Module) -> ast.FunctionDef | None:
    """A script's own lines, if they hold a forward and a backward pass, as a function; statements that feed neither
    (a print, a plot, a file) are left out."""
    body = [
        s for s in tree.body if isinstance(s, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.If, ast.While))
    ]
    body = [s for s in body if not hands_over(s, {f.name for f in tree.body if isinstance(f, ast.FunctionDef)})]
    names = [n for s in body for n in stores(s)]
    gradients = {n: v for n in names if (v := meant(n, [m for m in names if m != n])) is not None}
    gradients = {n: v for n, v in gradients.items() if names.index(v) < names.index(n)}
    if not gradients:
        return None
    wanted = set(gradients) | set(gradients.values())
    body = [s for s in body if not reads_files(s) and not is_update(s, set(gradients))]
    places: set[int] = set()
    while True:  # what feeds a value in question, and what is made of one
        before = len(places)
        for place, stmt in enumerate(body):
            read = {n.id for n in ast.walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if wanted & set(stores(stmt)) or wanted & read and isinstance(stmt, (ast.Assign, ast.AugAssign)):
                places.add(place)
                wanted |= set(stores(stmt)) | (read & set(names))
        if len(places) == before:
            break
    kept = [body[place] for place in sorted(places)]
    if not kept:
        return None
    empty = ast.arguments([], [], None, [], [], None, [])
    made = ast.FunctionDef(SCRIPT, empty, kept, [], None)
    made.lineno, made.col_offset, made.end_lineno = kept[0].lineno, 0, kept[-1].end_lineno
    made.type_params = []
    return made


def hands_over(stmt: ast.stmt, functions: set[str]) -> bool:
    """Whether a statement only takes apart what a function of the file returns (``loss, dW = loss_fun(W)``), in a loop or not."""
    if hasattr(stmt, "body"):
        return any(hands_over(s, functions) for s in stmt.body)
    call = stmt.value if isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Tuple) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in functions


def is_update(stmt: ast.stmt, gradients: set[str]) -> bool:
    """Whether a line changes a variable by its gradient: ``x += -step * dx``."""
    if not isinstance(stmt, (ast.Assign, ast.AugAssign)):
        return False
    read = {n.id for n in ast.walk(stmt.value) if isinstance(n, ast.Name)}
    changed = set(stores(stmt)) - gradients
    own = isinstance(stmt, ast.AugAssign) or changed & read
    return bool(own and changed and {meant(g, changed) for g in read & gradients} - {None})


def stores(stmt: ast.stmt) -> list[str]:
    """The names that a statement gives values, in order."""
    found = []
    for n in ast.walk(stmt):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            found.append(n.id)
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store):
            root = n.value
            while isinstance(root, ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                found.append(root.id)
    return found


def reads_files(stmt: ast.stmt) -> bool:
    return any(
        isinstance(n, ast.Call) and ast.unparse(n.func).partition(".")[0] in ("open", "input", "plt", "os", "sys", "pd")
        for n in ast.walk(stmt)
    )


def called(node: ast.FunctionDef, known: dict[str, ast.FunctionDef]) -> set[str]:
    """The functions of a text that one calls, and those that these call."""
    found: set[str] = set()
    queue = [node]
    while queue:
        names = {n.id for n in ast.walk(queue.pop()) if isinstance(n, ast.Name)} & known.keys()
        queue += [known[n] for n in names - found]
        found |= names
    return found
