"""The expressions that only array code has: subscripts, attributes, methods, calls of NumPy's functions."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradgen.frontend.hints import plain_key
from gradgen.frontend.storage import is_slice
from gradgen.frontend.stores import Stores, is_text_key
from gradgen.frontend.values import Items, Slots
from gradgen.ir.nodes import Call, Const, Expr, Keep, Let, Origin, Var
from gradgen.ir.read import OMITTED
from gradgen.ir.write import ATTRIBUTES
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import canonical, find, has_rule

SILENT = -1  # the line of a stage that another statement prints (a name that an unpacking gives)
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
PARTS = {"real": "np.real", "imag": "np.imag"}  # attributes that are read as these functions
QUERIES = frozenset({"np.shape", "np.ndim", "np.size", "np.isscalar", "np.iscomplexobj"})


class ArrayForms(Stores):
    """The part of the converter that is about arrays."""

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
                    and not is_text_key(node.slice)
                    or not plain_key(node.slice)
                    and not is_text_key(node.slice)
                )
            return self.is_number(held)
        if isinstance(base, ast.Call) and self.resolve(base.func)[1] in (*SPLITS, *SEVERAL):
            return not plain_key(node.slice)
        if isinstance(base, ast.Subscript) and not self.is_array_subscript(base):
            return not plain_key(node.slice)
        return not is_text_key(node.slice)

    def subscript(self, node: ast.Subscript) -> Expr:
        """``x[i, :, mask]``; of ``x.shape`` a size.  ``x[i][j]`` of an array is its entry ``x[i, j]``."""
        whole, index = self.number(node.value), self.indices(node.slice)
        match whole:
            case Call("[]", (Var() as base, *first)) if self.rank_so_far(base) and self.is_one_index(first, index):
                return Call("[]", (base, *first, *index))
        return Call("[]", (whole, *index))

    def is_one_index(self, first: Sequence[Expr], second: Sequence[Expr]) -> bool:
        """Whether an array's ``[first][second]`` is its ``[first, second]``: each of the first picks one entry of its axis."""
        numbers = all(self.index_kind(i) == "basic" and not is_slice(i) for i in first)
        return numbers and (len(second) == 1 or all(self.index_kind(i) == "basic" for i in second))

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
        fn = PARTS.get(node.attr, f".{node.attr}")
        if node.attr not in PARTS and fn not in ATTRIBUTES:
            self.fail(
                "GG107",
                f"cannot differentiate the attribute `.{node.attr}`",
                node,
                help="pass the value in as a parameter",
            )
        base = self.value(node.value)
        if isinstance(base, Slots):
            self.array_names.add(base.param)
        return Call(fn, (self.as_number(base, node.value),))

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
            case ast.BinOp(op=ast.Add()) if (sizes := self.sizes_joined(node)) is not None:
                return Call("tuple", sizes)
            case ast.Name(id="float" | "int" | "bool" as name) if name not in self.env and name not in self.locals:
                return Var(name)
            case ast.Name(id=name) if isinstance(self.env.get(name), Items):
                return self.written(self.env[name], node)
        return self.number(node)

    def sizes_joined(self, node: ast.expr) -> tuple[Expr, ...] | None:
        """``x.shape[:-1] + (n, 2)`` size by size, where it is known how many axes x has; None for anything else."""
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                parts = [self.sizes_joined(part) for part in (left, right)]
                return None if None in parts else (*parts[0], *parts[1])
            case ast.Tuple(elts=elts) if not any(isinstance(e, ast.Starred) for e in elts):
                return tuple(map(self.argument_of, elts))
            case ast.Attribute(value=ast.Name() as base, attr="shape"):
                ends = (None, None)
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name() as base, attr="shape"),
                slice=ast.Slice(lower=lower, upper=upper, step=None),
            ):
                ends = tuple(None if e is None else self.literal(self.argument_of(e)) for e in (lower, upper))
                if any(e is not None and type(n) is not int for e, n in zip((lower, upper), ends, strict=True)):
                    return None
            case _:
                return None
        whole = self.number(base)
        rank = self.rank_so_far(whole)
        if rank is None:
            return None
        return tuple(Call("[]", (Call(".shape", (whole,)), Const(repr(i)))) for i in range(rank)[slice(*ends)])

    def numpy_name(self, path: str, node: ast.AST) -> Expr:
        """``np.pi``, ``np.newaxis``, ``np.float32``."""
        if path == "np.newaxis":
            return Const("None")
        if path in ("np.pi", "np.e", "np.inf", "np.nan") or path in DTYPES:
            return Call(path, ())
        self.fail("GG105", f"`{ast.unparse(node)}` is no number", node)
