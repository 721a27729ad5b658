"""Networks of layers as people write them."""

import numpy as np

from gradgen import gradgen


class Double:
    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class Square:
    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, dout):
        return 2 * self.x * dout


class InOrder:
    def __init__(self):
        self.first, self.second, self.third = Square(), Double(), Double()

    def forward(self, x):
        h = self.first.forward(x)
        h = self.second.forward(h)
        return self.end(h)

    def end(self, h):
        return self.third.forward(h)


class MadeOnTheSpot:
    def forward(self, x):
        return Square().forward(x)


@gradgen
class InAList:
    def __init__(self):
        self.layers = [Square(), Double(), Square()]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x


class ByName:
    def __init__(self):
        self.layers = {"a": Square(), "b": Double()}
        self.last = Square()

    def predict(self, x):
        for name in self.layers.keys():
            x = self.layers[name].forward(x)
        return x

    def loss(self, x, t):
        return self.last.forward(self.predict(x))


class Forked:
    def __init__(self):
        self.first, self.second = Square(), Double()

    def forward(self, x):
        a = self.first.forward(x)
        b = self.second.forward(x)
        return a


class WithPenalty:
    def __init__(self):
        self.first = Square()

    def forward(self, x):
        y = self.first.forward(x)
        return y + 1
