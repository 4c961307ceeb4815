#!/usr/bin/env python3
"""What NumPy and PyTorch give for the cases of docs/accuracy.md; `npm run accuracy` calls it.

    /usr/bin/python3 scripts/record-accuracy.py FOLDER

Reads FOLDER/cases.json and FOLDER/<kind>-<dtype>.npy; writes FOLDER/<key>.numpy.npy and FOLDER/<key>.torch.npy, and
says on stdout which cases each of them could do. NumPy's are the formulas as they are usually written, in the type of
the data; PyTorch's are its functions of that name.
"""

import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F


def standardize(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + x.dtype.type(eps))


def grouped(x, groups, eps):
    return standardize(x.reshape(x.shape[0], groups, -1), 2, eps).reshape(x.shape)


def channels(x, values):
    return np.asarray(values, "f8").astype(x.dtype).reshape(1, -1, 1, 1)


def root(x, square, o):
    """A divisor from a mean square, with eps where it is placed."""
    eps = x.dtype.type(o["eps"])
    if o["epsPlace"] == "inside":
        return np.sqrt(square + eps)
    return np.sqrt(square) + eps if o["epsPlace"] == "outside" else np.maximum(np.sqrt(square), eps)


def divided(x, axes, o, add=np.mean):
    return x / root(x, add(x * x, axis=axes, keepdims=True), o)


def mean_var(x, axes):
    return x.mean(axes, keepdims=True), x.var(axes, keepdims=True)


def inference(x, o, given):
    mean, var = channels(x, given["runningMean"]), channels(x, given["runningVar"])
    return (x - mean) / root(x, var, o)


def renorm(x, o, given):
    (mean, var), dtype = mean_var(x, (0, 2, 3)), x.dtype.type
    before = root(x, channels(x, given["runningVar"]), o)
    r = np.clip(root(x, var, o) / before, dtype(1 / o["rMax"]), dtype(o["rMax"]))
    d = np.clip((mean - channels(x, given["runningMean"])) / before, dtype(-o["dMax"]), dtype(o["dMax"]))
    return (x - mean) / root(x, var, o) * r + d


def softmax(x, values):
    powers = np.exp(np.asarray(values, "f8") - max(values)).astype(x.dtype)
    return powers / powers.sum()


def switchable(x, o, given):
    all_ = [mean_var(x, axes) for axes in ((2, 3), (1, 2, 3), (0, 2, 3))]
    mean = sum(weight * mean for weight, (mean, _) in zip(softmax(x, given["meanWeight"]), all_))
    var = sum(weight * var for weight, (_, var) in zip(softmax(x, given["varWeight"]), all_))
    return (x - mean) / root(x, var, o)


def adain(x, o, given):
    style = np.asarray(given["style"], "f8").astype(x.dtype).reshape(x.shape)
    (mean, var), (style_mean, style_var) = mean_var(x, (2, 3)), mean_var(style, (2, 3))
    return (x - mean) / root(x, var, o) * root(x, style_var, o) + style_mean


def response(x, o):
    lengths = np.sqrt((x * x).sum((2, 3), keepdims=True))
    return x * (lengths / (lengths.mean(1, keepdims=True) + x.dtype.type(o["eps"]))) + x


def evo_b0(x, o, given):
    batch, own = (root(x, mean_var(x, axes)[1], o) for axes in ((0, 2, 3), (2, 3)))
    return x / np.maximum(batch, channels(x, given["v"]) * x + own)


