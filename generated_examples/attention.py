"""Scaled dot-product attention of several heads, with einsum and with matrix products."""

import math

import numpy as np


def attention_einsum(q, k, v):
    """q: (B, H, T, D); k: (B, H, S, D); v: (B, H, S, E)"""
    scores = np.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1])
    exps = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = exps / np.sum(exps, axis=-1, keepdims=True)
    return np.einsum("bhts,bhse->bhte", weights, v)


def attention_matmul(q, k, v):
    """q: (B, H, T, D); k: (B, H, S, D); v: (B, H, S, E)"""
    scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1])
    exps = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = exps / np.sum(exps, axis=-1, keepdims=True)
    return weights @ v
