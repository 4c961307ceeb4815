#!/usr/bin/env python3
"""Records hard cases for statistics with their exact truth, as test/fixtures/exact/.

    apt-get install python3-numpy
    /usr/bin/python3 scripts/record-exact.py [target folder]

Every record of truth.json names a file and a layout (`cells`), and has one entry for each cell in C order:
`count` (finite elements), `mean`, `std` (population), `min`, `max`, `nan`, `posInf`, `negInf`, `zeros` (of both
signs) and `first`, the C-order index in the tensor of the first element of each counted kind, or null. Mean and
std are the exact rational values, rounded once to float64; they are "NaN", like min and max, where a cell has no finite element.
"""

import json
import os
import sys

import numpy as np

from exact_statistics import kind, plain, statistics, values

FIELDS = ("count", "mean", "std", "min", "max", "nan", "posInf", "negInf", "zeros")
COUNTED = ("nan", "posInf", "negInf", "zeros")
SHAPE = (2, 6, 16)
LAYOUTS = [[1, 1, 1], [2, 1, 1], [1, 6, 1], [2, 3, 1], [1, 1, 16]]


def cases():
    """File name, array, what makes it hard, and layouts; all from one fixed seed."""
    random = np.random.Generator(np.random.PCG64(11))
    size = int(np.prod(SHAPE))
    normal = lambda shape=SHAPE: random.standard_normal(shape)
    pick = lambda low, high, dtype: random.integers(low, high, SHAPE, dtype=dtype, endpoint=True)
    signs = random.choice([-1.0, 1.0], SHAPE)

    yield "mean1e8-f64", 1e8 + normal(), "mean 1e8, deviation 1: the squares agree in their first 16 digits", LAYOUTS
    yield "mean1e8-f32", (1e8 + 20 * normal()).astype("f4"), "float32 at 1e8, where neighbours are 8 apart", LAYOUTS
    yield "mean16384-f32", (16384 + normal()).astype("f4"), "float32, mean 16384, deviation 1", LAYOUTS
    yield "mean1e15-f64", 1e15 + normal(), "float64 at 1e15, where neighbours are 0.125 apart", LAYOUTS
    yield "denormal-f64", pick(-50, 50, "i8") * 2.0**-1074, "squares underflow to 0", LAYOUTS
    yield "denormal-f32", (pick(-50, 50, "i8") * 2.0**-149).astype("f4"), "float32 denormals", LAYOUTS
    yield "tiny-f64", normal() * 1e-200, "normal numbers whose squares underflow", LAYOUTS
    yield "largest-f64", signs * np.finfo("f8").max, "plus and minus the largest float64: sums and squares overflow", LAYOUTS
    yield "large-f64", 1.7e308 + 5e306 * np.clip(normal(), -1, 1), "all positive and near the largest float64: the sum overflows", LAYOUTS
    yield "largest-f32", (signs * np.finfo("f4").max).astype("f4"), "plus and minus the largest float32", LAYOUTS
    wide = signs * 10.0 ** random.uniform(-300, 150, SHAPE)
    yield "wide-range-f64", wide, "exponents from -300 to 150", LAYOUTS + [list(SHAPE)]
    top = np.iinfo("i8").max
    yield "near-2pow63-i64", pick(top - 9, top, "i8"), "neighbours that are one number in float64", LAYOUTS
    yield "both-ends-i64", np.where(signs > 0, pick(top - 9, top, "i8"), -pick(top - 9, top, "i8") - 1), "both ends of int64", LAYOUTS
    yield "near-2pow64-u64", pick(2**64 - 10, 2**64 - 1, "u8"), "the upper end of uint64", LAYOUTS
    yield "small-i8", pick(-128, 127, "i1"), "an ordinary small integer type", LAYOUTS
    yield "flags-bool", random.random(SHAPE) < 0.3, "bool counts as 0 and 1", LAYOUTS
    long = normal((2, 4, 150))
    long[0, 0, 0] = 1e8
    yield "outlier-first-f64", long, "the first element is 1e8, the rest N(0, 1): a pivot taken from it is a bad one", ([1, 1, 1], [1, 4, 1], [2, 2, 1], [2, 1, 1])
    yield "outlier-first-f32", long.astype("f4"), "the same in float32", ([1, 1, 1], [1, 4, 1], [2, 2, 1], [2, 1, 1])
    yield "all-nan-f32", np.full(SHAPE, np.nan, "f4"), "nothing finite", LAYOUTS
    mixed = normal()
    mixed.reshape(-1)[random.permutation(size)[:60]] = np.repeat([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324], 10)
    mixed[0, 1], mixed[1, 1], mixed[0, 4], mixed[1, 4] = np.nan, np.inf, -0.0, 0.0
    mixed[1, 1, ::2] = -np.inf
    yield "mixed-f64", mixed, "NaN, both infinities, both zeros; page 1 has nothing finite, page 4 only zeros", LAYOUTS + [[2, 6, 1], list(SHAPE)]
    yield "mixed-f32", mixed.astype("f4"), "the same in float32", LAYOUTS
    yield "mixed-f16", mixed.astype("f2"), "the same in float16", LAYOUTS
    yield "constant-f64", np.full(SHAPE, 0.1), "every deviation is exactly 0 and every mean exactly 0.1", LAYOUTS
    yield "constant-f32", np.full(SHAPE, 0.1, "f4"), "the same in float32", LAYOUTS
    yield "constant-large-f64", np.full(SHAPE, 1e308), "the sum overflows, the mean does not", LAYOUTS


