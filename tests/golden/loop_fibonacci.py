# at: a=1.5, b=0.5, n=4
def fibonacci(a, b, n):
    for i in range(n):
        a, b = b, a * b
    return a + b

# output
def fibonacci_value_and_grad(a, b, n):
    """fibonacci(a, b, n) and its gradient (da, db), for real numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    a_hist = []
    b_hist = []
    for i in range(n):
        a_hist.append(a)
        b_hist.append(b)
        a2 = b  # (1)
        b = a * b  # (2)
        a = a2
    out = a + b  # (3)

    # backprop out = a + b
    da = 1.0  # (3)
    db = 1.0  # (3)
    # backprop the loop over i
    for i in reversed(range(n)):
        da2 = da
        # backprop b = a * b
        da = b_hist[i] * db  # (2)
        db = a_hist[i] * db  # (2)
        # backprop a2 = b
        db += da2  # (1)
    return out, (da, db)

# output split
def fibonacci_forward(a, b, n):
    """fibonacci(a, b, n) and the cache that fibonacci_backward needs, for real
    numbers.

    UNCHECKED (not asked for).
    """
    a_hist = []
    b_hist = []
    for i in range(n):
        a_hist.append(a)
        b_hist.append(b)
        a2 = b  # (1)
        b = a * b  # (2)
        a = a2
    out = a + b  # (3)
    return out, (n, a_hist, b_hist)


def fibonacci_backward(dout, cache):
    """The gradient (da, db) of fibonacci, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    n, a_hist, b_hist = cache
    # backprop out = a + b
    da = dout  # (3)
    db = dout  # (3)
    # backprop the loop over i
    for i in reversed(range(n)):
        da2 = da
        # backprop b = a * b
        da = b_hist[i] * db  # (2)
        db = a_hist[i] * db  # (2)
        # backprop a2 = b
        db += da2  # (1)
    return da, db
