"""Array code: which functions it is, which parameters are arrays, and the expressions and stores that only arrays have."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from gradgen.frontend.scope import ARRAYS, Scope, canonical_import
from gradgen.frontend.storage import MASKS, Storage
from gradgen.frontend.values import Items, Slots, Value, is_atom
from gradgen.ir.nodes import Call, Const, Expr, Keep, Let, Origin, Store, Var, variables
from gradgen.ir.read import OMITTED
from gradgen.ir.write import ATTRIBUTES
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import canonical, find, has_rule

SILENT = -1  # the line of a stage that another statement prints (a name that an unpacking gives)
ARRAY_ANNOTATION = re.compile(r"ndarray|NDArray|ArrayLike|\b(Float|Int|Bool|Num|Shaped|Real|Integer)\d*\[")
STATED = re.compile(r"\b(?:Float|Int|Bool|Num|Shaped|Real|Integer|UInt)\d*\[[^,\]]*,\s*['\"]([^'\"]*)['\"]\s*\]")
DTYPES = frozenset(
    f"np.{n}"
    for n in (
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "bool_",
        "double",
        "single",
        "intp",
    )
)
WHOLE = frozenset({"int", "bool", "np.int8", "np.int16", "np.int32", "np.int64", "np.uint8", "np.bool_", "np.intp"})
SPLITS = {"np.split": 0, "np.array_split": 0, "np.vsplit": 0, "np.hsplit": 1}  # their axis, unless one is given
SEVERAL = {  # functions with several results: what a call must say, and each result's own name and gate, in the order of computing
    "np.linalg.slogdet": ("", (("sign", "gate.sign_of_det"), ("logdet", "gate.logdet"))),
    "np.linalg.eigh": ("", (("eigenvalues", "gate.eigenvalues"), ("eigenvectors", "gate.eigenvectors"))),
    "np.linalg.svd": (
        "full_matrices=False",
        (("left", "gate.left_vectors"), ("singular", "gate.singular_values"), ("right", "gate.right_vectors")),
    ),
}
OTHERS = {"gate.eigenvalues": (1,), "gate.singular_values": (0, 2)}  # the results that a gate's gradient reads
QUERIES = frozenset({"np.shape", "np.ndim", "np.size", "np.isscalar", "np.iscomplexobj"})


def stated_dims(annotation: ast.expr | None) -> tuple[str, ...] | None:
    """The dimensions that a jaxtyping-style annotation states, read as text and never evaluated.

    >>> stated_dims(ast.parse('Float[np.ndarray, "N D"]', mode="eval").body)
    ('N', 'D')
    """
    if annotation is None:
        return None
    text = (
        annotation.value
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
        else ast.unparse(annotation)
    )
    found = STATED.search(text)
    return dims_of(found[1]) if found else None


ENTRY = re.compile(r"^\s*[-*]?\s*(\w+(?:\s*,\s*\w+)*)\s*(?::|--)\s*(.*)$")
DIM = r"(?:\d+\*)?[A-Z]\w*|\d+|[bcdhkmntw]\d?|[nd]_\w+"  # small letters only where they are sizes by custom: not (mean, std)
BARE_SHAPE = re.compile(  # ``x: (N, D)``, anywhere in a line, but not ``reg: (float)``
    rf"\b(\w+)\s*:\s*\(((?:(?:{DIM})\s*,\s*)+(?:{DIM})?|)\)"
)
SHAPE = re.compile(r"shape\s*(?:of\s*|is\s*|=\s*)?\(([^()]*)\)")
BARE = re.compile(
    rf"^(?:(?:array|matrix|vector|tensor|ints|integers|labels|indices|weights)s?\s+)?\((?![a-z]\w*\s*\))((?:\s*(?:[A-Z\d][\w*]*|{DIM})\s*(?:,|(?=\))))+)\)"
)
SCALAR = re.compile(r"^\(?(?:\w+,\s+)?(?:an?\s+)?(?:scalar|float|number)\b(?!\s+(?:of|arr|vec|mat|tens|list|or))")
KEY_SHAPE = re.compile(r"\b(\w+)\s+(?:has|of|with)\s+shape\s*\(([^()]*)\)")


def described_dims(node: ast.FunctionDef) -> dict[str, tuple[str, ...]]:
    """The shapes that a docstring states of parameters: ``- x: input data, of shape (N, D)``, or ``x: (N, D); w, b: (D,)``.

    Of a dictionary those of its entries, under ``params["W1"]``: ``- params: dictionary with W1 of shape (D, H)``.
    """
    args = (*node.args.kwonlyargs, *node.args.posonlyargs, *node.args.args)
    params = {a.arg.rpartition(".")[2]: a.arg for a in args}  # an attribute goes by its own name
    texts: dict[str, str] = {}
    current: list[str] = []
    for line in (part for line in (ast.get_docstring(node) or "").splitlines() for part in line.split(";")):
        found = ENTRY.match(line)
        names = re.split(r"\s*,\s*", found[1]) if found else []
        if names and params.keys() >= set(names):
            current = [params[name] for name in names]
            texts |= dict.fromkeys(current, found[2])
        elif current and line.strip() and not found:
            texts |= {name: f"{texts[name]} {line.strip()}" for name in current}
        else:
            current = []
    bare = BARE_SHAPE.findall(ast.get_docstring(node) or "")
    dims = {params[name]: described(shape) for name, shape in bare if name in params}
    for name, text in texts.items():
        keys = (
            {f'{name}["{key}"]': described(shape) for key, shape in KEY_SHAPE.findall(text)}
            if re.search(r"\bdict", text)
            else {}
        )
        shape = SHAPE.search(text) or BARE.match(text) if not keys else None
        if not keys and not shape and SCALAR.match(text):
            dims[name] = ()
        dims |= {k: d for k, d in {**keys, **({name: described(shape[1])} if shape else {})}.items() if d}
    return dims


def described(text: str) -> tuple[str, ...] | None:
    """The dimensions that a docstring lists between commas; one that it describes in words stays unnamed.

    >>> described("N, 4H"), described("1, number of examples"), described("N, d_1, ..., d_k"), described("T*E, H")
    (('N', '4*H'), ('1', '_'), None, ('T*E', 'H'))
    """
    parts = [
        re.sub(r"^(\d+)\s*\*?\s*([A-Za-z]\w*)$", r"\1*\2", re.sub(r"\s*\*\s*", "*", part.strip()))
        for part in text.split(",")
        if part.strip()
    ]
    if any("." in part or "*" in part and not dims_of(part) for part in parts):
        return None
    return tuple(part if re.fullmatch(r"[A-Za-z]\w*|\d+|\w+(?:\*\w+)+", part) else "_" for part in parts)


def is_setting(default: ast.expr | None) -> bool:
    """Whether a default is a plain number: such a parameter is a number, and in array code a setting (eps, momentum)."""
    default = default.operand if isinstance(default, ast.UnaryOp) else default
    return isinstance(default, ast.Constant) and type(default.value) in (int, float)


def dims_of(text: str) -> tuple[str, ...] | None:
    """``"N D"`` as dimensions; None if some part is no plain name or number (``"..."``, ``"*batch"``)."""
    parts = tuple(text.replace(",", " ").split())
    return parts if all(re.fullmatch(r"[A-Za-z_]\w*|\d+|[A-Za-z0-9_]+(?:\*[A-Za-z0-9_]+)+", p) for p in parts) else None


def is_array_code(nodes: Iterable[ast.FunctionDef], scope: Scope, stated: Iterable[str] = ()) -> bool:
    """Whether functions have a hint of arrays: numpy, ``@``, ``.shape``, ``.T``, slices, an annotation, a stated shape."""
    return any(_hints(node, scope) for node in nodes) or bool(list(stated))


def imports_arrays(scope: Scope) -> bool:
    """Whether the module has NumPy at hand."""
    return any(canonical_import(path).split(".")[0] in ARRAYS for path in scope.imports.values())


def _hints(node: ast.FunctionDef, scope: Scope) -> bool:
    args = node.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
        if arg.annotation is not None and ARRAY_ANNOTATION.search(ast.unparse(arg.annotation)):
            return True
    if imports_arrays(scope) and described_dims(node):
        return True
    layer = imports_arrays(scope) and (
        node.name.endswith("_forward") or node.name.startswith("forward_")
    )  # one of the course's assignments
    for n in computed(node):
        match n:
            case ast.Return(value=ast.Tuple(elts=[_, *_, ast.Name(id="cache")])) if layer:
                return True
            case ast.Attribute(attr="shape" | "T" | "ndim" | "size"):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if has_rule(f".{attr}") and not _is_module(
                value, scope
            ):
                return True
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()) | ast.Slice():
                return True
            case ast.Subscript(slice=ast.Tuple()):
                return True
            case ast.Name(id=name) if (
                name in scope.imports and canonical_import(scope.imports[name]).split(".")[0] in ARRAYS
            ):
                return True
    return False


def computed(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body that are part of the computation: annotations are not."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        n = stack.pop()
        yield n
        stack.extend(c for c in ast.iter_child_nodes(n) if not (isinstance(n, ast.AnnAssign) and c is n.annotation))


def array_parameters(node: ast.FunctionDef, scope: Scope) -> set[str]:
    """The names that a function uses as arrays: by attribute, method, ``@``, a slice, or as an argument of numpy."""
    found: set[str] = set()
    for n in computed(node):
        match n:
            case ast.Attribute(value=ast.Name(id=name)) if name not in scope.imports:
                found.add(name)
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                found |= {e.id for e in (left, right) if isinstance(e, ast.Name)}
            case ast.Subscript(value=ast.Name(id=name), slice=index) if not plain_key(index):
                found.add(name)
            case ast.Call(func=func, args=args) if _is_numpy(func, scope):
                found |= {e.id for e in args if isinstance(e, ast.Name)}
    for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if arg.annotation is not None and ARRAY_ANNOTATION.search(ast.unparse(arg.annotation)):
            found.add(arg.arg)
    return found - {
        n.func.value.id
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "get"
        and isinstance(n.func.value, ast.Name)
    }


def setting_dicts(node: ast.FunctionDef) -> set[str]:
    """The parameters that are dicts of settings: an entry is text, may be missing, or is written (``bn_param["mode"] == "train"``)."""
    params = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    called: dict[str, str] = {}  # what a local name is an entry of
    found: set[str] = set()
    for n in ast.walk(node):
        match n:
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=False))
                called |= {t.id: v for t, e in pairs if isinstance(t, ast.Name) and (v := _entry_of(e))}
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get" | "setdefault")):
                found.add(name)
            case ast.Compare(
                left=ast.Constant(value=str()), ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]
            ):
                found.add(name)
            case ast.Subscript(ctx=ast.Store()) if name := _entry_of(n):
                found.add(name)
    for n in ast.walk(node):
        if isinstance(n, ast.Compare) and any(
            isinstance(c, ast.Constant) and isinstance(c.value, str) for c in n.comparators
        ):
            name = called.get(n.left.id, "") if isinstance(n.left, ast.Name) else _entry_of(n.left)
            found.add(name)
    return found & params


def settings_of(node: ast.FunctionDef, scope: Scope, seen: frozenset[str] = frozenset()) -> set[str]:
    """The parameters that are dicts of settings, to the function itself or to one that it hands them on to."""
    params = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    found = setting_dicts(node)
    for n in ast.walk(node):
        if not (isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in scope.functions):
            continue
        if n.func.id in seen or n.func.id == node.name:
            continue
        callee = scope.functions[n.func.id]
        inner = settings_of(callee, scope, seen | {node.name})
        places = [a.arg for a in (*callee.args.posonlyargs, *callee.args.args)]
        given = [*zip(places, n.args, strict=False), *((k.arg, k.value) for k in n.keywords)]
        found |= {a.id for p, a in given if p in inner and isinstance(a, ast.Name)}
    return found & params


def _entry_of(node: ast.expr) -> str:
    """The name of what a text key picks from; "" for another expression."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str())):
            return name
    return ""


