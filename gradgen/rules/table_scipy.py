"""Rows: functions of `scipy.special`, where the source imports them."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import elementwise, rearranged, reduced, same
from gradgen.rules.site import NONE, Site
from gradgen.rules.table_reductions import back

S = "scipy.special."
SLOPES = {  # name -> (value for SymPy, adjoint of x, why)
    "expit": ("1/(1 + exp(-x))", "(1 - y) * y * dy", "the sigmoid: its slope is s * (1 - s)"),
    "logit": ("log(x/(1 - x))", "dy / (x * (1 - x))", "log(x) - log(1 - x), whose slopes add up to 1 / (x * (1 - x))"),
    "log_expit": ("-log(1 + exp(-x))", f"{S}expit(-x) * dy", "the log of the sigmoid s has the slope 1 - s"),
    "erf": ("erf(x)", "2 / math.sqrt(math.pi) * np.exp(-x * x) * dy", "the slope of erf is the bell curve 2 / sqrt(pi) * exp(-x**2)"),
    "erfc": ("1 - erf(x)", "-2 / math.sqrt(math.pi) * np.exp(-x * x) * dy", "erfc is 1 - erf"),
    "ndtr": ("(1 + erf(x/sqrt(2)))/2", "np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi) * dy", "the slope of the normal distribution is its density"),
    "entr": ("-x*log(x)", "-(np.log(x) + 1) * dy", "the slopes of -x * log(x) by both of its factors"),
    "gammaln": ("loggamma(x)", f"{S}digamma(x) * dy", "the slope of log-gamma is the digamma function"),
    "gamma": ("gamma(x)", f"y * {S}digamma(x) * dy", "gamma is the exponential of log-gamma, whose slope is digamma"),
    "digamma": ("digamma(x)", f"shaped({S}polygamma(1, x) * dy)", "the slope of digamma is the trigamma function"),
}  # fmt: skip
for name, (value, slope, why) in SLOPES.items():
    rule(
        f"y = {S}{name}(x)",
        also=f"{S}psi(x)" if name == "digamma" else (),
        dx=slope,
        shape=same,
        sympy=value,
        gate="scaler",
        why=why,
    )
rule(
    f"z = {S}xlogy(x, y)", dx="np.log(y) * dz", dy="x / np.where(x == 0, 1.0, y) * dz", shape=elementwise, sympy="x*log(y)", gate="scaler",
    why="the slopes of x * log(y), which is 0 at x = 0 whatever y is",
)  # fmt: skip
rule(
    f"z = {S}xlog1py(x, y)", dx="np.log1p(y) * dz", dy="x / (1 + y) * dz", shape=elementwise, sympy="x*log(1 + y)", gate="scaler",
    why="the slopes of x * log(1 + y)",
)  # fmt: skip
rule(
    f"z = {S}betaln(x, y)", dx=f"({S}digamma(x) - {S}digamma(x + y)) * dz", dy=f"({S}digamma(y) - {S}digamma(x + y)) * dz", shape=elementwise,
    sympy="loggamma(x) + loggamma(y) - loggamma(x + y)", gate="scaler", why="three log-gammas, each with the slope digamma",
)  # fmt: skip


def logsumexp_back(site: Site) -> str:
    """exp(x - y) * dy: the softmax"""
    return f"np.exp(x - {back(site, 'y')}) * {back(site, 'dy')}"


def along(site: Site) -> str:
    return ", axis=axis, keepdims=True" if site.given("axis") else ""


def softmax_back(site: Site) -> str:
    """y * (dy - sum(y * dy))"""
    return f"y * (dy - np.sum(y * dy{along(site)}))"


def log_softmax_back(site: Site) -> str:
    """dy - exp(y) * sum(dy)"""
    return f"dy - np.exp(y) * np.sum(dy{along(site)})"


def unweighted(found) -> bool:
    """A sum of exponentials without weights."""
    return found["b"] == NONE


rule(
    f"y = {S}logsumexp(x, axis=None, b=None, keepdims=False)", dx=logsumexp_back, shape=reduced, takes=unweighted, sympy="log(sum(exp(x)))",
    gate="scaler", stem="lse", why="the slope of the log of the exponentials' sum is the softmax",
)  # fmt: skip
rule(
    f"y = {S}softmax(x, axis=None)", dx=softmax_back, shape=same, sympy="exp(x)/sum(exp(x))", gate="scaler", stem="p",
    why="y grows with its own x and gives way to all others",
)  # fmt: skip
rule(
    f"y = {S}log_softmax(x, axis=None)", dx=log_softmax_back, shape=rearranged, sympy="x - log(sum(exp(x)))", gate="scaler", stem="logp",
    why="the slope of x less the log of its exponentials' sum is one less the softmax",
)  # fmt: skip
