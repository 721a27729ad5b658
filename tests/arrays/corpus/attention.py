import numpy as np
from jaxtyping import Bool, Float


def attention(Q, K, V):
    """
    Scaled dot-product attention.

    Inputs:
    - Q: array of shape (T, D)
    - K: array of shape (S, D)
    - V: array of shape (S, E)
    """
    d_k = Q.shape[-1]
    scores = np.matmul(Q, K.T) / np.sqrt(d_k)
    scores -= np.max(scores, axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights /= np.sum(weights, axis=-1, keepdims=True)
    return np.matmul(weights, V)


def self_attention(
    x: Float[np.ndarray, "T D"],
    Wq: Float[np.ndarray, "D H"],
    Wk: Float[np.ndarray, "D H"],
    Wv: Float[np.ndarray, "D H"],
):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    s = q @ k.T * q.shape[1] ** -0.5
    e = np.exp(s - s.max(1, keepdims=True))
    a = e / e.sum(1, keepdims=True)
    return a @ v


def causal_attention(q: Float[np.ndarray, "T D"], k: Float[np.ndarray, "T D"], v: Float[np.ndarray, "T E"]):
    T = q.shape[0]
    s = q @ k.T / np.sqrt(q.shape[1])
    s = np.where(np.tril(np.ones((T, T))) == 0, -1e9, s)
    p = np.exp(s - np.max(s, axis=1, keepdims=True))
    p = p / np.sum(p, axis=1, keepdims=True)
    return p @ v


def masked_attention(
    q: Float[np.ndarray, "T D"],
    k: Float[np.ndarray, "S D"],
    v: Float[np.ndarray, "S E"],
    mask: Bool[np.ndarray, "T S"],
):
    s = q.dot(k.T)
    s[~mask] = -30.0
    w = np.exp(s)
    w = w / w.sum(axis=1)[:, None]
    return w.dot(v)


def attention_forward(X, Wqkv, Wo):
    """
    Self-attention of one head, with the three projections in one matrix.

    Inputs:
    - X: array of shape (T, D)
    - Wqkv: array of shape (D, H3)
    - Wo: array of shape (H, E)
    """
    qkv = X.dot(Wqkv)
    Q, K, V = np.split(qkv, 3, axis=1)
    S = Q.dot(K.T) / np.sqrt(K.shape[1])
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)
    out = P.dot(V).dot(Wo)
    cache = (X, Wqkv, Wo, Q, K, V, P)
    return out, cache


def batched_attention(q: Float[np.ndarray, "B T D"], k: Float[np.ndarray, "B S D"], v: Float[np.ndarray, "B S E"]):
    att = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    att = np.exp(att - att.max(axis=2, keepdims=True))
    att = att / att.sum(axis=2, keepdims=True)
    return att @ v


def attention_weights(hs, h):
    ar = hs * h.reshape(1, -1)
    s = np.sum(ar, axis=1)
    e = np.exp(s - s.max())
    a = e / e.sum()
    c = np.sum(hs * a.reshape(-1, 1), axis=0)
    return c, a


RECIPES = {
    "attention": dict(Q="T D", K="S D", V="S E"),
    "self_attention": dict(x="T D", Wq="D H", Wk="D H", Wv="D H"),
    "causal_attention": dict(q="T D", k="T D", v="T E"),
    "masked_attention": dict(q="T D", k="S D", v="S E", mask="bools T S"),
    "attention_forward": dict(X="T D", Wqkv="D H3", Wo="H E", where={"H": "2", "H3": "3*H"}),
    "batched_attention": dict(q="B T D", k="B S D", v="B S E"),
    "attention_weights": dict(hs="T H", h="H"),
}
