#!/usr/bin/env python3
"""Records backend tests of ONNX's normalizations, as test/fixtures/onnx/.

    apt-get install python3-numpy
    /usr/bin/python3 scripts/record-onnx.py [target folder]

Every folder is laid out as the tests of onnx/backend/test/data/node are: `model.onnx` with one node, and in
`test_data_set_0` its inputs and outputs. The outputs are the operators' documented definitions
(https://onnx.ai/onnx/operators/) written down in NumPy, worked out in float64 and rounded to the output's type.
They cover what ONNX's own tests leave out: old versions, left-out inputs and outputs, other types, constants.
"""

import math
import os
import shutil
import sys

import numpy as np

import onnx_file

SEED = 23


def along(values, rank, axis=1):
    """A vector as a tensor of a rank, along one axis."""
    return np.asarray(values, "f8").reshape([-1 if a == axis else 1 for a in range(rank)])


def standardize(x, axes, eps):
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


def batch_norm(x, scale, bias, mean, var, eps=1e-5):
    rank = x.ndim
    return along(scale, rank) * (x - along(mean, rank)) / np.sqrt(along(var, rank) + eps) + along(bias, rank)


def instance_norm(x, scale, bias, eps=1e-5):
    return along(scale, x.ndim) * standardize(x, tuple(range(2, x.ndim)), eps) + along(bias, x.ndim)


