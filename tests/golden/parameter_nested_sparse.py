# at: w=[[1.5, 2.0], [0.5, -1.0, 3.0]], p={"a": [1.0, 2.0, 3.0], "b": 0.5}
def f(w, p):
    return w[0][1] * w[1][-1] + p["a"][1] * p["b"]

# output
def f_value_and_grad(w, p):
    """f(w, p) and its gradient (dw, dp), for real numbers; w holds numbers, p holds
    the keys a, b.

    UNCHECKED (not asked for).
    """
    # forward pass
    f = w[0][1] * w[1][-1] + p["a"][1] * p["b"]  # (1)

    # backprop f = w[0][1] * w[1][-1] + p["a"][1] * p["b"]
    dw0_1 = w[1][-1]  # (1)
    dw1_m1 = w[0][1]  # (1)
    dpa_1 = p["b"]  # (1)
    dpb = p["a"][1]  # (1)
    dw = [[0.0] * len(w[0]), [0.0] * len(w[1])]
    dw[0][1] += dw0_1
    dw[1][-1] += dw1_m1
    dp = {"a": [0.0] * len(p["a"]), "b": dpb}
    dp["a"][1] += dpa_1
    return f, (dw, dp)

# output split
def f_forward(w, p):
    """f(w, p) and the cache that f_backward needs, for real numbers; w holds numbers,
    p holds the keys a, b.

    UNCHECKED (not asked for).
    """
    f = w[0][1] * w[1][-1] + p["a"][1] * p["b"]  # (1)
    return f, (w, p)


def f_backward(dout, cache):
    """The gradient (dw, dp) of f, from the gradient on its result and the cache.

    UNCHECKED (not asked for).
    """
    w, p = cache
    # backprop f = w[0][1] * w[1][-1] + p["a"][1] * p["b"]
    dw0_1 = w[1][-1] * dout  # (1)
    dw1_m1 = w[0][1] * dout  # (1)
    dpa_1 = p["b"] * dout  # (1)
    dpb = p["a"][1] * dout  # (1)
    dw = [[0.0] * len(w[0]), [0.0] * len(w[1])]
    dw[0][1] += dw0_1
    dw[1][-1] += dw1_m1
    dp = {"a": [0.0] * len(p["a"]), "b": dpb}
    dp["a"][1] += dpa_1
    return dw, dp
