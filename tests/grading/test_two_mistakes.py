"""Two mistakes at once, in what one value is made of, are both found."""

from __future__ import annotations

from tests.grading.test_hand_ins import graded


def test_two_mistakes_in_what_adds_up() -> None:
    found = graded("""\
        def smooth_forward(x):
            out = x.copy()
            out[:-1] += 0.25 * x[1:]
            out[1:] += 0.5 * x[:-1]
            return out, x

        def smooth_backward(dout, cache):
            dx = dout.copy()
            dx[:-1] += 2 * (0.5 * dout[1:])
            dx[1:] += 2.5 * dout[:-1]
            return dx
        """)
    assert [m.line for m in found.mistakes] == [10, 11]


def test_two_mistakes_of_which_one_multiplies() -> None:
    found = graded("""\
        def l2norm_forward(x):
            n = np.sqrt(np.sum(x**2, axis=1, keepdims=True))
            out = x / n
            return out, (out, n)

        def l2norm_backward(dout, cache):
            out, n = cache
            along = np.sum(dout * out, axis=1, keepdims=True) / n
            dx = (dout - out * along) / n / dout
            return dx
        """)
    assert [(m.line, m.cause) for m in found.mistakes] == [(9, "extra factor"), (10, "extra factor")]


def test_mistakes_in_two_branches() -> None:
    found = graded("""\
        def branch_forward(x, y):
            if x > 0:
                out = x * y
            else:
                out = x - y**2
            return out, (x, y)

        def branch_backward(dout, cache):
            x, y = cache
            if x > 0:
                dx = dout * y
                dy = dout * x + y
            else:
                dx = dout
                dy = -(-2 * y * dout)
            return dx, dy
        """)
    assert [m.line for m in found.mistakes] == [13, 16]
