"""Writes test/fixtures/raw: arrays as bare bytes, with what NumPy reads from them. Run: python3 scripts/record-raw.py"""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "test" / "fixtures" / "raw"
CASES = [
    # name, NumPy dtype, shape, offset, order, description beside the file
    ("plain-f32.raw", "<f4", (2, 3, 4), 0, "C", {"dtype": "float32", "shape": [2, 3, 4]}),
    ("big-i16.dat", ">i2", (5, 3), 7, "C", {"dtype": ">i2", "shape": [5, 3], "offset": 7}),
    ("columns-f64.bin", "<f8", (3, 4), 16, "F", {"dtype": "<f8", "shape": [3, -1], "offset": 16, "order": "F"}),
    ("half.raw", ">f2", (4, 2), 0, "F", {"dtype": "half", "shape": [4, 2], "order": "F", "byteOrder": "big"}),
    ("wide-u64.bin", "<u8", (6,), 0, "C", {"dtype": "uint64", "shape": [6], "byteOrder": "<"}),
    ("complex.dat", "<c8", (2, 2), 0, "C", {"dtype": "complex64", "shape": [2, 2]}),
    ("flags.raw", "|b1", (9,), 0, "C", {"dtype": "bool", "shape": [-1]}),
]


def shown(value):
    value = value.item()
    if isinstance(value, complex):
        return [value.real, value.imag]
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def main():
    FOLDER.mkdir(exist_ok=True)
    random = np.random.default_rng(20261124)
    truth = []
    for name, dtype, shape, offset, order, beside in CASES:
        size = np.dtype(dtype).itemsize * int(np.prod(shape))
        data = random.integers(0, 2 if dtype == "|b1" else 256, size, dtype=np.uint8).tobytes()
        if np.dtype(dtype).kind in "fc":
            kind = np.dtype(dtype)
            values = random.standard_normal(int(np.prod(shape)) * (2 if kind.kind == "c" else 1))
            data = (values.view(np.complex128) if kind.kind == "c" else values).astype(kind).tobytes()
        (FOLDER / name).write_bytes(bytes(range(offset)) + data)
        array = np.fromfile(FOLDER / name, dtype=dtype, offset=offset).reshape(shape, order=order)
        (FOLDER / f"{name}.json").write_text(json.dumps(beside) + "\n")
        values = [shown(value) for value in array.ravel(order="C")]
        truth.append({"file": name, "dtype": dtype, "shape": shape, "offset": offset, "order": order, "values": values})
    (FOLDER / "truth.json").write_text(json.dumps(truth, indent="\t") + "\n")


main()
