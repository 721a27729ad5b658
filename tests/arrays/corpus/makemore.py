import numpy as np
from jaxtyping import Float, Int


def embed(C: Float[np.ndarray, "V E"], X: Int[np.ndarray, "N B"]):
    emb = C[X]
    return emb.reshape(emb.shape[0], -1)


def bigram_loss(W: Float[np.ndarray, "V V"], xs: Int[np.ndarray, "N"], ys: Int[np.ndarray, "N"]):
    logits = W[xs]
    counts = np.exp(logits)
    probs = counts / counts.sum(1, keepdims=True)
    n = xs.shape[0]
    loss = -np.log(probs[np.arange(n), ys]).mean() + 0.01 * (W**2).mean()
    return loss


def mlp_loss(C, W1, b1, W2, b2, Xb, Yb):
    emb = C[Xb]
    embcat = emb.reshape(emb.shape[0], -1)
    h = np.tanh(embcat @ W1 + b1)
    logits = h @ W2 + b2
    counts = np.exp(logits - logits.max(1, keepdims=True))
    prob = counts / counts.sum(1, keepdims=True)
    return -np.log(prob[np.arange(len(Yb)), Yb]).mean()


# the forward pass of "makemore 4: becoming a backprop ninja" (karpathy/nn-zero-to-hero), in NumPy
def backprop_ninja(C, W1, b1, W2, b2, bngain, bnbias, Xb, Yb):
    n = Xb.shape[0]
    emb = C[Xb]  # embed the characters into vectors
    embcat = emb.reshape(emb.shape[0], -1)  # concatenate the vectors
    # Linear layer 1
    hprebn = embcat @ W1 + b1
    # BatchNorm layer
    bnmeani = 1/n*hprebn.sum(0, keepdims=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1/(n-1)*(bndiff2).sum(0, keepdims=True)
    bnvar_inv = (bnvar + 1e-5)**-0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    # Non-linearity
    h = np.tanh(hpreact)
    # Linear layer 2
    logits = h @ W2 + b2
    # cross entropy loss
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = np.log(probs)
    loss = -logprobs[range(n), Yb].mean()
    return loss


def batchnorm_bessel(hprebn, bngain, bnbias):
    mean = hprebn.mean(0, keepdims=True)
    var = hprebn.var(0, keepdims=True, ddof=1)
    return bngain * (hprebn - mean) / np.sqrt(var + 1e-5) + bnbias


def cross_entropy_int(logits: Float[np.ndarray, "N V"], Yb: Int[np.ndarray, "N"]):
    n = Yb.shape[0]
    shifted = logits - logits.max(1, keepdims=True)
    lse = np.log(np.exp(shifted).sum(1))
    return (lse - shifted[np.arange(n), Yb]).mean()


RECIPES = {
    "embed": dict(C="V E", X="ints N B < V"),
    "bigram_loss": dict(W="V V", xs="ints N < V", ys="ints N < V"),
    "mlp_loss": dict(
        C="V E", W1="K H", b1="H", W2="H V", b2="V", Xb="ints N B < V", Yb="ints N < V", where={"K": "B*E"}
    ),
    "backprop_ninja": dict(
        C="V E", W1="K H", b1="H", W2="H V", b2="V", bngain="1 H", bnbias="1 H", Xb="ints N B < V", Yb="ints N < V",
        where={"B": "3", "K": "B*E"},
    ),
    "batchnorm_bessel": dict(hprebn="N H", bngain="1 H", bnbias="1 H"),
    "cross_entropy_int": dict(logits="N V", Yb="ints N < V"),
}
