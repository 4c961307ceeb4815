#!/usr/bin/env python3
"""Records what PyTorch's normalizations give on small random tensors, as test/fixtures/pytorch/.

    apt-get install python3-numpy python3-torch
    /usr/bin/python3 scripts/record-pytorch.py [target folder]

`cases.safetensors` holds inputs, outputs, gammas and betas; `cases.json` lists the cases that use them:
norm and axis as in the product (channel axis; for layerNorm the first averaged axis), groups, eps, and
`torchError`, the largest distance between PyTorch's output and the formula worked out in 80-bit floats from the
same input. `tolerance` is what an implementation in float64 may differ from the recorded output: torchError,
a mean that is one float64 neighbour off, 1e-12 for everything else, and for f32 the rounding of the result.
Channels-last cases are permuted to channels first, normalized by PyTorch, and permuted back.
"""

import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

import safetensors_file

SEED = 7
DTYPES = {"f64": torch.float64, "f32": torch.float32}
CHANNEL_NORMS = ("batchNorm", "instanceNorm", "groupNorm")


def torch_norm(norm, x, eps, groups, gamma, beta, averaged):
    """PyTorch's result for a channels-first tensor; `averaged` is the shape that layerNorm takes its averages over."""
    if norm == "batchNorm":
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    if norm == "instanceNorm":
        return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)
    if norm == "groupNorm":
        return F.group_norm(x, groups, gamma, beta, eps)
    return F.layer_norm(x, averaged, gamma, beta, eps)


