"""Paths to tensors, as they stand in anybody's code: hover one of them to see what is in the file.

Runs with NumPy alone, from any folder:  python3 inspect_me.py
"""

import json
import os

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))

DTYPES = {"U8": "u1", "BOOL": "?", "I64": "<i8", "F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8"}


def load_file(path):
    """All tensors of a safetensors file, by name; bfloat16 is widened to float32."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]])
        if entry["dtype"] == "BF16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def batch_norm(x, gamma, beta, eps=1e-5):
    """One mean and one variance for each channel (axis 1), over all the other axes."""
    axes = (0, 2, 3)
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps) * gamma[:, None, None] + beta[:, None, None]


# BatchNorm by hand is what PyTorch wrote.
conv = load_file("digits/conv1-batchnorm.safetensors")
mine = batch_norm(conv["before_bn"].astype(np.float64), conv["bn.weight"], conv["bn.bias"])
print("BatchNorm differs from after_bn by at most", np.abs(mine - conv["after_bn"]).max())

# The same activations with the channel axis last: axis 1 is now H, and the channel axis is 3.
nhwc = np.load("digits/conv1-channels-last.npy")
print("channels last", nhwc.shape, "equal:", np.array_equal(nhwc.transpose(0, 3, 1, 2), conv["before_bn"]))

# (N, T, D): a LayerNorm looks at one token at a time.
sequence = np.load("sequence/row-transformer.npz")
print("std of every token of residual_2", sequence["residual_2"].std(axis=(0, 2)).round(2))

# Four things that go wrong.
relu = np.load("trouble/dead-channels.npy")
print("channels that are zero everywhere", np.flatnonzero(~relu.any(axis=(0, 2, 3))))

wild = load_file("trouble/exploding-channel.safetensors")["input_not_scaled"]
print("std of every channel", wild.std(axis=(0, 2, 3)).round(1))

pixels = np.load("trouble/nan-constant-pixels.npy")
print("NaN at (row, column)", np.argwhere(np.isnan(pixels[:, 0]).any(axis=0)).tolist())

hidden = load_file("trouble/nan-masked-attention.safetensors")["hidden"]
print("samples that are NaN", np.flatnonzero(np.isnan(hidden).any(axis=(1, 2))))

# A model in two shards: the index says which tensor lies where.
with open("model/model.safetensors.index.json", encoding="utf-8") as file:
    index = json.load(file)
for shard in sorted(set(index["weight_map"].values())):
    for name, weight in load_file(os.path.join("model", shard)).items():
        print(shard, name, weight.shape)
