"""Writes small PyTorch files and pickles into test/fixtures/torch, with what PyTorch and NumPy say is in them.

    python3 scripts/record-torch-files.py        (PyTorch 1.13, NumPy 1.24)
"""

import argparse
import collections
import io
import json
import math
import os
import pickle
import warnings

import numpy as np
import torch

from exact_statistics import kind, plain, statistics, values, word

warnings.filterwarnings("ignore")
torch.manual_seed(20)
FOLDER = os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "torch")


def shown(x):
    """One element as JSON holds it."""
    return x if kind(x) == "zeros" else word(x) if kind(x) else plain(x)


def numbers(array):
    """The statistics of a real array."""
    exact = statistics(values(array))
    return {field: exact[field] for field in ("nan", "posInf", "negInf", "min", "max", "mean", "std")}


def record(name, tensor):
    """The truth about one tensor; a quantized one has its stored type and its dequantized values."""
    if isinstance(tensor, torch.Tensor):
        tensor = tensor.detach()
        dtype = str(tensor.dtype).replace("torch.", "")
        tensor = tensor.dequantize() if tensor.is_quantized else tensor
        array = (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
    else:
        array, dtype = np.asarray(tensor), np.asarray(tensor).dtype.name
    about = {"name": name, "dtype": dtype, "shape": list(array.shape), "count": array.size}
    first = array.reshape(-1)[:8]
    if array.dtype.kind == "c":
        pairs = [[shown(a), shown(b)] for a, b in zip(values(first.real), values(first.imag))]
        return {**about, "first8": pairs, "real": numbers(array.real), "imag": numbers(array.imag)}
    return {**about, "first8": [shown(x) for x in values(first)], **numbers(array)}


def truth(file, tensors, errors=(), hazards=()):
    known = {
        "status": "ok",
        "tensors": [record(name, tensor) for name, tensor in tensors.items()],
        "tensorErrors": [{"name": name, "code": "E_UNSUPPORTED_DTYPE"} for name in errors],
        "hazards": list(hazards),
    }
    with open(os.path.join(FOLDER, f"{file}.json"), "w") as out:
        json.dump(known, out)
        out.write("\n")


def save(file, value, tensors, errors=(), hazards=(), **options):
    torch.save(value, os.path.join(FOLDER, file), **options)
    truth(file, tensors, errors, hazards)


def dump(file, value, tensors, errors=(), hazards=(), protocol=4):
    with open(os.path.join(FOLDER, file), "wb") as out:
        pickle.dump(value, out, protocol=protocol)
    truth(file, tensors, errors, hazards)


def views():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    image = torch.randn(2, 3, 4, 5)
    line = torch.arange(10, dtype=torch.float64)
    return {
        "base": base,
        "transposed": base.transpose(0, 2),
        "stepped": base[:, ::2, 1:],
        "last": base[1, 2, 3],
        "column": base[:, :, 1],
        "expanded": torch.arange(3.0).reshape(3, 1).expand(2, 3, 4),
        "repeated": torch.tensor(7.0).expand(5),
        "channelsLast": image.to(memory_format=torch.channels_last),
        "permuted": image.permute(3, 0, 2, 1),
        "windows": line.unfold(0, 4, 2),
        "overlapping": torch.as_strided(line, (4, 3), (1, 2), 1),
        "empty": torch.zeros(0, 3),
        "emptyView": base[:, 3:],
    }


def dtypes():
    special = [0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, math.nan, 1e-3, 60000.0]
    whole = {
        "u8": (torch.uint8, [0, 1, 255]),
        "i8": (torch.int8, [-128, 0, 127]),
        "i16": (torch.int16, [-32768, 5, 32767]),
        "i32": (torch.int32, [-(2**31), 7, 2**31 - 1]),
        "i64": (torch.int64, [-(2**63), 9, 2**63 - 1]),
        "bool": (torch.bool, [True, False, True]),
    }
    floats = {"f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32, "f64": torch.float64}
    return {
        **{name: torch.tensor(values, dtype=dtype) for name, (dtype, values) in whole.items()},
        **{name: torch.tensor(special, dtype=dtype) for name, dtype in floats.items()},
        "c64": torch.tensor([1 + 2j, 0.5 - 3.5j, 4], dtype=torch.complex64),
        "c128": torch.tensor([1 + 2j, 0.5 - 3.5j, 4e100], dtype=torch.complex128),
    }


def quantized():
    x = torch.linspace(-3, 4, 24).reshape(2, 3, 4)
    per_tensor = lambda dtype, zero: torch.quantize_per_tensor(x, 0.05, zero, dtype)
    channels = lambda axis, scales, zeros: torch.quantize_per_channel(
        x, torch.tensor(scales), torch.tensor(zeros), axis, torch.qint8
    )
    return {
        "quint8": per_tensor(torch.quint8, 100),
        "qint8": per_tensor(torch.qint8, -3),
        "qint32": per_tensor(torch.qint32, 12345),
        "view": per_tensor(torch.quint8, 100).transpose(0, 2),
        "channels0": channels(0, [0.1, 0.03], [0, 5]),
        "channels1": channels(1, [0.1, 0.03, 0.07], [0, -5, 9]),
    }


def training():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model(torch.randn(8, 3)).pow(2).sum().backward()
    optimizer.step()
    shared = torch.arange(4)
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    value = {
        "epoch": 12,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": [torch.tensor(0.5), (torch.tensor([1.0, 2.0]), {"deep": torch.ones(1, 1)})],
        "shared": [shared, shared],
        "array": array,
        "fortran": np.asfortranarray(array),
        "scalar": np.float64(0.25),
        7: torch.tensor([True]),
        "rng": torch.ByteTensor([1, 2, 3]),
    }
    tensors = {
        **{f"model.{name}": tensor for name, tensor in model.state_dict().items()},
        **{
            f"optimizer.state.{k}.{name}": tensor
            for k, state in optimizer.state_dict()["state"].items()
            for name, tensor in state.items()
        },
        "history.0": value["history"][0],
        "history.1.0": value["history"][1][0],
        "history.1.1.deep": torch.ones(1, 1),
        "shared.0": shared,
        "shared.1": shared,
        "array": array,
        "fortran": array,
        "scalar": value["scalar"],
        "7": value[7],
        "rng": value["rng"],
    }
    return value, tensors


class Script(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(2, 3)
        self.register_buffer("counts", torch.arange(3))
        self.extra = [torch.ones(2), torch.zeros(1)]

    def forward(self, x):
        return self.inner(x) + self.extra[0].sum() + self.counts


def arrays():
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    return {
        "c": grid,
        "fortran": np.asfortranarray(grid),
        "strided": grid[:, ::2],
        "big": grid.astype(">f8"),
        "ints": np.array([-(2**63), 2**63 - 1]),
        "unsigned": np.array([0, 2**64 - 1], dtype=np.uint64),
        "half": np.array([1.5, np.nan, np.inf], dtype=np.float16),
        "flags": np.array([True, False]),
        "complex": np.array([1 + 2j, 3.5]),
        "empty": np.zeros((2, 0)),
        "none": np.array(3.25),
    }


class Refers:
    """Pickles as a call of a function, which a loader would make."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


def main():
    os.makedirs(FOLDER, exist_ok=True)
    saved = views()
    save("views.pt", saved, saved)
    save("views-legacy.pt", saved, saved, _use_new_zipfile_serialization=False)
    save("dtypes.pt", dtypes(), dtypes())
    save("dtypes-legacy.pt", dtypes(), dtypes(), _use_new_zipfile_serialization=False)
    for protocol in (1, 4):
        value, tensors = training()
        save(f"training-p{protocol}.pt", value, tensors, pickle_protocol=protocol)
    value, tensors = training()
    save("training-legacy.pt", value, tensors, _use_new_zipfile_serialization=False)
    save("quantized.pt", quantized(), quantized())
    save("quantized-legacy.pt", quantized(), quantized(), _use_new_zipfile_serialization=False)

    module = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 1), torch.nn.BatchNorm1d(3))
    classes = ["container.Sequential", "conv.Conv1d", "batchnorm.BatchNorm1d"]
    save("module.pt", module, module.state_dict(), hazards=[f"torch.nn.modules.{name}" for name in classes])

    sparse = torch.eye(3).to_sparse()
    value = {"dense": torch.ones(2), "coo": sparse, "csr": sparse.to_sparse_csr()}
    save("sparse.pt", value, {"dense": value["dense"]}, errors=["coo", "csr"])

    weight = torch.arange(6.0).reshape(2, 3)
    value = {"w": weight, "run": Refers(os.system, "true"), "args": argparse.Namespace(lr=0.1, t=weight[0])}
    hazards = ["posix.system", "argparse.Namespace"]
    tensors = {"w": weight, "args.t": weight[0]}
    save("hazard.pt", value, tensors, hazards=hazards)
    save("hazard-legacy.pt", value, tensors, hazards=hazards, _use_new_zipfile_serialization=False)

    script = torch.jit.script(Script())
    script.save(os.path.join(FOLDER, "script.pt"))
    truth("script.pt", {**dict(script.state_dict()), "extra.0": torch.ones(2), "extra.1": torch.zeros(1)})

    traced = torch.jit.trace(lambda x: x + torch.tensor([1.0, 2.0]), torch.zeros(2))
    traced.save(os.path.join(FOLDER, "constants.pt"))
    truth("constants.pt", {"constants.0": torch.tensor([1.0, 2.0])})

    objects = np.array([None, 1], dtype=object)
    for protocol in range(6):
        value = {**arrays(), "list": [np.int64(5), np.arange(2)], "objects": objects}
        value["dates"] = np.array(["2020-01-01"], dtype="M8[D]")
        value["fields"] = np.zeros(2, dtype=[("x", "f4"), ("y", "i2")])
        tensors = {**arrays(), "list.0": np.int64(5), "list.1": np.arange(2)}
        dump(f"arrays-p{protocol}.pkl", value, tensors, errors=["objects", "dates", "fields"], protocol=protocol)

    value = {"a": np.arange(3), "run": Refers(os.system, "true")}
    dump("hazard.pickle", value, {"a": np.arange(3)}, hazards=["posix.system"])
    long = (torch.arange(70_000) % 131).to(torch.uint8).reshape(350, 200)
    for protocol in (2, 4):
        parts = {**{f"dtype.{name}": each for name, each in dtypes().items()}, **quantized()}
        value = collections.OrderedDict(w=weight, half=weight.half()[1], turned=weight.t(), long=long, **parts)
        value["parameter"] = torch.nn.Parameter(torch.ones(2))
        dump(f"tensors-p{protocol}.pkl", value, value, protocol=protocol)

    # Loading a storage would run what is pickled in its place.
    file = io.BytesIO()
    torch.save({"run": Refers(os.system, "true")}, file, _use_new_zipfile_serialization=False)
    storage = Refers(torch.storage._load_from_bytes, file.getvalue())
    tensor = Refers(torch._utils._rebuild_tensor_v2, storage, 0, (2,), (1,), False, {})
    value = {"a": np.arange(3), "w": weight, "t": tensor}
    hazards = ["torch.storage._load_from_bytes", "posix.system"]
    dump("hazard-inside.pkl", value, {"a": value["a"], "w": weight}, errors=["t"], hazards=hazards)


main()
