"""Rows: trigonometric and hyperbolic functions, and angles."""

from gradgen.rules.rule import rule

rule(
    "y = np.sin(x)",
    dx="math.cos(x) * dy",
    sympy="sin(x)",
    gate="scaler",
    also="math.sin(x)",
    why="the slope of sin is cos",
)
rule(
    "y = np.cos(x)",
    dx="-math.sin(x) * dy",
    sympy="cos(x)",
    gate="scaler",
    also="math.cos(x)",
    why="the slope of cos is -sin",
)
rule(
    "y = np.tan(x)", dx="(1 + y * y) * dy", sympy="tan(x)", domain="x < 1, x > -1", gate="scaler",
    also="math.tan(x)", why="the slope of tan is 1 + tan**2",
)  # fmt: skip
rule(
    "y = np.arcsin(x)", dx="(1 / math.sqrt(1 - x * x) if abs(x) < 1 else math.inf) * dy", array={"dx": "dy / np.sqrt(1 - x * x)"}, sympy="asin(x)",
    domain="x < 1, x > -1", gate="scaler", also="math.asin(x)", stem="asin", why="the slope of arcsin is 1 / sqrt(1 - x**2)",
)  # fmt: skip
rule(
    "y = np.arccos(x)", dx="(-1 / math.sqrt(1 - x * x) if abs(x) < 1 else -math.inf) * dy", array={"dx": "-dy / np.sqrt(1 - x * x)"}, sympy="acos(x)",
    domain="x < 1, x > -1", gate="scaler", also="math.acos(x)", stem="acos", why="the slope of arccos is -1 / sqrt(1 - x**2)",
)  # fmt: skip
rule(
    "y = np.arctan(x)", dx="dy / (1 + x * x)", sympy="atan(x)", gate="scaler", also="math.atan(x)", stem="atan",
    why="the slope of arctan is 1 / (1 + x**2)",
)  # fmt: skip
rule(
    "z = np.arctan2(y, x)", dy="(x / (x * x + y * y) if x or y else 0.0) * dz",
    dx="(-y / (x * x + y * y) if x or y else 0.0) * dz", array={"dy": "x / (x * x + y * y) * dz", "dx": "-y / (x * x + y * y) * dz"}, sympy="atan2(y, x)", domain="x > 0, y > 0", gate="scaler",
    also="math.atan2(y, x)", stem="angle",
    why="the angle of (x, y) turns by x / r**2 along y and by -y / r**2 along x; 0 at the origin",
)  # fmt: skip
rule(
    "y = np.sinh(x)",
    dx="math.cosh(x) * dy",
    sympy="sinh(x)",
    gate="scaler",
    also="math.sinh(x)",
    why="the slope of sinh is cosh",
)
rule(
    "y = np.cosh(x)",
    dx="math.sinh(x) * dy",
    sympy="cosh(x)",
    gate="scaler",
    also="math.cosh(x)",
    why="the slope of cosh is sinh",
)
rule(
    "y = np.tanh(x)", dx="(1 - y * y) * dy", sympy="tanh(x)", gate="scaler", also="math.tanh(x)",
    why="the slope of tanh is 1 - tanh**2",
)  # fmt: skip
rule(
    "y = np.arcsinh(x)", dx="dy / math.sqrt(x * x + 1)", sympy="asinh(x)", gate="scaler", also="math.asinh(x)", stem="asinh",
    why="the slope of arcsinh is 1 / sqrt(x**2 + 1)",
)  # fmt: skip
rule(
    "y = np.arccosh(x)", dx="(1 / math.sqrt(x * x - 1) if x > 1 else math.inf) * dy", array={"dx": "dy / np.sqrt(x * x - 1)"}, sympy="acosh(x)", domain="x > 1",
    gate="scaler", also="math.acosh(x)", stem="acosh", why="the slope of arccosh is 1 / sqrt(x**2 - 1)",
)  # fmt: skip
rule(
    "y = np.arctanh(x)", dx="dy / (1 - x * x)", sympy="atanh(x)", domain="x < 1, x > -1", gate="scaler",
    also="math.atanh(x)", stem="atanh", why="the slope of arctanh is 1 / (1 - x**2)",
)  # fmt: skip
rule(
    "y = np.degrees(x)", dx="math.degrees(dy)", sympy="180*x/pi", gate="scaler", also=("math.degrees(x)", "np.rad2deg(x)"), stem="deg",
    why="a fixed factor, 180 / pi",
)  # fmt: skip
rule(
    "y = np.radians(x)", dx="math.radians(dy)", sympy="pi*x/180", gate="scaler", also=("math.radians(x)", "np.deg2rad(x)"), stem="rad",
    why="a fixed factor, pi / 180",
)  # fmt: skip
rule(
    "r = math.hypot(*x)", dx="(x / r if r else 0.0) * dr", sympy="sqrt(x**2)", domain="x > 0", gate="scaler", stem="norm",
    why="the length grows along each coordinate by that coordinate over the length; 0 at the origin",
)  # fmt: skip
