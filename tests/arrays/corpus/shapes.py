import numpy as np
from jaxtyping import Float


def flatten(x):
    N = x.shape[0]
    return x.reshape(N, -1)


def to_channels_last(x: Float[np.ndarray, "N C H W"]):
    return np.transpose(x, (0, 2, 3, 1))


def transpose_dot(x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "N M"]):
    return np.dot(x.T, y)


def heads(x, n_head):
    """
    Split the features into heads.

    Inputs:
    - x: array of shape (T, D)
    - n_head: an integer
    """
    T, D = x.shape
    return x.reshape(T, n_head, D // n_head).transpose(1, 0, 2)


def expand(x: Float[np.ndarray, "N"], y: Float[np.ndarray, "M"]):
    return np.expand_dims(x, 1) * y


def swap(x: Float[np.ndarray, "N C H"]):
    return np.swapaxes(x, 0, 2) * 2.0


def column_and_row(x: Float[np.ndarray, "N"]):
    col = x[:, np.newaxis]
    row = x[None, :]
    return col - row


def broadcast_scale(x, s, t):
    return x * s[:, None] + t[None, :]


def join(a: Float[np.ndarray, "N D"], b: Float[np.ndarray, "N E"]):
    return np.concatenate([a, b], axis=1)


def join_three(a: Float[np.ndarray, "N D"], b: Float[np.ndarray, "M D"], c: Float[np.ndarray, "D"]):
    return np.vstack((a, b, c)) ** 2


def stack_pair(a, b):
    return np.stack([a * b, a + b], axis=1)


def halves(x: Float[np.ndarray, "N 6"]):
    a, b = np.split(x, 2, axis=1)
    return a * np.tanh(b)


def pad_image(x):
    x_pad = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode='constant')
    return x_pad[:, :, :-1, 1:] * x_pad[:, :, 1:, :-1]


def pad_width(x, pad):
    xp = np.pad(x, pad, 'constant', constant_values=0)
    return xp[2:] - xp[:-2]


def rolled(u: Float[np.ndarray, "N"]):
    return (np.roll(u, -1) - np.roll(u, 1)) / 2


def repeated(x):
    return np.repeat(x, 3, axis=0) ** 2


def tiled(x, y):
    return np.tile(x, (y.shape[0], 1)) * y


def flip(x: Float[np.ndarray, "N"]):
    return x[::-1] * x


def ravelled(x, w):
    return x.ravel().dot(w.flatten())


def squeezed(x):
    return np.squeeze(x, axis=1) ** 2


def broadcast(x, y):
    z = np.broadcast_to(x, y.shape)
    return z * y


def pool2x2(x):
    """
    2 x 2 max pooling by reshape.

    Inputs:
    - x: array of shape (N, C, 4, 6)
    """
    N, C, H, W = x.shape
    x_reshaped = x.reshape(N, C, H // 2, 2, W // 2, 2)
    out = x_reshaped.max(axis=3).max(axis=4)
    return out


RECIPES = {
    "flatten": dict(x="N C H"),
    "to_channels_last": dict(x="N C H W"),
    "transpose_dot": dict(x="N D", y="N M"),
    "heads": dict(x="T D", n_head="int 2", where={"D": "6"}),
    "expand": dict(x="N", y="M"),
    "swap": dict(x="N C H"),
    "column_and_row": dict(x="N"),
    "broadcast_scale": dict(x="N D", s="N", t="D"),
    "join": dict(a="N D", b="N E"),
    "join_three": dict(a="N D", b="M D", c="D"),
    "stack_pair": dict(a="N", b="N"),
    "halves": dict(x="N 6"),
    "pad_image": dict(x="N C H W"),
    "pad_width": dict(x="N", pad="int 2"),
    "rolled": dict(u="N", where={"N": "7"}),
    "repeated": dict(x="N D"),
    "tiled": dict(x="D", y="N D"),
    "flip": dict(x="N"),
    "ravelled": dict(x="N D", w="D N"),
    "squeezed": dict(x="N 1 D"),
    "broadcast": dict(x="D", y="N D"),
    "pool2x2": dict(x="N C 4 6"),
}
