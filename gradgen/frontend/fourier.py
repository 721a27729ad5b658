"""What a Fourier transform is in real numbers, for the refusals of those that lead through complex ones."""

from __future__ import annotations

import ast

FORWARD = (
    "n, = {x}.shape; t = 2 * np.pi / n * np.outer({rows}, np.arange(n)); re = np.cos(t) @ {x}; im = -np.sin(t) @ {x}"
)
IN_REAL_NUMBERS = {  # of a vector; {x} is what is transformed, re and im the real and imaginary parts
    "np.fft.fft": ("its real and imaginary part are re and im", FORWARD.replace("{rows}", "np.arange(n)")),
    "np.fft.rfft": ("its real and imaginary part are re and im", FORWARD.replace("{rows}", "np.arange(n // 2 + 1)")),
    "np.fft.ifft": (
        "its real part is y, where its operand has the parts re and im",
        "n, = re.shape; t = 2 * np.pi / n * np.outer(np.arange(n), np.arange(n)); y = (np.cos(t) @ re - np.sin(t) @ im) / n",
    ),
    "np.fft.irfft": (
        "it is y, where its operand has the parts re and im",
        "m, = re.shape; n = 2 * m - 2; k = np.arange(m); w = np.where(k % (m - 1) == 0, 1, 2); "
        "t = 2 * np.pi / n * np.outer(np.arange(n), k); y = (np.cos(t) @ (w * re) - np.sin(t) @ (w * im)) / n",
    ),
}


def rewritten(path: str, node: ast.Call) -> str:
    """The help of a refusal: statements that can stand in place of a transform."""
    if path not in IN_REAL_NUMBERS or len(node.args) != 1 or node.keywords:
        return "write the transform as a product with matrices of cosines and sines"
    what, text = IN_REAL_NUMBERS[path]
    operand = ast.unparse(node.args[0])
    return f"{what}: {text.replace('{x}', operand if operand.isidentifier() else f'({operand})')}"
