"""The backward passes of the examples written by a person, to compare the generated ones with.

Where a hand-written version is published it stands here as published, comments and all: A. Karpathy, F.-F. Li and
J. Johnson, course notes cs231n, "Backpropagation, Intuitions" (https://cs231n.github.io/optimization-2/); only the
example values became parameters, and a `return` was added.  The notes give the derivatives of the single gates
and of the circuit as formulas or as a drawing; these were written out as code here before gradgen first ran on them.

Each function is called as its example is, has its example's name and returns what ``f_value_and_grad`` returns.
"""

import math

C = 3.0
A = 2.0
PUBLISHED = ("staged", "one_liner", "chain", "neuron")  # as code; the others by formula or drawing


# -- published as code -----------------------------------------------------------------------------


def staged(x, y):
    # forward pass
    sigy = 1.0 / (1 + math.exp(-y))  # sigmoid in numerator   #(1)
    num = x + sigy  # numerator                               #(2)
    sigx = 1.0 / (1 + math.exp(-x))  # sigmoid in denominator #(3)
    xpy = x + y  # (4)
    xpysqr = xpy**2  # (5)
    den = sigx + xpysqr  # denominator                        #(6)
    invden = 1.0 / den  # (7)
    f = num * invden  # done!                                 #(8)

    # backprop f = num * invden
    dnum = invden  # gradient on numerator                             #(8)
    dinvden = num  # (8)
    # backprop invden = 1.0 / den
    dden = (-1.0 / (den**2)) * dinvden  # (7)
    # backprop den = sigx + xpysqr
    dsigx = (1) * dden  # (6)
    dxpysqr = (1) * dden  # (6)
    # backprop xpysqr = xpy**2
    dxpy = (2 * xpy) * dxpysqr  # (5)
    # backprop xpy = x + y
    dx = (1) * dxpy  # (4)
    dy = (1) * dxpy  # (4)
    # backprop sigx = 1.0 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # Notice += !! See notes below  #(3)
    # backprop num = x + sigy
    dx += (1) * dnum  # (2)
    dsigy = (1) * dnum  # (2)
    # backprop sigy = 1.0 / (1 + math.exp(-y))
    dy += ((1 - sigy) * sigy) * dsigy  # (1)
    # done! phew
    return f, (dx, dy)


one_liner = staged  # the same function of x and y: the notes' staging of it is the hand-written version


def chain(x, y, z):
    # perform the forward pass
    q = x + y  # q becomes 3
    f = q * z  # f becomes -12

    # perform the backward pass (backpropagation) in reverse order:
    # first backprop through f = q * z
    dfdz = q  # df/dz = q, so gradient on z becomes 3
    dfdq = z  # df/dq = z, so gradient on q becomes -4
    # now backprop through q = x + y
    dfdx = 1.0 * dfdq  # dq/dx = 1. And the multiplication here is the chain rule!
    dfdy = 1.0 * dfdq  # dq/dy = 1
    return f, (dfdx, dfdy, dfdz)


def neuron(w, x):
    # forward pass
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))  # sigmoid function

    # backward pass through the neuron (backpropagation)
    ddot = (1 - f) * f  # gradient on dot variable, using the sigmoid gradient derivation
    dx = [w[0] * ddot, w[1] * ddot]  # backprop into x
    dw = [x[0] * ddot, x[1] * ddot, 1.0 * ddot]  # backprop into w
    # we're done! we have the gradients on the inputs to the circuit
    return f, (dw, dx)


# -- published as formulas or drawings, written out as an expert would ---------------------------------


def product(x, y):
    f = x * y
    # backprop f = x * y
    dx = y
    dy = x
    return f, (dx, dy)


def addition(x, y):
    f = x + y
    # backprop f = x + y
    dx = 1.0
    dy = 1.0
    return f, (dx, dy)


def maximum(x, y):
    f = max(x, y)
    # backprop f = max(x, y)
    dx = 1.0 if x >= y else 0.0
    dy = 0.0 if x >= y else 1.0
    return f, (dx, dy)


def inverse(x):
    f = 1.0 / x
    # backprop f = 1.0 / x
    dx = -1.0 / (x**2)
    return f, dx


def shift(x):
    f = C + x
    # backprop f = C + x
    dx = 1.0
    return f, dx


def exponential(x):
    f = math.exp(x)
    # backprop f = exp(x)
    dx = f
    return f, dx


def scale(x):
    f = A * x
    # backprop f = A * x
    dx = A
    return f, dx


def sigmoid(x):
    f = 1.0 / (1.0 + math.exp(-x))
    # backprop f = sigmoid(x)
    dx = (1 - f) * f
    return f, dx


def relu(x):
    f = max(0.0, x)
    # backprop f = max(0.0, x)
    dx = 1.0 if x > 0 else 0.0
    return f, dx


def neuron_gates(w, x):
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    neg = -1.0 * dot
    e = math.exp(neg)
    den = 1.0 + e
    f = 1.0 / den
    # backprop f = 1.0 / den
    dden = -1.0 / (den**2)
    # backprop den = 1.0 + e
    de = dden
    # backprop e = exp(neg)
    dneg = e * de
    # backprop neg = -1.0 * dot
    ddot = -1.0 * dneg
    # backprop dot
    dw = [x[0] * ddot, x[1] * ddot, ddot]
    dx = [w[0] * ddot, w[1] * ddot]
    return f, (dw, dx)


def circuit(x, y, z, w):
    xy = x * y
    m = max(z, w)
    s = xy + m
    f = 2.0 * s
    # backprop f = 2.0 * s
    ds = 2.0
    # backprop s = xy + m
    dxy = ds
    dm = ds
    # backprop m = max(z, w)
    dz = dm if z >= w else 0.0
    dw = 0.0 if z >= w else dm
    # backprop xy = x * y
    dx = y * dxy
    dy = x * dxy
    return f, (dx, dy, dz, dw)


def squared_loss(x, y, w):
    y_hat = x * w
    r = y_hat - y
    loss = r**2
    # backprop loss = r**2
    dr = 2 * r
    # backprop r = y_hat - y
    dy_hat = dr
    # backprop y_hat = x * w
    dw = x * dy_hat
    return loss, dw


def pendulum(angle, damping, length, h, n):
    gravity = 9.81 / length
    velocity = 0.0
    angles, sines, velocities = [angle], [], [velocity]
    for _ in range(n):
        sine = math.sin(angle)
        velocity = velocity + h * (-gravity * sine - damping * velocity)
        angle = angle + h * velocity
        angles.append(angle)
        sines.append(sine)
        velocities.append(velocity)
    # backprop through time
    dangle = 1.0
    dvelocity = 0.0
    dgravity = 0.0
    ddamping = 0.0
    dh = 0.0
    for t in reversed(range(n)):
        # backprop angle = angle + h * velocity
        dh += velocities[t + 1] * dangle
        dvelocity += h * dangle
        # backprop velocity = velocity + h * acceleration
        acceleration = -gravity * sines[t] - damping * velocities[t]
        dh += acceleration * dvelocity
        dacceleration = h * dvelocity
        # backprop acceleration = -gravity * sine - damping * velocity
        dgravity -= sines[t] * dacceleration
        dsine = -gravity * dacceleration
        ddamping -= velocities[t] * dacceleration
        dvelocity -= damping * dacceleration
        # backprop sine = math.sin(angle)
        dangle += math.cos(angles[t]) * dsine
    # backprop gravity = 9.81 / length
    dlength = -gravity / length * dgravity
    return angle, (dangle, ddamping, dlength, dh)
