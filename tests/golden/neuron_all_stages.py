# options: stages=all
# at: w=[2.0, -3.0, -3.0], x=[-1.0, -2.0]
import math


def neuron(w, x):
    return 1.0 / (1 + math.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))
