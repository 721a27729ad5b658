"""The update loop that trains the weight of squared_loss.py with the generated gradient.  Run: python train.py"""

from squared_loss_grad import loss_value_and_grad

XS = [1.0, 2.0, 3.0]
YS = [2.0, 4.0, 6.0]
RATE = 0.01


def train(w=1.0, epochs=100):
    """The weight after some epochs of stochastic gradient descent."""
    for epoch in range(epochs):
        for x, y in zip(XS, YS):
            loss, dw = loss_value_and_grad(x, y, w)
            w -= RATE * dw
        if epoch % 20 == 0:
            print(f"epoch {epoch:2}  loss {loss:.2e}  w {w:.6f}")
    return w


if __name__ == "__main__":
    w = train()
    print(f"w = {w:.6f}, so the prediction for x = 4 is {4 * w:.4f}")
