# at: params={"W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.5, -0.5]}, x=[0.3, 0.7]
def layer(params, x):
    W, b = params["W"], params["b"]
    h0 = W[0][0] * x[0] + W[0][1] * x[1] + b[0]
    h1 = W[1][0] * x[0] + W[1][1] * x[1] + b[1]
    return max(0, h0) + max(0, h1)
