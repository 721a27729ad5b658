"""The backward passes of tests/arrays/corpus/spellings.py as their authors would go on: by hand, held to what generated text is held to.

Written as tests/arrays/by_hand.py is.
"""

from __future__ import annotations

import numpy as np

from tests.arrays.by_hand import Hand

SPLIT = (
    ("relu_times_mask", "x"),
    ("relu_store_forward", "X"),
    ("relu_by_abs", "z"),
    ("leaky_relu_max", "x"),
    ("elu_forward", "x"),
    ("stable_sigmoid", "x"),
    ("sigmoid_book_forward", "x"),
    ("softplus", "x"),
    ("gelu_tanh", "x"),
    ("softmax_last_axis", "x"),
    ("affine_prod_forward", "x w b"),
    ("fc_forward", "X params"),
    ("linear_columns_forward", "A_prev W b"),
    ("linear_activation_forward", "A_prev W b"),
    ("dropout_given_forward", "x"),
    ("batchnorm_sums_forward", "x gamma beta"),
    ("batchnorm_columns_forward", "Z gamma beta"),
    ("layernorm_transposed_forward", "x gamma beta"),
    ("rms_norm", "x g"),
    ("l2_normalize", "x"),
    ("conv_bounds_forward", "x w b"),
    ("conv_hand_padded", "x w"),
    ("im2col_conv", "x W b"),
    ("pool_forward", "A_prev"),
    ("max_pool_reshape", "x"),
    ("global_average_pool", "x"),
    ("rnn_cell_forward", "xt a_prev parameters"),
    ("lstm_slices_forward", "x prev_h prev_c Wx Wh b"),
    ("gru_step", "x h_prev Wz Wr Wh"),
    ("embedding_forward", "W"),
    ("masked_attention", "Q K V"),
)
JOINT = (
    ("cbow_loss", "W_in W_out"),
    ("negative_sampling_loss", "v u_o U_neg"),
    ("softmax_eye", "scores"),
    ("softmax_zeros_one", "x"),
    ("softmax_comprehension", "scores"),
    ("softmax_choose", "scores"),
    ("softmax_eps_loss", "y"),
    ("softmax_columns_cost", "W b"),
    ("label_smoothing_loss", "logits"),
    ("softmax_left_over", "W"),
    ("two_layer_loss", "W1 b1 W2 b2"),
    ("svm_reshape", "W"),
    ("svm_subtract_delta", "scores"),
    ("svm_columns", "W"),
    ("hinge_binary", "w b"),
    ("logistic_cost", "w b"),
    ("planar_cost", "Z2"),
    ("bce_dots", "AL"),
    ("logistic_signs", "w"),
    ("bce_clipped", "p"),
    ("regularized_cost", "A3 parameters"),
    ("weight_decay_loop", "W1 W2"),
    ("elastic_net", "w b"),
    ("huber_where", "pred"),
    ("triplet_loss", "anchor positive negative"),
    ("vae_loss", "x_hat mu logvar"),
    ("matrix_factorization_loss", "P Q"),
    ("style_loss", "features"),
    ("total_variation", "img"),
)
HANDS = tuple(
    Hand("spellings", name, style, tuple(wrt.split()))
    for style, group in (("split", SPLIT), ("joint", JOINT))
    for name, wrt in group
)


# -- activations -------------------------------------------------------------------------------------------------------


def relu_times_mask_forward(x):
    return x * (x > 0), x


def relu_times_mask_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def relu_store_backward(dout, cache):
    X = cache
    dX = dout.copy()
    dX[X < 0] = 0
    return dX


def relu_by_abs_forward(z):
    return (np.abs(z) + z) / 2, z


def relu_by_abs_backward(dout, cache):
    z = cache
    dz = dout * (np.sign(z) + 1) / 2
    return dz


def leaky_relu_max_forward(x, leak=0.01):
    return np.maximum(leak * x, x), (x, leak)


def leaky_relu_max_backward(dout, cache):
    x, leak = cache
    dx = dout * np.where(x > 0, 1, leak)
    return dx


def elu_backward(dout, cache):
    x, out, alpha = cache
    neg = x < 0
    dx = dout.copy()
    dx[neg] *= out[neg] + alpha
    return dx


