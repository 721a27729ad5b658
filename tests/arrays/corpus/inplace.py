import numpy as np


def accumulate(x, w, b):
    out = x.dot(w)
    out += b
    out *= 0.5
    return out


def alias_then_add(x):
    b = x * 1.0
    a = b
    a += 1
    return np.sum(b * x)


def copy_then_add(x):
    b = x.copy()
    b += 1
    return np.sum(b * x)


def overwritten_output(x):
    y = np.exp(x)
    z = y * x
    y += 1
    return np.sum(y * z)


def slice_view(x):
    y = x * 2
    v = y[0:2]
    y[0] = 0
    return np.sum(v * v) + np.sum(y)


def write_through_slice(x):
    y = x * x
    left = y[:, :1]
    left *= 3
    return y


def reuse_name(x, w1, w2):
    x = x @ w1
    x = np.maximum(x, 0)
    x = x @ w2
    x = x - x.mean(axis=1, keepdims=True)
    return x


def mask_after_use(x):
    y = x * x
    z = y * x
    y[y > 0.5] = 0
    return np.sum(z * y)


def shifted_exponentials(s):
    s = s - s.max()
    np.exp(s, out=s)
    s /= s.sum()
    return s


def probs_then_gradient(x, c):
    p = np.exp(x) / np.sum(np.exp(x))
    loss = -np.log(p[c])
    q = p
    q[c] -= 1
    return loss, q


def swap_and_scale(a, b):
    a, b = b * 2, a
    a = a * b
    return a + b


def two_results(x, w):
    h = x @ w
    s = np.sin(h)
    h *= 2
    return h, s


def constant_array(x):
    acc = np.zeros(x.shape[1])
    acc += x[0]
    acc += x[1] * x[2]
    return acc


def running_average(avg, x, momentum):
    new = momentum * avg
    new += (1 - momentum) * np.mean(x, axis=0)
    return new


def dropout_given_mask(x, mask, p):
    out = x * mask
    out /= p
    return out


def augmented_number(x):
    s = 0.0
    t = s
    s += x[0] * x[0]
    s += x[1]
    return s + t


def float32_step(w, x, lr):
    pred = np.tanh(x.dot(w))
    w = w - lr * x.T.dot(pred)
    return w


RECIPES = {
    "accumulate": dict(x="N D", w="D M", b="M"),
    "alias_then_add": dict(x="N"),
    "copy_then_add": dict(x="N"),
    "overwritten_output": dict(x="N"),
    "slice_view": dict(x="N"),
    "write_through_slice": dict(x="N D"),
    "reuse_name": dict(x="N D", w1="D H", w2="H M"),
    "mask_after_use": dict(x="N"),
    "shifted_exponentials": dict(s="N"),
    "probs_then_gradient": dict(x="N", c="int 1"),
    "swap_and_scale": dict(a="N", b="N", tell=True),
    "two_results": dict(x="N D", w="D M"),
    "constant_array": dict(x="N D"),
    "running_average": dict(avg="D", x="N D", momentum="number 0.9"),
    "dropout_given_mask": dict(x="N D", mask="bools N D", p="number 0.5", tell=True),
    "augmented_number": dict(x="N", tell=True),
    "float32_step": dict(w="float32 D M", x="float32 N D", lr="number 0.01"),
}
