"""The network of "makemore, part 4: becoming a backprop ninja", in NumPy: embedding, linear, batch norm, tanh, linear, cross entropy."""

import numpy as np


def makemore(Xb, Yb, C, W1, b1, W2, b2, bngain, bnbias):
    """
    Xb: integers (N, T), the characters before; Yb: integers (N,), the next one
    C: (V, E); W1: (T*E, H); b1: (H,); W2: (H, V); b2: (V,); bngain, bnbias: (H,)
    """
    n = Xb.shape[0]
    emb = C[Xb]  # embed the characters into vectors
    embcat = emb.reshape(emb.shape[0], -1)  # concatenate the vectors
    # linear layer 1
    hprebn = embcat @ W1 + b1
    # batch norm
    bnmeani = 1 / n * hprebn.sum(0, keepdims=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1 / (n - 1) * bndiff2.sum(0, keepdims=True)
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    # non-linearity
    h = np.tanh(hpreact)
    # linear layer 2
    logits = h @ W2 + b2
    # cross entropy
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = np.log(probs)
    loss = -logprobs[range(n), Yb].mean()
    return loss