def stable_sigmoid_forward(x):
    out = np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
    return out, out


def stable_sigmoid_backward(dout, cache):
    out = cache
    dx = dout * out * (1 - out)
    return dx


def sigmoid_book_backward(dout, cache):
    y = cache["y"]
    dx = dout * y * (1 - y)
    return dx


def softplus_forward(x):
    return np.log(1.0 + np.exp(x)), x


def softplus_backward(dout, cache):
    x = cache
    dx = dout / (1 + np.exp(-x))
    return dx


def gelu_tanh_forward(x):
    t = np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * np.power(x, 3)))
    return 0.5 * x * (1.0 + t), (x, t)


def gelu_tanh_backward(dout, cache):
    x, t = cache
    dinner = 0.5 * x * (1 - t**2) * dout
    dx = 0.5 * (1 + t) * dout
    dx += np.sqrt(2.0 / np.pi) * (1 + 3 * 0.044715 * x**2) * dinner
    return dx


def softmax_last_axis_forward(x):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    exps = np.exp(shifted)
    out = exps / np.sum(exps, axis=-1, keepdims=True)
    return out, out


def softmax_last_axis_backward(dout, cache):
    out = cache
    dx = out * (dout - np.sum(dout * out, axis=-1, keepdims=True))
    return dx


# -- affine layers -----------------------------------------------------------------------------------------------------


def affine_prod_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def fc_backward(dout, cache):
    X, W = cache["X"], cache["W"]
    dparams = {"W": X.T @ dout, "b": np.sum(dout, axis=0, keepdims=True)}
    dX = dout @ W.T
    return dX, dparams


def linear_columns_backward(dout, cache):
    A_prev, W, b = cache
    dW = np.dot(dout, A_prev.T)
    db = np.sum(dout, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dout)
    return dA_prev, dW, db


def linear_activation_forward(A_prev, W, b, activation):
    Z = W.dot(A_prev) + b
    A = 1 / (1 + np.exp(-Z)) if activation == "sigmoid" else np.maximum(0, Z)
    return A, ((A_prev, W, b), Z, activation)