def plain_key(index: ast.expr) -> bool:
    index = index.operand if isinstance(index, ast.UnaryOp) else index
    return isinstance(index, ast.Constant) and type(index.value) in (int, str)


def _is_module(node: ast.expr, scope: Scope) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in scope.imports


def _is_numpy(func: ast.expr, scope: Scope) -> bool:
    while isinstance(func, ast.Attribute):
        func = func.value
    return (
        isinstance(func, ast.Name)
        and func.id in scope.imports
        and canonical_import(scope.imports[func.id]).split(".")[0] in ARRAYS
    )


class ArrayForms(Storage):
    """The part of the converter that is about arrays."""

    # -- expressions --------------------------------------------------------------------------------------------------

    def is_array_subscript(self, node: ast.Subscript) -> bool:
        """Whether a subscript reads an array (and not an entry of a list or dict)."""
        if not self.arrays:
            return False
        base = node.value
        if isinstance(base, ast.Name) and base.id in self.env:
            held = self.env[base.id]
            if isinstance(held, Slots):
                return (
                    held.param in self.array_names
                    and not _is_text_key(node.slice)
                    or not plain_key(node.slice)
                    and not _is_text_key(node.slice)
                )
            return self.is_number(held)
        if isinstance(base, ast.Call) and self.resolve(base.func)[1] in (*SPLITS, *SEVERAL):
            return not plain_key(node.slice)
        if isinstance(base, ast.Subscript) and not self.is_array_subscript(base):
            return not plain_key(node.slice)
        return not _is_text_key(node.slice)

    def subscript(self, node: ast.Subscript) -> Expr:
        """``x[i, :, mask]``; of ``x.shape`` a size."""
        return Call("[]", (self.number(node.value), *self.indices(node.slice)))

    def indices(self, node: ast.expr) -> tuple[Expr, ...]:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return tuple(self.index(p) for p in parts)

    def index(self, node: ast.expr) -> Expr:
        match node:
            case ast.Slice(lower=lower, upper=upper, step=step):
                return Call("slice", tuple(self.number(p) if p is not None else OMITTED for p in (lower, upper, step)))
            case ast.Constant(value=None):
                return Const("None")
            case ast.Constant(value=value) if value is Ellipsis:
                return Const("...")
            case ast.Starred():
                self.fail("GG107", "cannot differentiate a starred index yet", node, help="write the indices out")
            case ast.List(elts=elts):
                return Call("list", tuple(self.number(e) for e in elts))
            case ast.Call(func=ast.Name(id="list"), args=[whole], keywords=[]) if "list" not in self.scope.functions:
                return self.index(whole)  # a list of an array's entries is the same index
        value = self.value(node)
        return value if value == Const("None") else self.as_number(value, node)

    def array_attribute(self, node: ast.Attribute) -> Expr:
        """``x.shape``, ``x.T``, ``x.size``: what an array knows of itself."""
        if f".{node.attr}" not in ATTRIBUTES:
            self.fail(
                "GG107",
                f"cannot differentiate the attribute `.{node.attr}`",
                node,
                help="pass the value in as a parameter",
            )
        base = self.value(node.value)
        if isinstance(base, Slots):
            self.array_names.add(base.param)
        return Call(f".{node.attr}", (self.as_number(base, node.value),))

    def method(self, node: ast.Call) -> Expr:
        """``x.sum(axis=0)``: a method is the function of the same name with the array in front."""
        func = node.func
        name = f".{func.attr}"
        if (
            func.attr == "get"
            and isinstance(func.value, ast.Name)
            and isinstance(held := self.env.get(func.value.id), Slots)
            and not held.path
        ):
            self.opaque.add(held.param)  # an entry that may be missing: a setting
            return Call(".get", (Var(held.param), *(self.argument_of(a) for a in node.args)))
        if not has_rule(name):
            self.fail(
                "GG104",
                f"no rule for the method `.{func.attr}()`",
                func,
                help="write it with the functions that `gradgen rules` lists",
            )
        return self.array_call(name, [func.value, *node.args], node)

    def array_call(self, fn: str, args: list[ast.expr], node: ast.Call) -> Expr:
        """A call of a library function, keywords and all."""
        if star := next((a for a in args if isinstance(a, ast.Starred)), None):
            if not (fn in ("np.zeros", "np.ones", ".reshape") or isinstance(star.value, ast.Attribute)):
                self.fail("GG111", "cannot differentiate a starred argument yet", star, help="write the arguments out")
        operands = tuple(self.argument_of(a) for a in args)
        named = tuple(self.argument_of(k.value) for k in node.keywords)
        if any(k.arg is None for k in node.keywords):
            self.fail("GG111", "cannot differentiate `**` in a call", node, help="write the arguments out")
        attrs = (("keywords", tuple(k.arg for k in node.keywords)),) if named else ()
        expr = Call(fn, (*operands, *named), attrs)
        if find(expr, is_constant) is None:
            self.fail(
                "GG104",
                f"no rule for `{ast.unparse(node.func)}` called like this",
                node,
                help=f"gradgen rules {canonical(fn).split('.')[-1]} shows what it takes",
            )
        return self.whole_numbers(expr)

    def several(self, path: str, node: ast.Call, wanted: tuple[str, ...]) -> Items:
        """``sign, logdet = np.linalg.slogdet(x)``: printed as it stands; the results are values of their own."""
        said, gates = SEVERAL[path]
        if len(node.args) != 1 or ", ".join(map(ast.unparse, node.keywords)) != said:
            call = f"{path}(x{said and ', '}{said})"
            self.fail(
                "GG104", f"no rule for `{ast.unparse(node.func)}` called like this", node, help=f"call it as {call}"
            )
        x = self.atom(self.number(node.args[0]))
        names = (
            tuple(map(self.version, wanted))
            if len(wanted) == len(gates)
            else tuple(self.names.fresh(name) for name, _ in gates)
        )
        self.landed.update(names)
        attrs = (("keywords", tuple(k.arg for k in node.keywords)),) if said else ()
        printed = Call(path, (x, *(self.argument_of(k.value) for k in node.keywords)), attrs)
        self.emit(Keep("unpack", (Call("tuple", tuple(map(Var, names))), printed), self.take_origin()))
        values = [
            (name, Call(gate, (x, *(Var(names[n]) for n in OTHERS.get(gate, ())))))
            for name, (_, gate) in zip(names, gates)
        ]
        for name, value in sorted(values, key=lambda pair: len(pair[1].args)):
            self.emit(Let(name, value, Origin(line=SILENT)))
            self.mark(name, value)
        return Items("tuple", tuple(map(Var, names)))

    def split(self, path: str, node: ast.Call, wanted: tuple[str, ...]) -> Items:
        """``a, b = np.split(x, 2, axis=1)``: printed as it stands; each part is a value of its own."""
        given = dict(zip(("x", "count", "axis"), node.args, strict=False)) | {
            {"ary": "x", "indices_or_sections": "count"}.get(k.arg, k.arg): k.value for k in node.keywords
        }
        if not {"x", "count"} <= given.keys() <= {"x", "count", "axis"}:
            self.fail(
                "GG104",
                f"no rule for `{ast.unparse(node.func)}` called like this",
                node,
                help="call it as np.split(x, 3, axis=1)",
            )
        x = self.atom(self.number(given["x"]))
        sections = self.argument_of(given["count"])
        axis = self.literal(self.argument_of(given["axis"])) if "axis" in given else SPLITS[path]
        count = (
            len(sections.args) + 1
            if isinstance(sections, Call) and sections.fn in ("list", "tuple")
            else self.literal(sections)
        )
        if type(count) is not int or not 0 < count < 1000 or type(axis) is not int:
            self.fail(
                "GG104",
                "cannot tell how many parts this gives",
                node,
                help="split by a literal number, along a literal axis",
            )
        names = (
            tuple(self.version(w) for w in wanted)
            if len(wanted) == count
            else tuple(self.names.fresh(f"part{i + 1}") for i in range(count))
        )
        self.landed.update(names)
        printed = Call(path, tuple(x if a is given["x"] else self.argument_of(a) for a in [*node.args, *(k.value for k in node.keywords)]),
                       (("keywords", tuple(k.arg for k in node.keywords)),) if node.keywords else ())  # fmt: skip
        self.emit(Keep("unpack", (Call("tuple", tuple(Var(n) for n in names)), printed), self.take_origin()))
        for position, name in enumerate(names):
            part = Call("gate.part", (x, sections, Const(repr(axis)), Const(repr(position))))
            self.emit(Let(name, part, Origin(line=SILENT)))
            self.mark(name, part)
        return Items("list", tuple(Var(n) for n in names))

    def whole_numbers(self, expr: Call) -> Expr:
        """A cast to integers carries no derivative."""
        row, found = find(expr, is_constant)
        dtype = found.get("dtype")
        whole = isinstance(dtype, Var) and dtype.name in WHOLE or isinstance(dtype, Call) and dtype.fn in WHOLE
        return Call("stop_gradient", (expr,)) if whole and row.adjoints else expr

    def argument_of(self, node: ast.expr) -> Expr:
        """An argument of a library function: a value, a tuple or list of values, a type, None."""
        match node:
            case ast.Starred(value=value):
                return Call("starred", (self.number(value),))
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                return Call(
                    "tuple" if isinstance(node, ast.Tuple) else "list", tuple(self.argument_of(e) for e in elts)
                )
            case ast.Constant(value=value) if value is None or isinstance(value, (str, bool)):
                return Const(repr(value))
            case ast.Name(id="float" | "int" | "bool" as name) if name not in self.env and name not in self.locals:
                return Var(name)
            case ast.Name(id=name) if isinstance(self.env.get(name), Items):
                return self.written(self.env[name], node)
        return self.number(node)

    def numpy_name(self, path: str, node: ast.AST) -> Expr:
        """``np.pi``, ``np.newaxis``, ``np.float32``."""
        if path == "np.newaxis":
            return Const("None")
        if path in ("np.pi", "np.e", "np.inf", "np.nan") or path in DTYPES:
            return Call(path, ())
        self.fail("GG105", f"`{ast.unparse(node)}` is no number", node)

    # -- stores -------------------------------------------------------------------------------------------------------

    def store(self, target: ast.Subscript, op: str, value: Callable[[], Value], node: ast.stmt) -> None:
        """``a[index] op= value()``."""
        if not isinstance(target.value, ast.Name):
            self.fail(
                "GG114",
                f"cannot differentiate a store into `{ast.unparse(target)}` yet",
                target,
                help="give the array a name of its own first",
            )
        name = target.value.id
        held = self.env.get(name)
        if name in self.grown:
            self.fail("GG114", f"this puts another value into the list `{name}`", target, help="store into an array")
        if isinstance(held, Slots) and not held.path and op == "=" and _is_text_key(target.slice):
            self.write_entry(held, target.slice.value, value(), target)
            return
        if isinstance(held, Slots) or held is None:
            self.fail(
                "GG114",
                f"this writes into the argument `{name}`" if held else f"`{name}` has no value yet",
                target,
                help=f"work on a copy: {name}_new = {name}.copy()",
            )
        if isinstance(held, Items) and name in two_names(self.node):
            what = f"`{name}` may be another name for a container that this store changes"
            self.fail("GG114", what, target, help="work with one name for it")
        if (
            isinstance(held, Items)
            and held.kind == "dict"
            and op == "="
            and _is_text_key(target.slice) | plain_key(target.slice)
        ):
            self.env[name] = self.with_entry(name, held, ast.literal_eval(target.slice), value())
            return
        if not self.is_number(held):
            self.fail(
                "GG114",
                f"cannot differentiate a store into `{ast.unparse(target)}` yet",
                target,
                help=f"give the new value a name of its own: {name}_new = ...",
            )
        self.store_into(
            name, lambda: self.indices(target.slice), op, lambda: self.as_number(value(), node), node, target
        )

    def store_into(
        self,
        name: str,
        index: Callable[[], tuple[Expr, ...]],
        op: str,
        value: Callable[[], Expr],
        node: ast.stmt,
        target: ast.expr,
    ) -> None:
        """``name[index()] op= value()``, written in the text as ``target``."""
        whole = self.check_write(name, node)
        origin = self.at
        new = value()
        new = new if is_atom(new) or not self.flows(new) else self.atom(new)
        base = self.env[name]
        place = tuple(self.kept_index(i, base) for i in index())
        if isinstance(new, Call) and base.name in set(variables(new)):
            new = self.let_ready(new)
        if (self.flows(new) or op in ("*=", "/=")) and not self.distinct(place):
            self.fail(
                "GG114",
                f"`{ast.unparse(target)}` may name an entry twice, and only one of the values would stay",
                target,
                help="index by a mask, by slices, or by np.arange(N) and one column for each row",
            )
        version = self.version(name)
        self.at = origin if self.at.comments or not origin.comments else self.at
        self.emit(Store(version, base.name, place, op, new, self.take_origin()))
        if self.is_active(base.name) or self.flows(new):
            self.active.add(version)
        self.rebind(name, whole, base, Var(version))

    def distinct(self, index: tuple[Expr, ...]) -> bool:
        """Whether an index is known to name every entry at most once."""
        return all(self._is_single(i) for i in index) or any(_is_count(self.meaning(i)) for i in index)

    def _is_single(self, item: Expr) -> bool:
        meant = self.meaning(item)
        if isinstance(meant, Const) or isinstance(meant, Call) and meant.fn in ("slice", "neg", *MASKS):
            return True
        return (
            isinstance(meant, Call)
            and meant.fn == "[]"
            and isinstance(meant.args[0], Call)
            and meant.args[0].fn == ".shape"
        )

    def meaning(self, expr: Expr) -> Expr:
        """What a name was bound to, where that stands in the text above."""
        made = {s.target: s.value for s in (*self.above, *self.out) if isinstance(s, Let)}
        while isinstance(expr, Var) and expr.name in made:
            expr = made[expr.name]
        return expr

    def with_entry(self, name: str, held: Items, key: object, value: Value) -> Items:
        """A dict of the function's own with one entry more, or another value for it."""
        if self.is_number(value) and not is_atom(value):
            value = self.let(self.names.fresh(f"{name}_{key}" if str(key).isidentifier() else f"{name}_entry"), value)
        entries = dict(zip(held.keys, held.values, strict=True)) | {key: value}
        return Items("dict", tuple(entries.values()), tuple(entries))

    def write_entry(self, whole: Slots, key: str, value: Value, target: ast.Subscript) -> None:
        """``bn_param["running_mean"] = running_mean``: written into the caller's dict, as the original does."""
        self.claim(whole, "dict", target)
        if self.is_number(value) and not is_atom(value):
            value = self.let(self.names.fresh(key if key.isidentifier() else f"{whole.param}_entry"), value)
        entry = Slots(whole.param, (key,))
        source = Call("index", (Var(whole.param), Const(f'"{key}"')))
        self.emit(Keep("set", (source, self.written(value, target)), self.take_origin()))
        self.env[entry.name] = value

    def kept_index(self, index: Expr, base: Var) -> Expr:
        """An index that reads the array which is about to change gets a name: it is needed as it was."""
        if (
            isinstance(index, Call)
            and index.fn != "slice"
            and base.name in set(variables(index))
            and not (index.fn == "[]" and index.args[0] == Call(".shape", (base,)))
        ):
            name = self.names.fresh("mask" if index.fn not in ("[]", "np.argmax") else "picked")
            self.emit(Let(name, index, Origin(line=self.at.line)))
            return Var(name)
        return index


def _is_count(expr: Expr) -> bool:
    return isinstance(expr, Call) and (
        expr.fn in ("np.arange", "range")
        or expr.fn in ("list", "np.array")
        and len(expr.args) == 1
        and _is_count(expr.args[0])
    )


def two_names(node: ast.FunctionDef) -> set[str]:
    """The names that some statement makes another name for, or of, one object: ``a = b``, ``a = b = {}``."""
    found: set[str] = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Assign):
            names = [t.id for t in n.targets if isinstance(t, ast.Name)]
            if isinstance(n.value, ast.Name) or len(n.targets) > 1:
                found |= {*names, *([n.value.id] if isinstance(n.value, ast.Name) else [])}
    return found


def _is_text_key(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and isinstance(index.value, str)
