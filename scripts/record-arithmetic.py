"""Records what NumPy's float32 and float16 sums, means and fast variances give: test/fixtures/arithmetic.

Run with NumPy 1.24 (Python 3): python3 scripts/record-arithmetic.py
"""

import json
import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "arithmetic")
LENGTHS = [1, 5, 7, 8, 9, 16, 127, 128, 129, 135, 200, 255, 256, 257, 1000, 1023, 4096, 5000, 33333]


def terms(length):
    """The same numbers as the test makes: exact in float16, spread over several binades."""
    k = np.arange(length, dtype=np.int64)
    return (k * 7919 % 2048 - 700) / 256.0


def sums(length):
    x = terms(length).astype(np.float32) * np.float32(1.1)
    h = terms(length).astype(np.float16)
    return {
        "length": length,
        "pairwise": float(np.sum(x)),
        "sequential": float(np.cumsum(x)[-1]),
        "half": float(np.cumsum(h, dtype=np.float16)[-1]),
    }


# Mean 1e4, deviation 1: float32 values there are multiples of 1/1024, kept as int16 steps from 1e4.
values = (np.random.default_rng(0).standard_normal(65536) + 1e4).astype(np.float32)
steps = ((values.astype(np.float64) - 1e4) * 1024).astype(np.int16)
assert np.array_equal((steps / 1024.0 + 1e4).astype(np.float32), values)
mean = np.mean(values)
record = {
    "numpy": np.__version__,
    "sums": [sums(length) for length in LENGTHS],
    "far": {
        "mean": float(mean),
        "fastVariance": float(np.mean(values * values) - mean * mean),
        "twoPassVariance": float(np.var(values)),
        "trueVariance": float(values.astype(np.float64).var()),
    },
}
np.save(os.path.join(FOLDER, "steps-from-1e4.npy"), steps)
with open(os.path.join(FOLDER, "numpy.json"), "w") as file:
    json.dump(record, file, indent=1)
    file.write("\n")
