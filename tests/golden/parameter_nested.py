# at: params={"W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.5, -0.5]}, x=[0.3, 0.7]
def layer(params, x):
    W, b = params["W"], params["b"]
    h0 = W[0][0] * x[0] + W[0][1] * x[1] + b[0]
    h1 = W[1][0] * x[0] + W[1][1] * x[1] + b[1]
    return max(0, h0) + max(0, h1)

# output
def layer_value_and_grad(params, x):
    """layer(params, x) and its gradient (dparams, dx), for real numbers; params holds
    the keys W, b, x holds 2 numbers.

    UNCHECKED (not asked for).
    """
    # forward pass
    h0 = params["W"][0][0] * x[0] + params["W"][0][1] * x[1] + params["b"][0]  # (1)
    h1 = params["W"][1][0] * x[0] + params["W"][1][1] * x[1] + params["b"][1]  # (2)
    maxh0 = max(0, h0)  # (3)
    maxh1 = max(0, h1)  # (4)
    out = maxh0 + maxh1  # (5)

    # backprop out = maxh0 + maxh1
    dmaxh0 = 1.0  # (5)
    dmaxh1 = 1.0  # (5)
    # backprop maxh1 = max(0, h1)
    dh1 = dmaxh1 if h1 > 0 else 0.0  # (4)
    # backprop maxh0 = max(0, h0)
    dh0 = dmaxh0 if h0 > 0 else 0.0  # (3)
    dparamsW_1_0 = x[0] * dh1  # (2)
    dx0 = params["W"][1][0] * dh1  # (2)
    dparamsW_1_1 = x[1] * dh1  # (2)
    dx1 = params["W"][1][1] * dh1  # (2)
    dparamsb_1 = dh1  # (2)
    dparamsW_0_0 = x[0] * dh0  # (1)
    dx0 += params["W"][0][0] * dh0  # (1)
    dparamsW_0_1 = x[1] * dh0  # (1)
    dx1 += params["W"][0][1] * dh0  # (1)
    dparamsb_0 = dh0  # (1)
    dparams = {
        "W": [[dparamsW_0_0, dparamsW_0_1], [dparamsW_1_0, dparamsW_1_1]],
        "b": [dparamsb_0, dparamsb_1],
    }
    dx = [dx0, dx1]
    return out, (dparams, dx)

# output split
def layer_forward(params, x):
    """layer(params, x) and the cache that layer_backward needs, for real numbers;
    params holds the keys W, b, x holds 2 numbers.

    UNCHECKED (not asked for).
    """
    h0 = params["W"][0][0] * x[0] + params["W"][0][1] * x[1] + params["b"][0]  # (1)
    h1 = params["W"][1][0] * x[0] + params["W"][1][1] * x[1] + params["b"][1]  # (2)
    maxh0 = max(0, h0)  # (3)
    maxh1 = max(0, h1)  # (4)
    out = maxh0 + maxh1  # (5)
    return out, (params, x, h0, h1)


def layer_backward(dout, cache):
    """The gradient (dparams, dx) of layer, from the gradient on its result and the
    cache.

    UNCHECKED (not asked for).
    """
    params, x, h0, h1 = cache
    # backprop out = maxh0 + maxh1
    dmaxh0 = dout  # (5)
    dmaxh1 = dout  # (5)
    # backprop maxh1 = max(0, h1)
    dh1 = dmaxh1 if h1 > 0 else 0.0  # (4)
    # backprop maxh0 = max(0, h0)
    dh0 = dmaxh0 if h0 > 0 else 0.0  # (3)
    dparamsW_1_0 = x[0] * dh1  # (2)
    dx0 = params["W"][1][0] * dh1  # (2)
    dparamsW_1_1 = x[1] * dh1  # (2)
    dx1 = params["W"][1][1] * dh1  # (2)
    dparamsb_1 = dh1  # (2)
    dparamsW_0_0 = x[0] * dh0  # (1)
    dx0 += params["W"][0][0] * dh0  # (1)
    dparamsW_0_1 = x[1] * dh0  # (1)
    dx1 += params["W"][0][1] * dh0  # (1)
    dparamsb_0 = dh0  # (1)
    dparams = {
        "W": [[dparamsW_0_0, dparamsW_0_1], [dparamsW_1_0, dparamsW_1_1]],
        "b": [dparamsb_0, dparamsb_1],
    }
    dx = [dx0, dx1]
    return dparams, dx
