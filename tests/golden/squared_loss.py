# at: x=1.0, y=2.0, w=0.5
def loss(x, y, w):
    """Squared error of a linear model."""
    y_hat = x * w
    return (y_hat - y) ** 2
