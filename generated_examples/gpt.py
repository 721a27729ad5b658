"""A block of a GPT and its loss, in functions: each becomes a pair, and is called with its cache."""

import math

import numpy as np


def gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def softmax(x):
    exps = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return exps / np.sum(exps, axis=-1, keepdims=True)


def layernorm(x, g, b, eps=1e-5):
    """x: (B, T, C); g, b: (C,)"""
    mean = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    xhat = (x - mean) / np.sqrt(var + eps)
    return g * xhat + b


def linear(x, w, b):
    """x: (B, T, D); w: (D, M); b: (M,)"""
    return x @ w + b


def attention(q, k, v, mask):
    """q, k, v: (B, H, T, D); mask: (T, T)"""
    weights = softmax(q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1]) + mask)
    return weights @ v


def self_attention(x, wqkv, bqkv, wo, bo, heads):
    """x: (B, T, C); wqkv: (C, 3C); bqkv: (3C,); wo: (C, C); bo: (C,)"""
    B, T, C = x.shape
    q, k, v = np.split(linear(x, wqkv, bqkv), 3, axis=-1)
    q = q.reshape(B, T, heads, C // heads).transpose(0, 2, 1, 3)
    k = k.reshape(B, T, heads, C // heads).transpose(0, 2, 1, 3)
    v = v.reshape(B, T, heads, C // heads).transpose(0, 2, 1, 3)
    mask = (1 - np.tri(T, dtype=x.dtype)) * -1e10
    out = attention(q, k, v, mask).transpose(0, 2, 1, 3).reshape(B, T, C)
    return linear(out, wo, bo)


def block(x, g1, b1, wqkv, bqkv, wo, bo, g2, b2, wfc, bfc, wpr, bpr, heads):
    """
    x: (B, T, C); g1, b1, g2, b2, bo, bpr: (C,); wqkv: (C, 3C); bqkv: (3C,)
    wo: (C, C); wfc: (C, F); bfc: (F,); wpr: (F, C)
    """
    x = x + self_attention(layernorm(x, g1, b1), wqkv, bqkv, wo, bo, heads)
    h = gelu(linear(layernorm(x, g2, b2), wfc, bfc))
    return x + linear(h, wpr, bpr)


def cross_entropy(logits, targets):
    """logits: (N, V); targets: integers (N,)"""
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(logits.shape[0]), targets])


def gpt_loss(x, targets, g1, b1, wqkv, bqkv, wo, bo, g2, b2, wfc, bfc, wpr, bpr, gf, bf, wte, heads):
    """
    x: (B, T, C); targets: integers (B, T); g1, b1, g2, b2, gf, bf, bo, bpr: (C,); wqkv: (C, 3C); bqkv: (3C,)
    wo: (C, C); wfc: (C, F); bfc: (F,); wpr: (F, C); wte: (V, C)
    """
    B, T, C = x.shape
    x = block(x, g1, b1, wqkv, bqkv, wo, bo, g2, b2, wfc, bfc, wpr, bpr, heads)
    logits = layernorm(x, gf, bf) @ wte.T
    return cross_entropy(logits.reshape(B * T, -1), targets.reshape(-1))