def cut(array, cells):
    """The elements of every cell, one row for each, cells in C order."""
    split, grid, inside = [], [], []
    for size, parts in zip(array.shape, cells):
        grid.append(len(split))
        inside.append(len(split) + 1)
        split += [parts, size // parts]
    return array.reshape(split).transpose(grid + inside).reshape(int(np.prod(cells)), -1)


def record(name, array, hard, cells):
    """The exact statistics of an array for one layout."""
    truth = {"file": f"{name}.npy", "hard": hard, "shape": list(array.shape), "cells": list(cells), **{field: [] for field in FIELDS}}
    first = {counted: [] for counted in COUNTED}
    places = cut(np.arange(array.size).reshape(array.shape), cells)
    for row, place in zip(cut(array, cells), places):
        numbers = values(row)
        result = statistics(numbers)
        for field in FIELDS:
            truth[field].append("NaN" if result[field] is None else result[field])
        kinds = [kind(x) for x in numbers]
        for counted in COUNTED:
            first[counted].append(min((int(at) for at, what in zip(place, kinds) if what == counted), default=None))
    truth["mean"], truth["std"] = ([x if x == "NaN" else plain(x) for x in truth[field]] for field in ("mean", "std"))
    # A kind that no cell has says so once.
    truth["first"] = {counted: places for counted, places in first.items() if any(place is not None for place in places)}
    return truth


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "exact")
    os.makedirs(folder, exist_ok=True)
    records = []
    for name, array, hard, layouts in cases():
        np.save(f"{folder}/{name}.npy", array)
        records += [record(name, array, hard, cells) for cells in layouts]
    with open(f"{folder}/truth.json", "w", encoding="utf-8", newline="\n") as file:
        file.write("[\n" + ",\n".join(json.dumps(one, allow_nan=False, separators=(",", ":")) for one in records) + "\n]\n")
    with open(f"{folder}/SOURCES.md", "w", encoding="utf-8", newline="\n") as file:
        file.write(f"Generated by `scripts/record-exact.py` with NumPy {np.__version__}; random numbers, no data of others.\n"
            "A mean near 0 is a difference of large numbers: compare means within 1e-12 of max(|mean|, std).\n")
    print(f"{len(records)} layouts of {len({one['file'] for one in records})} files")


if __name__ == "__main__":
    main()
