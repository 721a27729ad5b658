"""What the refusal of a Fourier transform says to write instead is that transform, and has a gradient."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute

X, RE, IM = np.array([[0.3, -1.0, 2.0, 0.7, -0.4], [1.5, 0.2, -0.6, 0.9, 0.1], [0.0, 0.8, -0.5, 1.1, 0.0]])


@pytest.mark.parametrize(
    "call, wanted",
    [
        ("np.abs(np.fft.rfft(x)) ** 2", np.abs(np.fft.rfft(X)) ** 2),
        ("np.abs(np.fft.fft(x * x)) ** 2", np.abs(np.fft.fft(X * X)) ** 2),
        ("np.fft.ifft(x).real", np.fft.ifft(RE + 1j * IM).real),
        ("np.fft.irfft(x)", np.fft.irfft(RE + 1j * IM)),
    ],
)
def test_the_help_can_be_pasted(call: str, wanted: np.ndarray) -> None:
    with pytest.raises(gradgen.GradgenError) as caught:
        gradgen.generate(f"import numpy as np\n\ndef f(x):\n    return np.sum({call})\n")
    lines = caught.value.diagnostics[0].help.partition(": ")[2].replace("; ", "\n    ")
    operands, result = ("re, im", "y") if "re.shape" in lines else ("x", "re**2 + im**2")
    text = f"import numpy as np\n\ndef f({operands}):\n    {lines}\n    return {result}\n"
    value = execute(text)["f"](*(RE, IM) if operands == "re, im" else (X,))
    assert np.allclose(value, wanted)
    assert gradgen.generate(text).report.verdict == "PROVED"


def test_the_parts_of_real_arrays() -> None:
    """``x.real`` is x, ``x.imag`` is 0."""
    result = gradgen.generate("import numpy as np\n\ndef f(x):\n    return np.sum(np.exp(x.real) + x.imag)\n")
    assert result.report.verdict == "PROVED"


def test_other_calls_are_told_the_way() -> None:
    with pytest.raises(gradgen.GradgenError) as caught:
        gradgen.generate("import numpy as np\n\ndef f(x):\n    return np.sum(np.abs(np.fft.rfft(x, axis=0)))\n")
    assert "cosines and sines" in caught.value.diagnostics[0].help