def linear_activation_backward(dout, cache):
    linear_cache, Z, activation = cache
    A_prev, W, b = linear_cache
    if activation == "relu":
        dZ = dout * (Z > 0)
    else:
        s = 1 / (1 + np.exp(-Z))
        dZ = dout * s * (1 - s)
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def dropout_given_backward(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param["mode"]
    if mode == "train":
        dx = dout * mask
    elif mode == "test":
        dx = dout.copy()
    return dx


# -- normalization -----------------------------------------------------------------------------------------------------


def batchnorm_sums_backward(dout, cache):
    xhat, gamma, std = cache
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / std
    return dx, dgamma, dbeta


def batchnorm_columns_backward(dout, cache):
    Z_norm, gamma, sigma2, epsilon = cache
    dgamma = np.sum(dout * Z_norm, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    dZ_norm = dout * gamma
    mean, part = dZ_norm.mean(axis=1, keepdims=True), (dZ_norm * Z_norm).mean(axis=1, keepdims=True)
    dZ = (dZ_norm - mean - Z_norm * part) / np.sqrt(sigma2 + epsilon)
    return dZ, dgamma, dbeta


def layernorm_transposed_backward(dout, cache):
    x_norm, gamma, std = cache
    dgamma = np.sum(dout * x_norm, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxT_norm, xT_norm = (dout * gamma).T, x_norm.T
    dxT = (dxT_norm - dxT_norm.mean(axis=0) - xT_norm * (dxT_norm * xT_norm).mean(axis=0)) / std
    return dxT.T.copy(), dgamma, dbeta


def rms_norm_forward(x, g, eps=1e-6):
    ms = (x**2).mean(axis=-1, keepdims=True)
    rms = np.sqrt(ms + eps)
    return x / rms * g, (x / rms, g, rms)


def rms_norm_backward(dout, cache):
    xhat, g, rms = cache
    dg = np.sum(dout * xhat, axis=0)
    dxhat = dout * g
    dx = (dxhat - xhat * np.mean(dxhat * xhat, axis=-1, keepdims=True)) / rms
    return dx, dg


def l2_normalize_forward(x):
    norm = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return x / norm, (x / norm, norm)


def l2_normalize_backward(dout, cache):
    out, norm = cache
    dx = (dout - out * np.sum(dout * out, axis=1, keepdims=True)) / norm
    return dx


# -- convolution, padding, pooling -------------------------------------------------------------------------------------


def conv_bounds_backward(dout, cache):
    x, w, b, conv_param = cache
    pad = conv_param["pad"]
    stride = conv_param["stride"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    N, F, H_prime, W_prime = dout.shape
    x_padded = np.pad(x, ((0,), (0,), (pad,), (pad,)), "constant")
    dx_padded = np.zeros_like(x_padded)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for i in range(N):
        for f in range(F):
            for j in range(H_prime):
                for k in range(W_prime):
                    x_window = x_padded[i, :, j * stride : j * stride + HH, k * stride : k * stride + WW]
                    db[f] += dout[i, f, j, k]
                    dw[f] += x_window * dout[i, f, j, k]
                    dx_padded[i, :, j * stride : j * stride + HH, k * stride : k * stride + WW] += (
                        w[f] * dout[i, f, j, k]
                    )
    dx = dx_padded[:, :, pad : pad + H, pad : pad + W].copy()
    return dx, dw, db


def conv_hand_padded_forward(x, w, pad):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad : pad + H, pad : pad + W] = x
    OH, OW = H + 2 * pad - HH + 1, W + 2 * pad - WW + 1
    out = np.empty((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = xp[:, :, i : i + HH, j : j + WW]
            out[:, :, i, j] = patch.reshape(N, -1).dot(w.reshape(F, -1).T)
    return out, (x, xp, w, pad)


def conv_hand_padded_backward(dout, cache):
    x, xp, w, pad = cache
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    N, F, OH, OW = dout.shape
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for i in range(OH):
        for j in range(OW):
            patch = xp[:, :, i : i + HH, j : j + WW]
            dw += dout[:, :, i, j].T.dot(patch.reshape(N, -1)).reshape(w.shape)
            dxp[:, :, i : i + HH, j : j + WW] += dout[:, :, i, j].dot(w.reshape(F, -1)).reshape(patch.shape)
    dx = dxp[:, :, pad : pad + H, pad : pad + W].copy()
    return dx, dw


def im2col_conv_forward(x, W, b, stride=1, pad=0):
    FN, C, FH, FW = W.shape
    N, C, H, W_in = x.shape
    out_h = (H + 2 * pad - FH) // stride + 1
    out_w = (W_in + 2 * pad - FW) // stride + 1
    img = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    col = np.zeros((N, C, FH, FW, out_h, out_w))
    for i in range(FH):
        for j in range(FW):
            col[:, :, i, j, :, :] = img[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
    out = np.dot(col, W.reshape(FN, -1).T) + b
    return out.reshape(N, out_h, out_w, -1).transpose(0, 3, 1, 2), (x, img, W, col, stride, pad)


def im2col_conv_backward(dout, cache):
    # the book's Convolution.backward and col2im
    x, img, W, col, stride, pad = cache
    FN, C, FH, FW = W.shape
    N, C, H, W_in = x.shape
    N, FN, out_h, out_w = dout.shape
    dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
    db = np.sum(dout, axis=0)
    dW = np.dot(col.T, dout).transpose(1, 0).reshape(FN, C, FH, FW)
    dcol = np.dot(dout, W.reshape(FN, -1))
    dcol = dcol.reshape(N, out_h, out_w, C, FH, FW).transpose(0, 3, 4, 5, 1, 2)
    dimg = np.zeros_like(img)
    for y in range(FH):
        y_max = y + stride * out_h
        for xx in range(FW):
            x_max = xx + stride * out_w
            dimg[:, :, y:y_max:stride, xx:x_max:stride] += dcol[:, :, y, xx, :, :]
    dx = dimg[:, :, pad : H + pad, pad : W_in + pad].copy()
    return dx, dW, db


def pool_forward(A_prev, hparameters, mode):
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    f = hparameters["f"]
    stride = hparameters["stride"]
    n_H = int(1 + (n_H_prev - f) / stride)
    n_W = int(1 + (n_W_prev - f) / stride)
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    part = A_prev[i, h * stride : h * stride + f, w * stride : w * stride + f, c]
                    A[i, h, w, c] = np.max(part) if mode == "max" else np.mean(part)
    return A, (A_prev, hparameters, mode)


def pool_backward(dout, cache):
    # as the course asks for it: pool_backward with its two modes
    A_prev, hparameters, mode = cache
    f = hparameters["f"]
    stride = hparameters["stride"]
    m, n_H, n_W, n_C = dout.shape
    dA_prev = np.zeros_like(A_prev)
    for i in range(m):
        a_prev = A_prev[i]
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    vert_start = h * stride
                    vert_end = vert_start + f
                    horiz_start = w * stride
                    horiz_end = horiz_start + f
                    if mode == "max":
                        a_prev_slice = a_prev[vert_start:vert_end, horiz_start:horiz_end, c]
                        mask = a_prev_slice == np.max(a_prev_slice)
                        dA_prev[i, vert_start:vert_end, horiz_start:horiz_end, c] += mask * dout[i, h, w, c]
                    elif mode == "average":
                        da = dout[i, h, w, c]
                        dA_prev[i, vert_start:vert_end, horiz_start:horiz_end, c] += da / (f * f)
    return dA_prev


def max_pool_reshape_forward(x):
    N, C, H, W = x.shape
    x_reshaped = x.reshape(N, C, H // 2, 2, W // 2, 2)
    out = x_reshaped.max(axis=3).max(axis=4)
    return out, (x, x_reshaped, out)


def max_pool_reshape_backward(dout, cache):
    # the course's max_pool_backward_reshape
    x, x_reshaped, out = cache
    dx_reshaped = np.zeros_like(x_reshaped)
    out_newaxis = out[:, :, :, np.newaxis, :, np.newaxis]
    mask = x_reshaped == out_newaxis
    dout_newaxis = dout[:, :, :, np.newaxis, :, np.newaxis]
    dout_broadcast, _ = np.broadcast_arrays(dout_newaxis, dx_reshaped)
    dx_reshaped[mask] = dout_broadcast[mask]
    dx_reshaped /= np.sum(mask, axis=(3, 5), keepdims=True)
    dx = dx_reshaped.reshape(x.shape).copy()
    return dx


def global_average_pool_forward(x):
    return x.mean(axis=(2, 3)), x.shape


def global_average_pool_backward(dout, cache):
    N, C, H, W = cache
    dx = np.ones((N, C, H, W)) * dout[:, :, None, None] / (H * W)
    return dx


# -- recurrent cells, embeddings, attention ----------------------------------------------------------------------------


def rnn_cell_backward(dout, cache):
    a_next, a_prev, xt, parameters = cache
    Wax = parameters["Wax"]
    Waa = parameters["Waa"]
    dtanh = (1 - a_next**2) * dout
    dxt = np.dot(Wax.T, dtanh)
    da_prev = np.dot(Waa.T, dtanh)
    dparameters = {
        "Wax": np.dot(dtanh, xt.T),
        "Waa": np.dot(dtanh, a_prev.T),
        "ba": np.sum(dtanh, axis=1, keepdims=True),
    }
    return dxt, da_prev, dparameters


def lstm_slices_backward(dout, cache):
    dnext_h, dnext_c = dout
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - tanh_c**2)
    dprev_c = dc * f
    dai = dc * g * i * (1 - i)
    daf = dc * prev_c * f * (1 - f)
    dao = dnext_h * tanh_c * o * (1 - o)
    dag = dc * i * (1 - g**2)
    da = np.hstack((dai, daf, dao, dag))
    dx = np.dot(da, Wx.T)
    dprev_h = np.dot(da, Wh.T)
    dWx = np.dot(x.T, da)
    dWh = np.dot(prev_h.T, da)
    db = np.sum(da, axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


def gru_step_forward(x, h_prev, Wz, Wr, Wh):
    xh = np.concatenate([x, h_prev], axis=1)
    z = 1 / (1 + np.exp(-xh.dot(Wz)))
    r = 1 / (1 + np.exp(-xh.dot(Wr)))
    xrh = np.hstack((x, r * h_prev))
    h_hat = np.tanh(xrh.dot(Wh))
    return (1 - z) * h_prev + z * h_hat, (x, h_prev, Wz, Wr, Wh, xh, z, r, xrh, h_hat)


def gru_step_backward(dout, cache):
    x, h_prev, Wz, Wr, Wh, xh, z, r, xrh, h_hat = cache
    D = x.shape[1]
    dz = dout * (h_hat - h_prev)
    dh_prev = dout * (1 - z)
    dh_raw = dout * z * (1 - h_hat**2)
    dWh = xrh.T.dot(dh_raw)
    dxrh = dh_raw.dot(Wh.T)
    dr = dxrh[:, D:] * h_prev
    dh_prev += dxrh[:, D:] * r
    dz_raw = dz * z * (1 - z)
    dr_raw = dr * r * (1 - r)
    dWz = xh.T.dot(dz_raw)
    dWr = xh.T.dot(dr_raw)
    dxh = dz_raw.dot(Wz.T) + dr_raw.dot(Wr.T)
    dx = dxrh[:, :D] + dxh[:, :D]
    dh_prev += dxh[:, D:]
    return dx, dh_prev, dWz, dWr, dWh


def embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


def masked_attention_forward(Q, K, V, mask):
    d_k = Q.shape[-1]
    scores = np.matmul(Q, K.transpose(0, 2, 1)) / np.sqrt(d_k)
    scores = np.where(mask == 0, -1e9, scores)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return np.matmul(weights, V), (Q, K, V, weights)


def masked_attention_backward(dout, cache):
    Q, K, V, weights = cache
    d_k = Q.shape[-1]
    dV = np.matmul(weights.transpose(0, 2, 1), dout)
    dweights = np.matmul(dout, V.transpose(0, 2, 1))
    dscores = weights * (dweights - np.sum(dweights * weights, axis=-1, keepdims=True))
    dscores /= np.sqrt(d_k)
    dQ = np.matmul(dscores, K)
    dK = np.matmul(dscores.transpose(0, 2, 1), Q)
    return dQ, dK, dV


def cbow_loss_value_and_grad(context, target, W_in, W_out):
    h = W_in[context].mean(axis=1)
    score = np.dot(h, W_out)
    score = score - score.max(axis=1, keepdims=True)
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    batch_size = target.shape[0]
    loss = -np.sum(np.log(p[np.arange(batch_size), target])) / batch_size

    # backward pass
    dscore = p / batch_size
    dscore[np.arange(batch_size), target] -= 1 / batch_size
    dW_out = np.dot(h.T, dscore)
    dh = np.dot(dscore, W_out.T) / context.shape[1]
    dW_in = np.zeros_like(W_in)
    np.add.at(dW_in, context, dh[:, None, :])
    return loss, (dW_in, dW_out)


def negative_sampling_loss_value_and_grad(v, u_o, U_neg):
    pos = 1 / (1 + np.exp(-np.dot(u_o, v)))
    neg = 1 / (1 + np.exp(np.dot(U_neg, v)))
    loss = -np.log(pos) - np.sum(np.log(neg))

    # backward pass
    dpos = pos - 1
    dneg = 1 - neg
    dv = dpos * u_o + np.dot(dneg, U_neg)
    du_o = dpos * v
    dU_neg = np.outer(dneg, v)
    return loss, (dv, du_o, dU_neg)


# -- softmax losses ----------------------------------------------------------------------------------------------------


def softmax_eye_value_and_grad(scores, y):
    N, C = scores.shape
    onehot = np.eye(C)[y]
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1)[:, None]
    loss = -np.sum(onehot * np.log(probs)) / N

    # backward pass
    dscores = (probs - onehot) / N
    return loss, dscores


def softmax_zeros_one_value_and_grad(x, y):
    N = x.shape[0]
    shifted = x - x.max(1).reshape(-1, 1)
    p = np.exp(shifted) / np.exp(shifted).sum(1).reshape(-1, 1)
    t = np.zeros_like(p)
    t[np.arange(N), y] = 1.0
    loss = np.mean(-np.log(p[t == 1]))

    # backward pass
    dx = p / N
    dx[t == 1] -= 1 / N
    return (loss, (p - t) / N), dx


def softmax_comprehension_value_and_grad(scores, y):
    num = scores.shape[0]
    logits = scores - np.max(scores, axis=1, keepdims=True)
    logsum = np.log(np.sum(np.exp(logits), axis=1))
    picked = np.array([logits[i, y[i]] for i in range(num)])
    loss = np.mean(logsum - picked)

    # backward pass
    dscores = np.exp(logits - logsum[:, None]) / num
    for i in range(num):
        dscores[i, y[i]] -= 1 / num
    return loss, dscores


def softmax_choose_value_and_grad(scores, y):
    scores = scores - scores.max(axis=1)[:, np.newaxis]
    correct = np.choose(y, scores.T)
    sums = np.sum(np.exp(scores), axis=1)
    loss = -correct + np.log(sums)
    loss = loss.mean()

    # backward pass
    dscores = np.exp(scores) / sums[:, None]
    dscores[np.arange(len(y)), y] -= 1
    dscores /= len(y)
    return loss, dscores


def softmax_eps_loss_value_and_grad(y, t):
    batch_size = y.shape[0]
    c = np.max(y, axis=1, keepdims=True)
    exp_a = np.exp(y - c)
    probs = exp_a / np.sum(exp_a, axis=1, keepdims=True)
    loss = -np.sum(t * np.log(probs + 1e-7)) / batch_size

    # backward pass
    dprobs = -t / (probs + 1e-7) / batch_size
    dy = probs * (dprobs - np.sum(dprobs * probs, axis=1, keepdims=True))
    return loss, dy


def softmax_columns_cost_value_and_grad(W, b, X, Y):
    m = X.shape[1]
    Z = np.dot(W, X) + b
    T = np.exp(Z - np.max(Z, axis=0))
    A = T / np.sum(T, axis=0)
    cost = np.squeeze(-1 / m * np.sum(Y * np.log(A)))

    # backward pass (the columns of Y need not sum to 1)
    dZ = (A * np.sum(Y, axis=0) - Y) / m
    dW = np.dot(dZ, X.T)
    db = np.sum(dZ, axis=1, keepdims=True)
    return cost, (dW, db)


def label_smoothing_loss_value_and_grad(logits, y, smoothing=0.1):
    N, C = logits.shape
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    targets = np.full((N, C), smoothing / C)
    targets[np.arange(N), y] += 1 - smoothing
    loss = -(targets * log_probs).sum(axis=1).mean()

    # backward pass
    dlogits = (np.exp(log_probs) - targets) / N
    return loss, dlogits


def softmax_left_over_value_and_grad(W, X, y, reg):
    num_train = X.shape[0]
    f = X.dot(W)
    f -= np.max(f, axis=1, keepdims=True)
    sum_f = np.sum(np.exp(f), axis=1, keepdims=True)
    p = np.exp(f) / sum_f
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)

    # backward pass
    ind = np.zeros_like(p)
    ind[np.arange(num_train), y] = 1
    dW = X.T.dot(p - ind)
    dW /= num_train
    dW += reg * W
    return (loss, dW.copy()), dW


def two_layer_loss_value_and_grad(X, y, W1, b1, W2, b2, reg=0.0):
    N, D = X.shape
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    shift = scores - np.amax(scores, axis=1, keepdims=True)
    softmax = np.exp(shift) / np.sum(np.exp(shift), axis=1, keepdims=True)
    loss = np.sum(-np.log(softmax[range(N), list(y)])) / N
    loss += reg * (np.sum(W1**2) + np.sum(W2**2))

    # backward pass
    dscores = softmax.copy()
    dscores[range(N), list(y)] -= 1
    dscores /= N
    dW2 = hidden.T.dot(dscores) + 2 * reg * W2
    db2 = np.sum(dscores, axis=0)
    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    dW1 = X.T.dot(dhidden) + 2 * reg * W1
    db1 = dhidden.sum(axis=0)
    grads = {"W2": dW2.copy(), "b2": db2.copy(), "W1": dW1.copy(), "b1": db1.copy()}
    return (loss, grads), (dW1, db1, dW2, db2)


# -- hinge losses ------------------------------------------------------------------------------------------------------


def svm_reshape_value_and_grad(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct_class_scores = scores[np.arange(num_train), y].reshape(num_train, 1)
    margins = np.maximum(scores - correct_class_scores + 1, 0)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train
    loss += reg * np.sum(W * W)

    # backward pass
    binary = (margins > 0).astype(float)
    binary[np.arange(num_train), y] = -np.sum(binary, axis=1)
    dW = X.T.dot(binary) / num_train
    dW += 2 * reg * W
    return loss, dW


def svm_subtract_delta_value_and_grad(scores, y, delta=1.0):
    num = len(y)
    diff = scores - scores[range(num), y][:, None] + delta
    diff[diff < 0] = 0
    loss = np.sum(diff) / num - delta

    # backward pass
    dscores = (diff > 0) / num
    dscores[range(num), y] -= np.sum(dscores, axis=1)
    return loss, dscores


def svm_columns_value_and_grad(W, X, y, reg):
    num_train = X.shape[1]
    scores = W.dot(X)
    correct = scores[y, np.arange(num_train)]
    margins = np.maximum(0, scores - correct + 1)
    margins[y, np.arange(num_train)] = 0
    loss = np.sum(np.sum(margins, axis=0)) / num_train + 0.5 * reg * np.sum(np.multiply(W, W))

    # backward pass
    dscores = (margins > 0) / num_train
    dscores[y, np.arange(num_train)] -= np.sum(dscores, axis=0)
    dW = dscores.dot(X.T) + reg * W
    return loss, dW


def hinge_binary_value_and_grad(w, b, X, y, C=1.0):
    distances = 1 - y * (np.dot(X, w) + b)
    distances[distances < 0] = 0
    hinge_loss = C * (np.sum(distances) / X.shape[0])
    loss = 1 / 2 * np.dot(w, w) + hinge_loss

    # backward pass
    dmargins = -C * y * (distances > 0) / X.shape[0]
    dw = w + np.dot(X.T, dmargins)
    db = np.sum(dmargins)
    return loss, (dw, db)


# -- cross entropy of one output ---------------------------------------------------------------------------------------


def logistic_cost_value_and_grad(w, b, X, Y):
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = (-1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    cost = np.squeeze(cost)

    # backward pass
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = (1 / m) * np.sum(A - Y)
    return (cost, {"dw": dw.copy(), "db": db}), (dw, db)


def planar_cost_value_and_grad(Z2, Y):
    A2 = 1 / (1 + np.exp(-Z2))
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(1 - Y, np.log(1 - A2))
    cost = float(-np.sum(logprobs) / m)

    # backward pass
    dZ2 = (A2 - Y) / m
    return cost, dZ2


def bce_dots_value_and_grad(AL, Y):
    m = Y.shape[1]
    cost = (1.0 / m) * (-np.dot(Y, np.log(AL).T) - np.dot(1 - Y, np.log(1 - AL).T))
    cost = np.sum(cost)

    # backward pass
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL)) / m
    return cost, dAL


def logistic_signs_value_and_grad(w, X, y, lam):
    margins = y * X.dot(w)
    loss = np.mean(np.log(1 + np.exp(-margins))) + lam / 2 * np.linalg.norm(w) ** 2

    # backward pass
    dmargins = -y / (1 + np.exp(margins)) / len(y)
    dw = X.T.dot(dmargins) + lam * w
    return loss, dw


def bce_clipped_value_and_grad(p, t):
    clipped = np.clip(p, 1e-12, 1 - 1e-12)
    loss = -np.mean(t * np.log(clipped) + (1 - t) * np.log(1 - clipped))

    # backward pass
    dp = (clipped - t) / (clipped * (1 - clipped)) / p.size
    dp[p != clipped] = 0
    return loss, dp


# -- other losses, and regularizers ------------------------------------------------------------------------------------


def regularized_cost_value_and_grad(A3, Y, parameters, lambd):
    m = Y.shape[1]
    W1 = parameters["W1"]
    W2 = parameters["W2"]
    W3 = parameters["W3"]
    logprobs = np.multiply(-np.log(A3), Y) + np.multiply(-np.log(1 - A3), 1 - Y)
    cross_entropy_cost = 1.0 / m * np.sum(logprobs)
    L2_regularization_cost = lambd * (np.sum(np.square(W1)) + np.sum(np.square(W2)) + np.sum(np.square(W3))) / (2 * m)
    cost = cross_entropy_cost + L2_regularization_cost

    # backward pass
    dA3 = ((1 - Y) / (1 - A3) - Y / A3) / m
    dparameters = {"W1": lambd / m * W1, "W2": lambd / m * W2, "W3": lambd / m * W3}
    return cost, (dA3, dparameters)


def weight_decay_loop_value_and_grad(x, t, W1, W2, weight_decay_lambda):
    h = np.tanh(np.dot(x, W1))
    y = np.dot(h, W2)
    weight_decay = 0
    for W in (W1, W2):
        weight_decay += 0.5 * weight_decay_lambda * np.sum(W**2)
    loss = 0.5 * np.sum((y - t) ** 2) / x.shape[0] + weight_decay

    # backward pass
    dy = (y - t) / x.shape[0]
    dW2 = np.dot(h.T, dy) + weight_decay_lambda * W2
    dh = np.dot(dy, W2.T) * (1 - h**2)
    dW1 = np.dot(x.T, dh) + weight_decay_lambda * W1
    return loss, (dW1, dW2)


def elastic_net_value_and_grad(w, b, X, y, l1, l2):
    err = X @ w + b - y
    mse = (err**2).mean()
    loss = mse + l1 * np.abs(w).sum() + l2 * (w * w).sum()

    # backward pass
    derr = 2 * err / len(y)
    dw = X.T @ derr + l1 * np.sign(w) + 2 * l2 * w
    db = derr.sum()
    return loss, (dw, db)


def huber_where_value_and_grad(pred, target, delta=1.0):
    err = pred - target
    small = np.abs(err) <= delta
    loss = np.sum(np.where(small, 0.5 * err**2, delta * (np.abs(err) - 0.5 * delta)))

    # backward pass
    dpred = np.where(small, err, delta * np.sign(err))
    return loss, dpred


def triplet_loss_value_and_grad(anchor, positive, negative, margin=0.2):
    pos_dist = np.sum(np.square(anchor - positive), axis=1)
    neg_dist = np.sum(np.square(anchor - negative), axis=1)
    hinge = np.maximum(pos_dist - neg_dist + margin, 0.0)
    loss = np.mean(hinge)

    # backward pass
    dhinge = 2 * (hinge > 0)[:, None] / len(hinge)
    dpositive = dhinge * (positive - anchor)
    dnegative = dhinge * (anchor - negative)
    danchor = -(dpositive + dnegative)
    return loss, (danchor, dpositive, dnegative)


def vae_loss_value_and_grad(x, x_hat, mu, logvar):
    recon = np.sum((x_hat - x) ** 2, axis=1)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    loss = np.mean(recon + kl)

    # backward pass
    N = len(x)
    dx_hat = 2 * (x_hat - x) / N
    dmu = mu / N
    dlogvar = 0.5 * (np.exp(logvar) - 1) / N
    return loss, (dx_hat, dmu, dlogvar)


def matrix_factorization_loss_value_and_grad(P, Q, R, observed, lam):
    err = observed * (R - P.dot(Q.T))
    loss = 0.5 * np.sum(err**2) + 0.5 * lam * (np.sum(P**2) + np.sum(Q**2))

    # backward pass
    dP = -err.dot(Q) + lam * P
    dQ = -err.T.dot(P) + lam * Q
    return loss, (dP, dQ)


def style_loss_value_and_grad(features, target):
    H, W, C = features.shape
    F = features.reshape((H * W, C))
    G = F.T.dot(F) / (H * W * C)
    loss = np.sum((G - target) ** 2)

    # backward pass
    dG = 2 * (G - target) / (H * W * C)
    dF = F.dot(dG + dG.T)
    dfeatures = dF.reshape(features.shape)
    return loss, dfeatures


def total_variation_value_and_grad(img, weight):
    h_diff = img[1:, :, :] - img[:-1, :, :]
    w_diff = img[:, 1:, :] - img[:, :-1, :]
    loss = weight * (np.sum(h_diff**2) + np.sum(w_diff**2))

    # backward pass
    dimg = np.zeros_like(img)
    dh, dw = 2 * weight * h_diff, 2 * weight * w_diff
    dimg[1:, :, :] += dh
    dimg[:-1, :, :] -= dh
    dimg[:, 1:, :] += dw
    dimg[:, :-1, :] -= dw
    return loss, dimg
