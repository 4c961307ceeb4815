"""Writes safetensors files with nothing but NumPy, for the scripts beside this one.

The format is a little-endian u64 with the length of a JSON header, the header, and the bytes of the
tensors, one after the other. The largest elements are laid first and the header is padded with spaces to a
multiple of eight, so every tensor lies at a multiple of its element size.
"""

import json
import os
import struct

import numpy as np

CODES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "uint32": "U32", "int32": "I32",
    "uint64": "U64", "int64": "I64", "float16": "F16", "float32": "F32", "float64": "F64", "complex64": "C64",
}


class BFloat16:
    """A float32 array that is written as bfloat16, rounded to the nearest, ties to even."""

    def __init__(self, values):
        self.values = np.ascontiguousarray(values, dtype="<f4")
        if not np.isfinite(self.values).all():
            raise ValueError("bfloat16: only finite values can be rounded here")

    def bits(self):
        """The upper sixteen bits of every value, as uint16 of the same shape."""
        whole = self.values.view("<u4").astype(np.uint64)
        return ((whole + 0x7FFF + ((whole >> 16) & 1)) >> 16).astype("<u2")


def encode(tensor):
    """The safetensors dtype code, the shape and the bytes of an array or a BFloat16."""
    if isinstance(tensor, BFloat16):
        return "BF16", tensor.values.shape, tensor.bits().tobytes()
    array = np.asarray(tensor)
    little = array.astype(array.dtype.newbyteorder("<"))
    return CODES[array.dtype.name], array.shape, little.tobytes(order="C")


def save(path, tensors, metadata=None):
    """Writes `tensors` (name to array) and `metadata` (name to text) as one safetensors file; returns its size in bytes."""
    encoded = {name: encode(tensor) for name, tensor in tensors.items()}
    size = {name: len(data) // max(1, int(np.prod(shape))) for name, (_, shape, data) in encoded.items()}
    order = sorted(encoded, key=lambda name: -size[name])
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name in order:
        code, shape, data = encoded[name]
        header[name] = {"dtype": code, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(encoded[name][2])
    return 8 + len(text) + offset
