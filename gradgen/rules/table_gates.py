"""Rows: gates that a whole chain of stages makes up (`analysis.gates` finds them), as an expert simplifies them on paper."""

from gradgen.ir.nodes import Call, Const
from gradgen.rules.rule import rule
from gradgen.rules.shapes import elementwise, part_of, picked_rows, rearranged, reduced, same, scalar
from gradgen.rules.site import NONE, Site
from gradgen.rules.table_reductions import back


def softmax_back(site: Site) -> str:
    """p * (dp - sum(p * dp))"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"p * (dp - np.sum(p * dp{options}))"


def log_softmax_back(site: Site) -> str:
    """dp - exp(p) * sum(dp)"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"dp - np.exp(p) * np.sum(dp{options})"


rule(
    "p = gate.softmax(x, axis=None)", dx=softmax_back, shape=same, sympy="exp(x)/sum(exp(x))", gate="scaler", stem="p",
    why="p grows with its own x and gives way to all others; a shift of x changes nothing",
)  # fmt: skip
rule(
    "p = gate.log_softmax(x, axis=None)", dx=log_softmax_back, shape=rearranged, sympy="x - log(sum(exp(x)))", gate="scaler", stem="logp",
    why="the slope of x less the log of its exponentials' sum is one less the softmax",
)  # fmt: skip


def log_of_softmax_back(site: Site) -> str:
    """dv - p * sum(dv)"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"dv - p * np.sum(dv{options})"


def logsumexp_back(site: Site) -> str:
    """e / s * dv: the softmax"""
    return f"e * {back(site, '(dv / s)')}"


rule(
    "v = gate.log_of_softmax(x, p, axis=None)", blocks="p", dx=log_of_softmax_back, shape=rearranged, sympy="log(exp(x)/sum(exp(x)))",
    gate="scaler", stem="logp", why="the log of the softmax p grows with its own x and falls with every x by its share p",
)  # fmt: skip
rule(
    "v = gate.logsumexp(x, e, s, axis=None, keepdims=False)", blocks="e s", dx=logsumexp_back, shape=reduced, sympy="log(sum(exp(x)))",
    gate="scaler", stem="lse", why="the slope of the log of the exponentials' sum is the softmax; a shift of x changes nothing",
)  # fmt: skip


def log_pick_back(site: Site) -> str:
    """-p * dv, and dv more at the entry that was picked"""
    return f"spread(-{'dv' if site.up == () else 'dv[:, None]'} * p, dv, index)"


rule(
    "v = gate.log_pick(x, p, index)", blocks="p index", dx=log_pick_back, shape=picked_rows, sympy="log(softmax(x)[index])", gate="scaler",
    stem="logp", why="the log of the picked softmax grows with its own x and falls with every x by its share p",
)  # fmt: skip


rule(
    "v = gate.log_entry(x, p, index)", blocks="p index", dx="spread(-dv * p, dv, index)", shape=scalar, sympy="log(softmax(x)[index])",
    gate="scaler", stem="logp", why="the log of one entry of the softmax grows with its own x and falls with every x by its share p",
)  # fmt: skip


def normalized_back(site: Site):
    """scale / std * (dz - mean(dz) - z * mean(z * dz)); where ``times``, what stands for a deviation is one over it"""
    options = (
        "" if not site.given("axis") else ", axis=axis" if site.integer("axis") == 0 else ", axis=axis, keepdims=True"
    )
    spread, names = f"np.mean(z * dz{options})", {}
    match site.found["share"]:
        case Call("/", (Const(), below)):
            spread, names = f"(np.sum(z * dz{options}) / below)", {"below": below}
        case share if share != NONE:
            spread = f"(share * np.sum(z * dz{options}))"
    inner = f"(dz - np.mean(dz{options}) - z * {spread})"
    if site.given("times"):
        return (f"scale * std * {inner}" if site.given("scale") else f"std * {inner}"), names
    return (f"scale / std * {inner}" if site.given("scale") else f"{inner} / std"), names


rule(
    "z = gate.normalized(x, std, axis=None, scale=None, share=None, times=None)", blocks="std", dx=normalized_back, shape=rearranged,
    sympy="(x - mean(x))/sqrt(var(x) + eps)", gate="spreader", stem="norm", why="what moves the mean or the spread of x alone does not reach z",
)  # fmt: skip


def unit_back(site: Site) -> str:
    """(dy - y * mean(y * dy)) / size; where ``total``, the sum"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"(dy - y * np.{'sum' if site.given('total') else 'mean'}(y * dy{options})) / size"