def group_norm(x, scale, bias, groups, eps=1e-5):
    channels = x.shape[1]
    parts = x.reshape(x.shape[0], groups, -1)
    repeat = lambda values: along(np.repeat(values, channels // len(values)), x.ndim)
    return repeat(scale) * standardize(parts, (2,), eps).reshape(x.shape) + repeat(bias)


def layer_norm(x, axis, scale, bias, eps=1e-5):
    axes = tuple(range(axis % x.ndim, x.ndim))
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    inverse = 1 / np.sqrt(var + eps)
    return (x - mean) * inverse * scale + bias, mean, inverse


def rms_norm(x, axis, scale, eps=1e-5):
    axes = tuple(range(axis % x.ndim, x.ndim))
    return x / np.sqrt((x * x).mean(axes, keepdims=True) + eps) * scale


def mean_variance(x, axes):
    mean = x.mean(axes, keepdims=True)
    return (x - mean) / (np.sqrt((x * x).mean(axes, keepdims=True) - mean**2) + 1e-9)


def lp_norm(x, axis, p):
    norm = (np.abs(x) ** p).sum(axis, keepdims=True) ** (1 / p)
    return np.divide(x, norm, out=np.zeros_like(x), where=norm != 0)


def local_response(x, size, alpha=1e-4, beta=0.75, bias=1.0):
    squares = np.zeros_like(x)
    before, behind = math.floor((size - 1) / 2), math.ceil((size - 1) / 2)
    for c in range(x.shape[1]):
        squares[:, c] = (x[:, max(0, c - before):c + behind + 1] ** 2).sum(1)
    return x / (bias + alpha / size * squares) ** beta


class Recorder:
    """Writes tests into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.random = np.random.Generator(np.random.PCG64(SEED))

    def normal(self, *shape, dtype="f4", mean=0.0):
        return (self.random.standard_normal(shape) + mean).astype(dtype)

    def positive(self, *shape, dtype="f4"):
        return (self.random.random(shape) + 0.25).astype(dtype)

    def test(self, name, operator, opset, inputs, outputs, sets=None, constants=(), initializers=None, names=None, **attributes):
        """One test. `outputs` are by name, "" where one is left out; further data sets are pairs of inputs and outputs."""
        used = names or list(inputs)
        shown = {key: value for key, value in outputs.items() if value is not None}
        made = onnx_file.node(operator, used, [key if outputs[key] is not None else "" for key in outputs], **attributes)
        folder = os.path.join(self.folder, f"test_{name}")
        os.makedirs(folder)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(onnx_file.model([*constants, made], inputs, shown, opset, initializers))
        for k, (fed, expected) in enumerate([(inputs, shown), *(sets or [])]):
            os.makedirs(os.path.join(folder, f"test_data_set_{k}"))
            for kind, tensors in (("input", fed), ("output", expected)):
                for i, (key, array) in enumerate(tensors.items()):
                    with open(os.path.join(folder, f"test_data_set_{k}", f"{kind}_{i}.pb"), "wb") as file:
                        file.write(onnx_file.tensor(array, key))


def f8(*arrays):
    return [np.asarray(array, "f8") for array in arrays]


def record_batch(record):
    def given(shape, dtype="f4"):
        c = shape[1]
        return {"x": record.normal(*shape, dtype=dtype), "s": record.normal(c, dtype=dtype), "bias": record.normal(c, dtype=dtype),
                "mean": record.normal(c, dtype=dtype), "var": record.positive(c, dtype=dtype)}

    for name, shape, opset, dtype, attributes in (
        ("2d", (5, 3), 15, "f4", {}), ("3d_f64", (2, 3, 4), 15, "f8", {"epsilon": 0.125}),
        ("5d", (2, 3, 2, 2, 3), 14, "f4", {}), ("version9", (2, 3, 4), 9, "f4", {"epsilon": 0.125}),
        ("version7", (2, 3, 4), 7, "f4", {}), ("version6_is_test", (2, 3, 4), 6, "f4", {"is_test": 1}),
    ):
        fed = given(shape, dtype)
        y = batch_norm(*f8(*fed.values()), eps=attributes.get("epsilon", 1e-5)).astype(dtype)
        record.test(f"batchnorm_{name}", "BatchNormalization", opset, fed, {"y": y}, **attributes)

    def trained(fed, momentum, eps):
        x, s, bias, mean, var = f8(*fed.values())
        axes = tuple(a for a in range(x.ndim) if a != 1)
        now = x.mean(axes), x.var(axes)
        later = mean * momentum + now[0] * (1 - momentum), var * momentum + now[1] * (1 - momentum)
        return batch_norm(x, s, bias, *now, eps=eps), *later, *now

    names = ("y", "output_mean", "output_var", "saved_mean", "saved_var")
    fed = given((3, 4, 2, 2))
    results = [each.astype("f4") for each in trained(fed, 0.75, 1e-5)]
    record.test("batchnorm_version14_training_momentum", "BatchNormalization", 14, fed, dict(zip(names[:3], results)),
                training_mode=1, momentum=0.75)
    record.test("batchnorm_version14_training_y_alone", "BatchNormalization", 15, fed, dict(zip(names[:1], results)), training_mode=1)
    record.test("batchnorm_version9_training", "BatchNormalization", 9, fed, dict(zip(names, results)), momentum=0.75)
    fed = given((6, 3), "f8")
    results = trained(fed, 0.5, 0.25)
    record.test("batchnorm_version15_training_2d_f64", "BatchNormalization", 15, fed, dict(zip(names[:3], results)),
                training_mode=1, momentum=0.5, epsilon=0.25)
    half = {**given((2, 3, 4)), "x": record.normal(2, 3, 4, dtype="f2")}
    results = trained(half, 0.5, 1e-5)
    kinds = ("f2", "f4", "f4")
    record.test("batchnorm_version15_training_half", "BatchNormalization", 15, half,
                {name: value.astype(kind) for name, value, kind in zip(names, results, kinds)}, training_mode=1, momentum=0.5)


def record_others(record):
    for name, shape, opset, dtype in (("3d", (2, 3, 7), 6, "f4"), ("5d_f64", (2, 3, 2, 3, 2), 22, "f8")):
        fed = {"x": record.normal(*shape, dtype=dtype), "s": record.normal(3, dtype=dtype), "bias": record.normal(3, dtype=dtype)}
        y = instance_norm(*f8(*fed.values()), eps=0.125).astype(dtype)
        record.test(f"instancenorm_{name}", "InstanceNormalization", opset, fed, {"y": y}, epsilon=0.125)

    for name, opset, groups, size in (("per_group", 18, 3, 3), ("per_channel", 21, 3, 6), ("one_group", 21, 1, 6), ("3d_per_group", 18, 2, 2)):
        shape = (2, 6, 5) if name.startswith("3d") else (2, 6, 2, 3)
        fed = {"x": record.normal(*shape), "scale": record.normal(size), "bias": record.normal(size)}
        y = group_norm(*f8(*fed.values()), groups).astype("f4")
        record.test(f"group_normalization_{name}", "GroupNormalization", opset, fed, {"y": y}, num_groups=groups)

    def layer(name, fed, first, kept=(True, True, True), eps=1e-5, opset=17, **attributes):
        x, scale, bias = f8(fed["X"], fed["W"], fed.get("B", 0))
        kinds = (fed["X"].dtype, "f4", "f4")
        names = ("Y", "Mean", "InvStdDev")
        results = [value.astype(kind) if keep else None for value, kind, keep in zip(layer_norm(x, first, scale, bias, eps), kinds, kept)]
        while results and results[-1] is None:
            results.pop()
        record.test(f"layer_normalization_{name}", "LayerNormalization", opset, fed, dict(zip(names, results)), **attributes)

    layer("no_bias", {"X": record.normal(2, 3, 4), "W": record.normal(4)}, -1, (True, False, False))
    layer("inverse_alone", {"X": record.normal(2, 3, 4), "W": record.normal(3, 4), "B": record.normal(3, 4)}, 1, (True, False, True), axis=1)
    layer("half", {"X": record.normal(3, 8, dtype="f2"), "W": record.normal(8, dtype="f2"), "B": record.normal(8, dtype="f2")}, -1)
    layer("f64_axis0", {"X": record.normal(3, 4, dtype="f8"), "W": record.normal(3, 4, dtype="f8"), "B": record.normal(3, 4, dtype="f8")}, 0, axis=0)
    layer("scale_broadcast", {"X": record.normal(2, 3, 4), "W": record.normal(1, 4), "B": record.normal(1)}, 1, (True, True, True), axis=-2)
    layer("mean1e4", {"X": record.normal(3, 16, mean=1e4), "W": record.normal(16), "B": record.normal(16)}, -1, (True, False, False))

    for name, shape, axis, attributes, dtype in (("f64_axis0", (3, 4), 0, {"axis": 0}, "f8"), ("epsilon", (2, 3, 4), -2, {"axis": -2, "epsilon": 0.5}, "f4"),
                                                 ("1d", (9,), -1, {}, "f4"), ("half", (4, 8), -1, {}, "f2")):
        fed = {"X": record.normal(*shape, dtype=dtype), "W": record.normal(*shape[axis:], dtype=dtype)}
        y = rms_norm(*f8(fed["X"]), axis, *f8(fed["W"]), eps=attributes.get("epsilon", 1e-5)).astype(dtype)
        record.test(f"rms_normalization_{name}", "RMSNormalization", 23, fed, {"Y": y}, **attributes)

    for name, shape, axes, opset in (("default_axes", (3, 3, 3, 1), None, 13), ("across_channels", (2, 3, 4, 2), [1, 2, 3], 9),
                                     ("negative_axis", (4, 5), [-1], 13), ("all_axes", (2, 3, 2), [0, 1, 2], 13)):
        x = record.normal(*shape, mean=0.5)
        y = mean_variance(*f8(x), tuple(axes or (0, 2, 3))).astype("f4")
        record.test(f"mvn_{name}", "MeanVarianceNormalization", opset, {"X": x}, {"Y": y}, **({"axes": axes} if axes else {}))

    for axis in (0, 1, -1):
        for p in (1, 2):
            x = record.normal(3, 4, 2)
            x[:, :, 0][x[:, :, 0] < 0.3] = 0
            x[0, 0] = x[:, 1, 1] = x[1] = 0
            y = lp_norm(*f8(x), axis, p).astype("f4")
            record.test(f"l{p}normalization_zeros_axis{axis}".replace("-", "_negative_"), "LpNormalization", 1 if p == 1 else 22, {"x": x}, {"y": y}, axis=axis, p=p)
    x = record.normal(7, dtype="f8")
    record.test("l2normalization_1d_f64", "LpNormalization", 22, {"x": x}, {"y": lp_norm(x, -1, 2)})

    for name, shape, options, dtype in (("default", (2, 5, 2, 2), {"size": 3}, "f4"), ("even", (2, 5, 2, 2), {"size": 4, "alpha": 0.5, "beta": 0.5, "bias": 2.0}, "f4"),
                                        ("wide_3d", (2, 4, 3), {"size": 9, "alpha": 1.0}, "f4"), ("size1_f64", (2, 3, 2, 2), {"size": 1, "alpha": 0.5}, "f8")):
        x = record.normal(*shape, dtype=dtype)
        y = local_response(*f8(x), **options).astype(dtype)
        record.test(f"lrn_{name}", "LRN", 13 if dtype == "f8" else 1, {"x": x}, {"y": y}, **options)


def record_constants(record):
    """Scale and bias that are no inputs, and values that are only passed on."""
    x, scale, bias = record.normal(2, 3, 4), record.normal(4), record.normal(4)
    results = [each.astype("f4") for each in layer_norm(*f8(x), -1, *f8(scale, bias))]
    whole = {"X": x}
    named = ["X", "W", "B"]
    record.test("constant_initializer", "LayerNormalization", 17, whole, {"Y": results[0]}, names=named, initializers={"W": scale, "B": bias})
    record.test("constant_input_with_initializer", "LayerNormalization", 17, {"X": x, "W": scale, "B": bias}, {"Y": results[0]},
                initializers={"W": scale * 0, "B": bias})
    record.test("constant_nodes", "LayerNormalization", 17, whole, {"Y": results[0], "Mean": results[1]}, names=named, constants=[
        onnx_file.node("Constant", [], ["W"], value=scale), onnx_file.node("Constant", [], ["B"], value_floats=[float(each) for each in bias])])
    record.test("constant_through_identity", "LayerNormalization", 17, whole, {"Y": results[0]}, names=["X2", "W", "B"], initializers={"W": scale, "B0": bias},
                constants=[onnx_file.node("Identity", ["X"], ["X2"]), onnx_file.node("Identity", ["B0"], ["B"])])
    sets = []
    for _ in range(2):
        more = record.normal(2, 3, 4)
        sets.append(({"X": more}, {"Y": layer_norm(*f8(more), -1, *f8(scale, bias))[0].astype("f4")}))
    record.test("several_data_sets", "LayerNormalization", 17, whole, {"Y": results[0]}, sets=sets, names=named, initializers={"W": scale, "B": bias})


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "onnx")
    shutil.rmtree(folder, ignore_errors=True)
    record = Recorder(folder)
    record_batch(record)
    record_others(record)
    record_constants(record)
    with open(os.path.join(folder, "SOURCES.md"), "w", encoding="utf-8", newline="\n") as file:
        file.write(f"Generated by `scripts/record-onnx.py` with NumPy {np.__version__}; random inputs, no data of others.\n")
    print(f"{len(os.listdir(folder)) - 1} tests")


if __name__ == "__main__":
    main()
