import numpy as np


def keep(layer, x):
    layer.x = x


class Scale:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        keep(self, x)  # error: GG130 col 14
        return np.exp(x) * self.w


# rewrite
import numpy as np


class Scale:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return np.exp(x) * self.w
