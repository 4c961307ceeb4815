"""Writes test/fixtures/hdf5/filters.h5: one array packed by every filter that Debian has for HDF5, by the filters' own libraries.

python3 scripts/record-hdf5-filters.py   (Debian's python3-h5py, python3-hdf5plugin and hdf5-filter-plugin)
"""

from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

SHAPE = (64, 33)
VALUES = np.arange(np.prod(SHAPE), dtype="f4").reshape(SHAPE) / 4 - 30

blosc = {
    f"blosc {name} {shuffle}": hdf5plugin.Blosc(cname=name, shuffle=shuffle)
    for name in ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd")
    for shuffle in ((0, 1, 2) if name == "lz4" else (1,))
}
filters = {
    "lzf": {"compression": "lzf"},
    "lzf shuffle": {"compression": "lzf", "shuffle": True},
    "lz4": hdf5plugin.LZ4(),
    "lz4 blocks": hdf5plugin.LZ4(nbytes=256),
    "bzip2": hdf5plugin.BZip2(),
    "zfp": hdf5plugin.Zfp(reversible=True),
    **blosc,
}
with h5py.File(Path("test/fixtures/hdf5/filters.h5"), "w") as file:
    for name, options in filters.items():
        file.create_dataset(name, data=VALUES, chunks=(32, 20), **options)
