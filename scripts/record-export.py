"""Writes test/fixtures/export: tensors, and what NumPy says of the finite values of every set of their layouts.

Run it with NumPy: python3 scripts/record-export.py
"""

import json
import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "export")


def number(value):
    """A number as the export spells it: every digit, or the name of what is no finite number."""
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) <= 2**53 else str(int(value))
    return float(value) if np.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(value))]


def statistics(values):
    finite = values[np.isfinite(values)]
    wide = finite.astype(np.longdouble)
    some = finite.size > 0
    return {
        "count": int(finite.size),
        "mean": number(np.float64(wide.mean())) if some else "NaN",
        "std": number(np.float64(wide.std())) if some else "NaN",
        "min": number(finite.min()) if some else "NaN",
        "max": number(finite.max()) if some else "NaN",
        "nan": int(np.isnan(values).sum()),
        "posInf": int(np.isposinf(values).sum()),
        "negInf": int(np.isneginf(values).sum()),
        "zeros": int((values == 0).sum()),
    }


def rows(x, groups):
    """The whole, every index of every axis, and GroupNorm's sets over axes 0 and 1; boxes as first and last indices."""
    boxes = [("whole", [(0, size - 1) for size in x.shape])]
    for axis, length in enumerate(x.shape):
        for index in range(length):
            boxes.append((f"axis {axis}", [(index, index) if a == axis else (0, size - 1) for a, size in enumerate(x.shape)]))
    width = x.shape[1] // groups
    for sample in range(x.shape[0]):
        for group in range(groups):
            channels = (group * width, (group + 1) * width - 1)
            boxes.append(("groupNorm", [(sample, sample), channels] + [(0, size - 1) for size in x.shape[2:]]))
    out = []
    for name, box in boxes:
        part = x[tuple(slice(first, last + 1) for first, last in box)]
        out.append({"layout": name, "box": box, **statistics(part.reshape(-1))})
    return out


def main():
    os.makedirs(FOLDER, exist_ok=True)
    random = np.random.RandomState(7)
    floats = (random.randn(3, 4, 5) * np.array([1e-3, 1, 1e3, 1e6])[:, None] + 1e4).astype(np.float64)
    floats[0, 0, :] = np.nan
    floats[1, 2, 3] = np.inf
    floats[2, 3, :2] = -np.inf
    floats[2, 0, 0] = 0.0
    wide = random.randint(-(2**62), 2**62, size=(2, 4, 3)).astype(np.int64)
    wide[0, 0, 0] = 2**63 - 1
    wide[1, 3, 2] = -(2**63)
    expected = {}
    for name, x in (("floats", floats), ("wide", wide)):
        np.save(os.path.join(FOLDER, f"{name}.npy"), x)
        expected[name] = rows(x, 2)
    with open(os.path.join(FOLDER, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, indent="\t")
        file.write("\n")


main()
