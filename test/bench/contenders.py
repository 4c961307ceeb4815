"""NumPy and PyTorch as contenders of the benchmark: one JSON question on each line of stdin, one JSON answer on stdout.

Only the work is timed, from opening the file on; starting Python and importing are over by then.
"""

import json
import os
import sys
import time

import numpy as np

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

EPS = 1e-5


def versions(_):
    return {
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "torch": torch.__version__ if torch else None,
        "torchThreads": torch.get_num_threads() if torch else 0,
    }


def load(path):
    if path.endswith(".npz"):
        with np.load(path) as archive:
            return archive[archive.files[0]]
    return np.load(path)


def load_torch(path, shape):
    if not path.endswith(".safetensors"):
        return torch.from_numpy(load(path))
    with open(path, "rb") as file:
        start = 8 + int.from_bytes(file.read(8), "little")
    return torch.frombuffer(np.fromfile(path, np.uint8, offset=start), dtype=torch.bfloat16).reshape(shape)


def moments_numpy(question):
    # A float16 sum of squares overflows at 65504; float32 is what its own mean uses.
    wide = {"dtype": np.float32} if question["dtype"] == "f16" else {}
    started = time.perf_counter()
    x = load(question["path"])
    found = []
    for reduction in question["reductions"]:
        view, axes = x.reshape(reduction["shape"]), tuple(reduction["axes"])
        found.append((view.mean(axes, keepdims=True, **wide), view.var(axes, keepdims=True, **wide)))
    elapsed = time.perf_counter() - started
    mean, variance = found[0]
    return {"ms": elapsed * 1e3, "check": [float(mean.mean(dtype=float)), float(variance.mean(dtype=float))]}


def moments_torch(question):
    torch.set_num_threads(question["threads"])
    started = time.perf_counter()
    x = load_torch(question["path"], question["shape"])
    found = []
    for reduction in question["reductions"]:
        view, axes = x.reshape(reduction["shape"]), tuple(reduction["axes"])
        found.append(torch.var_mean(view, axes, unbiased=False, keepdim=True))
    elapsed = time.perf_counter() - started
    variance, mean = found[0]
    return {"ms": elapsed * 1e3, "check": [float(mean.double().mean()), float(variance.double().mean())]}


def normalize_numpy(question):
    (reduction, *_) = question["reductions"]
    axes = tuple(reduction["axes"])
    started = time.perf_counter()
    x = np.load(question["path"])
    view = x.reshape(reduction["shape"])
    mean, variance = view.mean(axes, keepdims=True), view.var(axes, keepdims=True)
    y = (view - mean) / np.sqrt(variance + np.float32(EPS))
    save(question, y.reshape(x.shape))
    return {"ms": (time.perf_counter() - started) * 1e3}


def normalize_torch(question):
    torch.set_num_threads(question["threads"])
    groups = question["norm"]["groups"]
    functional = {
        "batchNorm": lambda x: F.batch_norm(x, None, None, training=True, eps=EPS),
        "layerNorm": lambda x: F.layer_norm(x, x.shape[1:], eps=EPS),
        "instanceNorm": lambda x: F.instance_norm(x, eps=EPS),
        "groupNorm": lambda x: F.group_norm(x, groups, eps=EPS),
    }[question["norm"]["id"]]
    started = time.perf_counter()
    with torch.no_grad():
        y = functional(torch.from_numpy(np.load(question["path"])))
    save(question, y.numpy())
    return {"ms": (time.perf_counter() - started) * 1e3}


def save(question, y):
    np.save(question["output"], y)
    if question["flushed"]:
        with open(question["output"], "rb+") as file:
            os.fsync(file.fileno())


def difference(question):
    """Largest absolute difference of two written arrays, by pieces."""
    a, b = (np.load(path, mmap_mode="r").reshape(-1) for path in question["paths"])
    step = 1 << 22
    return {"largest": max(float(np.abs(a[i : i + step] - b[i : i + step]).max()) for i in range(0, a.size, step))}


def deflate(question):
    np.savez_compressed(question["output"], np.load(question["path"]))
    with open(question["output"], "rb+") as file:
        os.fsync(file.fileno())
    return {}


WORK = {work.__name__: work for work in (versions, moments_numpy, moments_torch, normalize_numpy, normalize_torch, difference, deflate)}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = WORK[question["work"]](question)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
