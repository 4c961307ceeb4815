#!/usr/bin/env python3
"""Records NumPy's quantiles and histograms of the arrays in test/fixtures/exact/, as quantiles.json beside them.

    apt-get install python3-numpy
    /usr/bin/python3 scripts/record-quantiles.py

One record for each file and layout: `cells`, and for every cell in C order `quantiles` (np.quantile of the finite values with
method "inverted_cdf", for 0.01, 0.05, 0.5, 0.95 and 0.99) and `histogram` (np.histogram of them in 64 bins); null where a cell has no
finite value; histograms only of types of up to 16 bits, which the program counts exactly. Values are float64, as the program's are; they are written
with all their digits.
"""

import itertools
import json
import pathlib

import numpy as np

Q = [0.01, 0.05, 0.5, 0.95, 0.99]
FOLDER = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "exact"


def cell(values):
    finite = values[np.isfinite(values)].astype(np.float64).reshape(-1)
    if finite.size == 0:
        return {"quantiles": None, "histogram": None}
    quantiles = [float(np.quantile(finite, q, method="inverted_cdf")) for q in Q]
    histogram = np.histogram(finite, bins=64)[0].tolist() if values.dtype.itemsize <= 2 else None
    return {"quantiles": quantiles, "histogram": histogram}


def layouts(shape):
    yield [1] * len(shape)
    for axis, size in enumerate(shape):
        if 1 < size <= 16:
            yield [size if a == axis else 1 for a in range(len(shape))]
            return


def main():
    records = []
    for path in sorted(FOLDER.glob("*.npy")):
        array = np.load(path)
        for cells in layouts(array.shape):
            parts = [range(count) for count in cells]
            found = [
                cell(array[tuple(slice(None) if n == 1 else i for i, n in zip(index, cells))])
                for index in itertools.product(*parts)
            ]
            records.append({"file": path.name, "shape": list(array.shape), "cells": cells, "found": found})
    lines = ",\n".join(json.dumps(record) for record in records)
    (FOLDER / "quantiles.json").write_text(f"[\n{lines}\n]\n")


main()
