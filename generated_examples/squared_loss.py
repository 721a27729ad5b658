"""A linear model of one weight, y_hat = x * w, and its squared loss."""


def loss(x, y, w):
    y_hat = x * w
    r = y_hat - y
    return r**2