def formula(norm, x, axis, eps, groups, gamma, beta):
    """The definition in 80-bit floats: (x - mean) / sqrt(mean((x - mean)^2) + eps), times gamma, plus beta.

    Also returns how far the result moves when the mean of its set is off by one float64 neighbour.
    """
    x = x.numpy().astype(np.longdouble)
    if norm == "layerNorm":
        averaged, shape, parts = tuple(range(axis, x.ndim)), x.shape, x
        along = (1,) * axis + x.shape[axis:]
    else:
        channels = x.shape[axis]
        along = tuple(size if a == axis else 1 for a, size in enumerate(x.shape))
        cut = {"batchNorm": channels, "instanceNorm": channels, "groupNorm": groups}[norm]
        shape = x.shape
        parts = x.reshape(shape[:axis] + (cut, channels // cut) + shape[axis + 1:])
        kept = (axis,) if norm == "batchNorm" else (0, axis)
        averaged = tuple(a for a in range(parts.ndim) if a not in kept)
    mean = parts.mean(averaged, keepdims=True)
    variance = ((parts - mean) ** 2).mean(averaged, keepdims=True)
    sigma = np.sqrt(variance + np.longdouble(eps))
    y = ((parts - mean) / sigma).reshape(shape)
    moved = np.broadcast_to(np.spacing(np.abs(mean).astype("f8")) / sigma, parts.shape).reshape(shape)
    if gamma is not None:
        scale = gamma.numpy().astype(np.longdouble).reshape(along)
        y, moved = y * scale, moved * np.abs(scale)
    if beta is not None:
        y = y + beta.numpy().astype(np.longdouble).reshape(along)
    return y, float(moved.max())


def up(number):
    """A number with four digits, not smaller than it was."""
    return float(f"{number * 1.0006:.3e}")


class Recorder:
    """Collects tensors by name and cases, each tensor once."""

    def __init__(self):
        self.tensors, self.cases = {}, []
        self.random = torch.Generator().manual_seed(SEED)

    def input(self, name, shape, dtype, mean=0.0, scale=1.0):
        """A new random input; the channels differ in scale, so that no two norms agree by chance."""
        x = torch.randn(shape, generator=self.random, dtype=torch.float64) * scale
        for axis, size in enumerate(shape):
            step = torch.linspace(0.5, 1.5, size, dtype=torch.float64) if size > 1 else torch.ones(1, dtype=torch.float64)
            x = x * step.reshape([size if a == axis else 1 for a in range(len(shape))])
        return self.keep(f"{name}.{dtype}", (x + mean).to(DTYPES[dtype]))

    def keep(self, name, tensor):
        """Names a tensor for the file."""
        self.tensors[name] = tensor
        return name

    def affine(self, kind, shape, dtype):
        """The gamma or beta of a shape, made when it is first asked for."""
        name = f"{kind}.{'x'.join(map(str, shape))}.{dtype}"
        if name not in self.tensors:
            values = torch.randn(tuple(shape), generator=self.random, dtype=torch.float64)
            self.keep(name, (values * 0.5 + (kind == "gamma")).to(DTYPES[dtype]))
        return name

    def case(self, norm, source, axis=1, groups=None, eps=1e-5, gamma=False, beta=False):
        """Runs one norm on one input and keeps its output."""
        x, dtype = self.tensors[source], source.rsplit(".", 1)[1]
        axis = axis % x.ndim
        along = x.shape[axis:] if norm == "layerNorm" else x.shape[axis:axis + 1]
        names = {kind: self.affine(kind, along, dtype) for kind, wanted in (("gamma", gamma), ("beta", beta)) if wanted}
        weight, bias = (self.tensors[names[kind]] if kind in names else None for kind in ("gamma", "beta"))
        last = norm in CHANNEL_NORMS and axis != 1
        first = x.movedim(axis, 1).contiguous() if last else x
        y = torch_norm(norm, first, eps, groups, weight, bias, tuple(along))
        y = y.movedim(1, axis).contiguous() if last else y
        exact, moved = formula(norm, x, axis, eps, groups, weight, bias)
        error = float(np.abs(y.numpy().astype(np.longdouble) - exact).max())
        rounding = 2.0**-24 * float(np.abs(exact).max()) if dtype == "f32" else 0.0
        parts = [source.rsplit(".", 1)[0], norm, f"axis{axis}"] + ([f"g{groups}"] if groups else []) + [f"eps{eps:g}"]
        identity = "-".join(parts + sorted(names) + [dtype])
        self.cases.append({
            "id": identity, "norm": norm, "axis": axis, **({"groups": groups} if groups else {}), "eps": eps,
            "input": source, "output": self.keep(f"y{len(self.cases):03}", y), **names,
            "shape": list(x.shape), "dtype": dtype, "torchError": up(error),
            "tolerance": up(error + moved + rounding + 1e-12),
        })


SHAPES = {"2d": (7, 6), "3d": (4, 6, 5), "4d": (3, 6, 3, 4), "5d": (2, 6, 3, 2, 3)}


def every_norm(record, source, axis, rank):
    """All norms on one input, plain with the usual eps, and with gamma or beta or both and other eps."""
    norms = [
        ("batchNorm", {"axis": axis}), ("layerNorm", {"axis": 1}),
        ("groupNorm", {"axis": axis, "groups": 3}), ("groupNorm", {"axis": axis, "groups": 2}),
    ]
    if rank > 2:
        norms += [("instanceNorm", {"axis": axis}), ("layerNorm", {"axis": rank - 1})]
    for norm, options in norms:
        record.case(norm, source, **options)
        record.case(norm, source, **options, eps=1e-3, gamma=True, beta=True)


def record_cases():
    """Every case, in a fixed order, from a fixed seed."""
    record = Recorder()
    for name, shape in SHAPES.items():
        rank = len(shape)
        every_norm(record, record.input(f"{name}-first", shape, "f64"), 1, rank)
        if rank > 2:
            last = (shape[0], *shape[2:], shape[1])
            every_norm(record, record.input(f"{name}-last", last, "f64"), rank - 1, rank)
        every_norm(record, record.input(f"{name}-first", shape, "f32"), 1, rank)
    every_norm(record, record.input("4d-last", (3, 3, 4, 6), "f32"), 3, 4)
    for dtype in DTYPES:
        every_norm(record, record.input("4d-mean1e4", SHAPES["4d"], dtype, mean=1e4), 1, 4)

    four, three = "4d-first.f64", "3d-first.f64"
    for eps in (0.1, 1e-12):
        for norm, options in (("batchNorm", {}), ("layerNorm", {"axis": -1}), ("instanceNorm", {}), ("groupNorm", {"groups": 6})):
            record.case(norm, three, eps=eps, **options)
    record.case("groupNorm", four, groups=1, gamma=True, beta=True)
    record.case("groupNorm", four, groups=6)
    record.case("layerNorm", four, axis=0)
    record.case("layerNorm", four, axis=2, gamma=True, beta=True)
    for norm, options in (("batchNorm", {}), ("layerNorm", {"axis": 1}), ("groupNorm", {"groups": 3})):
        record.case(norm, four, gamma=True, **options)
        record.case(norm, four, beta=True, **options)

    tiny = record.input("tiny-scale1e-6", (3, 4, 5), "f64", scale=1e-6)
    huge = record.input("huge-scale1e12", (3, 4, 5), "f64", scale=1e12)
    for source in (tiny, huge):
        for norm, options in (("batchNorm", {}), ("layerNorm", {"axis": 1}), ("instanceNorm", {}), ("groupNorm", {"groups": 2})):
            record.case(norm, source, **options)
    constant = record.input("constant-channel", (3, 4, 5), "f64")
    record.tensors[constant][:, 2] = 3.25
    for norm, options in (("batchNorm", {}), ("instanceNorm", {}), ("groupNorm", {"groups": 4}), ("layerNorm", {"axis": 2})):
        record.case(norm, constant, **options, beta=True)

    record.case("batchNorm", record.input("one-sample", (1, 3, 2, 2), "f64"))
    record.case("batchNorm", record.input("one-pixel", (2, 3, 1, 1), "f64"))
    record.case("batchNorm", record.input("one-channel", (2, 1, 1, 2), "f64"), gamma=True, beta=True)
    record.case("instanceNorm", "one-channel.f64")
    record.case("instanceNorm", "one-sample.f64")
    record.case("layerNorm", "one-pixel.f64", axis=3)
    record.case("layerNorm", record.input("one-axis", (9,), "f64"), axis=0, gamma=True, beta=True)
    record.case("layerNorm", record.input("one-element", (1,), "f64"), axis=0, beta=True)
    record.case("groupNorm", record.input("one-pixel-groups", (2, 4, 1, 1), "f64"), groups=2)
    return record


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "pytorch")
    torch.set_num_threads(1)
    record = record_cases()
    version = torch.__version__
    safetensors_file.save(f"{folder}/cases.safetensors", {name: x.numpy() for name, x in record.tensors.items()},
        {"generator": "scripts/record-pytorch.py", "torch": version})
    identities = [case["id"] for case in record.cases]
    assert len(set(identities)) == len(identities), [i for i in identities if identities.count(i) > 1]
    with open(f"{folder}/cases.json", "w", encoding="utf-8", newline="\n") as file:
        lines = ",\n".join("\t\t" + json.dumps(case) for case in record.cases)
        file.write(f'{{\n\t"generator": "scripts/record-pytorch.py",\n\t"torch": {json.dumps(version)},\n\t"cases": [\n{lines}\n\t]\n}}\n')
    with open(f"{folder}/SOURCES.md", "w", encoding="utf-8", newline="\n") as file:
        file.write(f"Generated by `scripts/record-pytorch.py` with PyTorch {version}; random inputs, no data of others.\n")
    for dtype in DTYPES:
        errors = [case["torchError"] for case in record.cases if case["dtype"] == dtype]
        print(f"{dtype}: {len(errors)} cases, PyTorch is within {max(errors):.2g} of the formula")


if __name__ == "__main__":
    main()
