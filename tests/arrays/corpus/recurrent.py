import numpy as np
from jaxtyping import Float


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    One time step of a plain RNN with tanh.

    Inputs:
    - x: what comes in now, of shape (N, D)
    - prev_h: the state so far, of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)

    Returns the new state, of shape (N, H), and a cache
    """
    next_h, cache = None, None
    a = prev_h.dot(Wh) + x.dot(Wx) + b
    next_h = np.tanh(a)
    cache = (x, prev_h, Wh, Wx, b, next_h)
    return next_h, cache


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """
    One time step of an LSTM; the gates stand in the order i, f, o, g.

    Inputs:
    - x: what comes in now, of shape (N, D)
    - prev_h: hidden state, of shape (N, H)
    - prev_c: cell state, of shape (N, H)
    - Wx: of shape (D, 4H)
    - Wh: of shape (H, 4H)
    - b: of shape (4H,)

    Returns the two new states, both of shape (N, H), and a cache
    """
    next_h, next_c, cache = None, None, None
    N, H = prev_h.shape
    A = x.dot(Wx) + prev_h.dot(Wh) + b
    i = 1 / (1 + np.exp(-A[:, :H]))
    f = 1 / (1 + np.exp(-A[:, H:2 * H]))
    o = 1 / (1 + np.exp(-A[:, 2 * H:3 * H]))
    g = np.tanh(A[:, 3 * H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def lstm_step(x, h, c, Wx, Wh, b):
    """
    One step of an LSTM.

    Inputs:
    - x: array of shape (N, D)
    - h: array of shape (N, H)
    - c: array of shape (N, H)
    - Wx: array of shape (D, H4)
    - Wh: array of shape (H, H4)
    - b: array of shape (H4,)
    """
    a = x @ Wx + h @ Wh + b
    ai, af, ao, ag = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(ai), sigmoid(af), sigmoid(ao), np.tanh(ag)
    c_new = f * c + i * g
    h_new = o * np.tanh(c_new)
    return h_new, c_new


def gru_step(x, h, Wz, Wr, Wn, b):
    """
    One step of a gated recurrent unit.

    Inputs:
    - x: array of shape (N, D)
    - h: array of shape (N, H)
    - Wz: array of shape (K, H)
    - Wr: array of shape (K, H)
    - Wn: array of shape (K, H)
    - b: array of shape (H,)
    """
    xh = np.concatenate((x, h), axis=1)
    z = sigmoid(np.dot(xh, Wz))
    r = sigmoid(np.dot(xh, Wr))
    n = np.tanh(np.dot(np.concatenate((x, r * h), axis=1), Wn) + b)
    return (1 - z) * h + z * n


def char_rnn_step(x, hprev, Wxh, Whh, Why, bh, by):
    h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, hprev) + bh)
    y = np.dot(Why, h) + by
    p = np.exp(y) / np.sum(np.exp(y))
    return p, h


def rnn_cell(
    x: Float[np.ndarray, "N D"],
    h: Float[np.ndarray, "N H"],
    W: Float[np.ndarray, "K H"],
    b: Float[np.ndarray, "H"],
):
    cat = np.concatenate([x, h], axis=-1)
    return np.tanh(cat @ W + b)


def rnn_cell_forward(xt, a_prev, parameters):
    """
    Arguments:
    xt -- the letters of this step as columns, of shape (n_x, m)
    a_prev -- state of the step before, of shape (n_a, m)
    parameters -- dictionary of Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1)
    """
    Wax = parameters["Wax"]
    Waa = parameters["Waa"]
    Wya = parameters["Wya"]
    ba = parameters["ba"]
    by = parameters["by"]
    a_next = np.tanh(np.dot(Waa, a_prev) + np.dot(Wax, xt) + ba)
    z = np.dot(Wya, a_next) + by
    e = np.exp(z)
    yt_pred = e / np.sum(e, axis=0)
    cache = (a_next, a_prev, xt, parameters)
    return a_next, yt_pred, cache


def word_embedding_forward(x, W):
    """
    Inputs:
    - x: word numbers, of shape (N, T)
    - W: one vector for each word, of shape (V, D)
    """
    out = W[x, :]
    cache = (x, W)
    return out, cache


def temporal_affine_forward(x, w, b):
    """
    The same affine map at every time step.

    Inputs:
    - x: of shape (N, T, D)
    - w: of shape (D, M)
    - b: of shape (M,)
    """
    N, T, D = x.shape
    rows = x.reshape(N * T, D)
    out = (np.dot(rows, w) + b).reshape(N, T, -1)
    cache = x, w, b
    return out, cache


RECIPES = {
    "rnn_step_forward": dict(x="N D", prev_h="N H", Wx="D H", Wh="H H", b="H"),
    "lstm_step_forward": dict(
        x="N D", prev_h="N H", prev_c="N H", Wx="D H4", Wh="H H4", b="H4", where={"H4": "4*H"}
    ),
    "lstm_step": dict(x="N D", h="N H", c="N H", Wx="D H4", Wh="H H4", b="H4", where={"H4": "4*H"}),
    "gru_step": dict(x="N D", h="N H", Wz="K H", Wr="K H", Wn="K H", b="H", where={"K": "D+H"}),
    "char_rnn_step": dict(x="V 1", hprev="H 1", Wxh="H V", Whh="H H", Why="V H", bh="H 1", by="V 1"),
    "rnn_cell": dict(x="N D", h="N H", W="K H", b="H", where={"K": "D+H"}),
    "rnn_cell_forward": dict(
        xt="D m", a_prev="A m", parameters={"Wax": "A D", "Waa": "A A", "Wya": "Y A", "ba": "A 1", "by": "Y 1"}
    ),
    "word_embedding_forward": dict(x="ints N T < V", W="V D"),
    "temporal_affine_forward": dict(x="N T D", w="D M", b="M"),
}
