#!/usr/bin/env python3
"""Records what PyTorch's normalizations give, as test/fixtures/pytorch/catalogue.npz and catalogue.json.

    apt-get install python3-numpy python3-torch
    /usr/bin/python3 scripts/record-catalogue.py

Inputs of ranks 2 to 5 in float32 and float64; the functions of torch and torch.nn.functional, and for the norms that
live in their authors' code the formulas of it, in PyTorch: Weight Standardization and AdaIN with their unbiased variance.
"""

import json
import os

import numpy as np
import torch
from torch.nn import functional as F

TARGET = os.path.join("test", "fixtures", "pytorch")
SHAPES = ((6, 8), (3, 8, 5), (2, 8, 4, 3), (2, 4, 3, 2, 3))
DTYPES = {"f32": torch.float32, "f64": torch.float64}


def last(x, function):
    """A function of the last axis, along the channels."""
    return function(x.movedim(1, -1)).movedim(-1, 1)


def standardized_weight(w):
    flat = w.reshape(w.shape[0], -1)
    flat = flat - flat.mean(1, keepdim=True)
    return (flat / (flat.std(1, keepdim=True) + 1e-5)).reshape(w.shape)


def adain(x, style):
    axes = tuple(range(2, x.ndim))
    (style_var, style_mean), (var, mean) = (torch.var_mean(each, axes, keepdim=True) for each in (style, x))
    return (x - mean) / (var + 1e-5).sqrt() * (style_var + 1e-5).sqrt() + style_mean


def cases(x, given):
    rank, channels = x.ndim, x.shape[1]
    gamma, beta, mean, var = (given[name] for name in ("gamma", "beta", "runningMean", "runningVar"))
    affine = {"gamma": "gamma", "beta": "beta"}
    yield "batchNorm", {}, affine, F.batch_norm(x, None, None, gamma, beta, training=True)
    yield "batchNorm", {"eps": 0.25}, {}, F.batch_norm(x, None, None, training=True, eps=0.25)
    yield "batchNormInference", {}, {**affine, "runningMean": "runningMean", "runningVar": "runningVar"}, F.batch_norm(x, mean, var, gamma, beta)
    for axis in range(1, rank):
        yield "layerNorm", {"axis": axis}, {}, F.layer_norm(x, x.shape[axis:])
    yield "layerNorm2d", {"eps": 1e-6}, affine, last(x, lambda y: F.layer_norm(y, (channels,), gamma, beta, eps=1e-6))
    yield "groupNorm", {"groups": 2}, affine, F.group_norm(x, 2, gamma, beta)
    if rank > 2:
        yield "instanceNorm", {}, affine, F.instance_norm(x, weight=gamma, bias=beta)
        yield "adaIN", {"ddof": 1}, {"style": "style"}, adain(x, given["style"])
        yield "localResponseNorm", {"size": 3, "alpha": 0.5}, {}, F.local_response_norm(x, 3, alpha=0.5)
        yield "localResponseNorm", {"size": 4, "alpha": 0.1, "power": 0.5, "bias": 2}, {}, F.local_response_norm(x, 4, 0.1, 0.5, 2)
    for p, name in ((1, "1"), (2, "2"), (float("inf"), "max")):
        yield "lpNorm", {"p": name, "axis": 1}, {}, F.normalize(x, p=p, dim=1)
    yield "lpNorm", {"axis": rank - 1}, {}, F.normalize(x, dim=-1)
    yield "weightStandardization", {"ddof": 1, "epsPlace": "outside"}, {}, standardized_weight(x)
    length = torch.linspace(0.5, 2, x.shape[0], dtype=x.dtype)
    yield "weightNorm", {}, {"gamma": "length"}, torch._weight_norm(x, length.reshape(-1, *(1,) * (rank - 1)), 0)
    yield "spectralNorm", {}, {}, x / torch.linalg.matrix_norm(x.reshape(x.shape[0], -1), 2)
    yield "dynamicTanh", {"alpha": 0.75, "axis": 1}, affine, last(x, lambda y: torch.tanh(0.75 * y) * gamma + beta)


def main():
    torch.manual_seed(5)
    torch.set_num_threads(1)
    arrays, recorded = {}, []
    for shape in SHAPES:
        channels, rank = shape[1], len(shape)
        wide = {
            "x": torch.randn(shape, dtype=torch.float64) * 2 + 0.5,
            "style": torch.randn(shape, dtype=torch.float64) * 0.7 - 1,
            "gamma": torch.rand(channels, dtype=torch.float64) + 0.5,
            "beta": torch.randn(channels, dtype=torch.float64),
            "runningMean": torch.randn(channels, dtype=torch.float64),
            "runningVar": torch.rand(channels, dtype=torch.float64) + 0.2,
            "length": torch.linspace(0.5, 2, shape[0], dtype=torch.float64),
        }
        for dtype, kind in DTYPES.items():
            given = {name: values.to(kind) for name, values in wide.items()}
            arrays.update({f"{name}-{rank}-{dtype}": values.numpy() for name, values in given.items()})
            for norm, options, inputs, y in cases(given["x"], given):
                name = f"y{len(recorded)}"
                arrays[name] = y.contiguous().numpy()
                assert y.dtype == kind and y.shape == shape, (norm, y.dtype, y.shape)
                recorded.append({"y": name, "norm": norm, "rank": rank, "dtype": dtype, "options": options, "inputs": inputs})
    np.savez(os.path.join(TARGET, "catalogue.npz"), **arrays)
    with open(os.path.join(TARGET, "catalogue.json"), "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"torch": torch.__version__, "cases": recorded}, indent="\t") + "\n")
    print(f"{len(recorded)} outputs")


if __name__ == "__main__":
    main()
