import numpy as np


class Scale:
    def __init__(self, log_w):
        self.log_w = log_w

    @property
    def w(self):
        return np.exp(self.log_w)

    def forward(self, x):
        return x * self.w  # error: GG130 col 20


# rewrite
import numpy as np


class Scale:
    def __init__(self, log_w):
        self.log_w = log_w

    def forward(self, x):
        return x * np.exp(self.log_w)