def evo_s0(x, o, given):
    grouped_x = x.reshape(x.shape[0], o["groups"], -1)
    var = np.repeat(grouped_x.var(2), x.shape[1] // o["groups"], axis=1)[:, :, None, None]
    return x / (1 + np.exp(-channels(x, given["v"]) * x)) / root(x, var, o)


def local(x, o):
    squares, half = np.zeros_like(x), o["size"] // 2
    for c in range(x.shape[1]):
        squares[:, c] = (x[:, max(0, c - half):c + (o["size"] - 1) // 2 + 1] ** 2).sum(1)
    dtype = x.dtype.type
    return x / (dtype(o["bias"]) + dtype(o["alpha"] / o["size"]) * squares) ** dtype(o["power"])


def min_max(x, axes):
    low, high = x.min(axes, keepdims=True), x.max(axes, keepdims=True)
    return (x - low) / (high - low)


def ghost(x, o):
    return np.concatenate([standardize(part, (0, 2, 3), o["eps"]) for part in np.split(x, o["groups"])])


NUMPY = {
    "batchNorm": lambda x, o, g: standardize(x, (0, 2, 3), o["eps"]),
    "batchNormInference": inference,
    "layerNorm": lambda x, o, g: standardize(x, (1, 2, 3), o["eps"]),
    "layerNorm2d": lambda x, o, g: standardize(x, (1,), o["eps"]),
    "instanceNorm": lambda x, o, g: standardize(x, (2, 3), o["eps"]),
    "groupNorm": lambda x, o, g: grouped(x, o["groups"], o["eps"]),
    "rmsNorm": lambda x, o, g: divided(x, tuple(range(o["axis"] % x.ndim, x.ndim)), o),
    "cells": lambda x, o, g: standardize(x, (0, 1), o["eps"]),
    "ghostBatchNorm": lambda x, o, g: ghost(x, o),
    "adaIN": adain,
    "weightStandardization": lambda x, o, g: standardize(x, (1, 2, 3), o["eps"]),
    "meanVarianceNorm": lambda x, o, g: (x - x.mean((0, 2, 3), keepdims=True)) / root(x, x.var((0, 2, 3), keepdims=True), o),
    "zScore": lambda x, o, g: standardize(x, (0, 1), 0),
    "minMax": lambda x, o, g: min_max(x, (0, 1)),
    "pixelNorm": lambda x, o, g: divided(x, (1,), o),
    "lpNorm": lambda x, o, g: divided(x, (o["axis"],), o, np.sum),
    "filterResponseNorm": lambda x, o, g: np.maximum(divided(x, (2, 3), o), channels(x, g["tau"])),
    "powerNorm": lambda x, o, g: divided(x, (0, 2, 3), o),
    "weightNorm": lambda x, o, g: divided(x, (1, 2, 3), o, np.sum),
    "spectralNorm": lambda x, o, g: x / np.linalg.norm(x.reshape(x.shape[0], -1), 2),
    "batchRenorm": renorm,
    "switchableNorm": switchable,
    "globalResponseNorm": lambda x, o, g: response(x, o),
    "evoNormB0": evo_b0,
    "evoNormS0": evo_s0,
    "dynamicTanh": lambda x, o, g: np.tanh(x.dtype.type(o["alpha"]) * x),
    "localResponseNorm": lambda x, o, g: local(x, o),
}


def torch_inference(x, o, given):
    mean, var = (torch.tensor(given[name], dtype=x.dtype) for name in ("runningMean", "runningVar"))
    return F.batch_norm(x, mean, var, training=False, eps=o["eps"])


TORCH = {
    "batchNorm": lambda x, o, g: F.batch_norm(x, None, None, training=True, eps=o["eps"]),
    "batchNormInference": torch_inference,
    "layerNorm": lambda x, o, g: F.layer_norm(x, x.shape[1:], eps=o["eps"]),
    "layerNorm2d": lambda x, o, g: F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], eps=o["eps"]).permute(0, 3, 1, 2),
    "instanceNorm": lambda x, o, g: F.instance_norm(x, eps=o["eps"]),
    "groupNorm": lambda x, o, g: F.group_norm(x, o["groups"], eps=o["eps"]),
    "lpNorm": lambda x, o, g: F.normalize(x, dim=o["axis"], eps=o["eps"]),
    "dynamicTanh": lambda x, o, g: torch.tanh(o["alpha"] * x),
    "localResponseNorm": lambda x, o, g: F.local_response_norm(x, o["size"], o["alpha"], o["power"], o["bias"]),
    "weightNorm": lambda x, o, g: torch._weight_norm(x, torch.ones(x.shape[0], 1, 1, 1, dtype=x.dtype), 0),
    "spectralNorm": lambda x, o, g: x / torch.linalg.matrix_norm(x.reshape(x.shape[0], -1), 2),
}


def main():
    folder = sys.argv[1]
    torch.set_num_threads(1)
    np.seterr(all="ignore")
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    done = {"numpy": [], "torch": []}
    for case in cases:
        x = np.load(os.path.join(folder, f"{case['kind']}-{case['dtype']}.npy"))
        for who, table, array in (("numpy", NUMPY, x), ("torch", TORCH, torch.from_numpy(x))):
            if case["id"] not in table:
                continue
            y = np.asarray(table[case["id"]](array, case["options"], case["inputs"]))
            assert y.dtype == x.dtype and y.shape == x.shape, (case["key"], y.dtype, y.shape)
            np.save(os.path.join(folder, f"{case['key']}.{who}.npy"), y)
            done[who].append(case["key"])
    print(json.dumps({"numpy": np.__version__, "torch": torch.__version__, "done": done}))


if __name__ == "__main__":
    main()
