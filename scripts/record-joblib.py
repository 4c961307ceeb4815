"""Writes test/fixtures/numpy/joblib-*.joblib with joblib, in the protocols that lay an array out differently, and compressed.

python3 scripts/record-joblib.py   (Debian's python3-joblib)
"""

from pathlib import Path

import joblib
import numpy as np

FOLDER = Path("test/fixtures/numpy")
objects = np.empty(2, object)
objects[:] = [np.arange(3.0), "text"]
arrays = {
    "C": np.arange(12, dtype="f4").reshape(3, 4),
    "F": np.asfortranarray(np.arange(12, dtype="f8").reshape(3, 4)),
    "objects": objects,
    "texts": np.array(["ab", "cde"]),
    "fields": np.zeros(3, [("x", "f4"), ("y", "i8")]),
    "strided": np.arange(24, dtype="i2").reshape(4, 6)[::2, ::3],
    "big": np.arange(5, dtype=">i4"),
    "complex": np.arange(3) * (1 + 2j),
    "empty": np.zeros((0, 3)),
    "scalar": np.array(2.5),
    "behind": [np.array([True, False]), {"last": np.arange(4, dtype="f2")}],
}
for protocol in (2, 5):
    joblib.dump(arrays, FOLDER / f"joblib-protocol{protocol}.joblib", protocol=protocol)
joblib.dump(arrays, FOLDER / "joblib-packed.joblib", compress=3)