rule(
    "y = gate.unit(x, size, axis=None, total=None)", blocks="size", dx=unit_back, shape=rearranged, sympy="x/sqrt(mean(x**2) + eps)",
    gate="spreader", stem="unit", why="what makes x longer or shorter alone does not reach y",
)  # fmt: skip
rule(
    "s = gate.sigmoid(x)", dx="(1 - s) * s * ds", shape=same, sympy="1/(1 + exp(-x))", gate="scaler", stem="sig",
    why="exp(x) / (1 + exp(x)) is 1 / (1 + exp(-x)): its slope is (1 - s) * s",
)  # fmt: skip
rule(
    "v = gate.log_sigmoid(x, s)", blocks="s", dx="(1 - s) * dv", shape=same, sympy="log(1/(1 + exp(-x)))", gate="scaler", stem="logp",
    why="with s = sigmoid(x) the slopes 1 / s and (1 - s) * s multiply to 1 - s",
)  # fmt: skip
rule(
    "y = gate.silu(x, s)", blocks="s", dx="s * (1 + x - y) * dy", shape=same, sympy="x/(1 + exp(-x))", gate="scaler", stem="silu",
    why="with s = sigmoid(x) the slopes s and x * s * (1 - s) add up to s * (1 + x - y)",
)  # fmt: skip
rule(
    "y = gate.silu_over(x, d)", blocks="d", dx="(1 + x - y) / d * dy", shape=same, sympy="x/(1 + exp(-x))", gate="scaler", stem="silu",
    why="with d = 1 + exp(-x) the slopes 1 / d and x * (1 - 1 / d) / d add up to (1 + x - y) / d",
)  # fmt: skip

rule(
    "z = gate.times_exp(x, u, e)", blocks="e", dx="e * dz", du="z * dz", shape=elementwise, sympy="x*exp(u)", gate="scaler", stem="prod",
    why="with e = exp(u) the slope of x * e by u is x * e itself",
)  # fmt: skip
rule(
    "z = gate.over_exp(x, u, e)", blocks="e", dx="dz / e", du="-z * dz", shape=elementwise, sympy="x*exp(-u)", gate="scaler", stem="ratio",
    why="with e = exp(u) the slope of x / e by u is -x / e itself",
)  # fmt: skip

rule(
    "y = gate.part(x, sections, axis, i)", blocks="sections axis i", dx="dy", shape=part_of, sympy="x", gate="mover", stem="part",
    why="each part holds some of the entries; their gradients lie one behind the other",
)  # fmt: skip
rule(
    "z = gate.relu(x, kept)", blocks="kept", dx="np.where(kept > 0, dz, 0.0)", shape=same, sympy="Max(x, 0)", gate="router", stem="max",
    why="what is positive in the end has let its input pass, and nothing else has",
)  # fmt: skip
rule(
    "v = gate.bernoulli(z, y, h, a, b)", blocks="h a b", dz="(y - h) * dv", dy="(a - b) * dv", shape=elementwise,
    sympy="y*log(h) + (1 - y)*log(1 - h)", gate="scaler", stem="logp",
    why="with h = sigmoid(z) the slopes y * (1 - h) and -(1 - y) * h add up to y - h",
)  # fmt: skip
rule(
    "v = gate.bernoulli_sum(z, y, h, a, b)", blocks="h a b", dz="(y - h) * dv", dy="(a - b) * dv", shape=scalar,
    sympy="sum(y*log(h) + (1 - y)*log(1 - h))", gate="scaler", stem="logp",
    why="with h = sigmoid(z) the slopes y * (1 - h) and -(1 - y) * h add up to y - h",
)  # fmt: skip
