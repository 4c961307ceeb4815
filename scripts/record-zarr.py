"""Writes test/fixtures/zarr/: stores packed by Python's bz2, with metadata as the specifications of Zarr 2 and 3 have it.

python3 scripts/record-zarr.py   (with NumPy)
"""

import bz2
import json
from pathlib import Path

import numpy as np

FOLDER = Path("test/fixtures/zarr")
SHAPE, CHUNK = (5, 7), (2, 3)


def chunks(values):
    """The parts of an array, those at its edges filled up with zeros, each with its numbers."""
    for i in range(0, SHAPE[0], CHUNK[0]):
        for j in range(0, SHAPE[1], CHUNK[1]):
            part = np.zeros(CHUNK, values.dtype)
            cut = values[i : i + CHUNK[0], j : j + CHUNK[1]]
            part[: cut.shape[0], : cut.shape[1]] = cut
            yield (i // CHUNK[0], j // CHUNK[1]), part.tobytes()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent="\t").encode() + b"\n")


def main():
    values = np.arange(35).reshape(SHAPE)
    meta = {
        "zarr_format": 2,
        "shape": SHAPE,
        "chunks": CHUNK,
        "dtype": ">f8",
        "compressor": {"id": "bz2", "level": 1},
        "filters": None,
        "fill_value": 0.0,
        "order": "C",
    }
    write(FOLDER / "bz2-v2.zarr/.zarray", meta)
    for place, data in chunks(values.astype(">f8")):
        write(FOLDER / "bz2-v2.zarr" / ".".join(map(str, place)), bz2.compress(data, 1))
    meta = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": SHAPE,
        "data_type": "int32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": CHUNK}},
        "chunk_key_encoding": {"name": "default"},
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}},
            {"name": "numcodecs.bz2", "configuration": {"level": 9}},
        ],
        "fill_value": 0,
    }
    write(FOLDER / "bz2-v3.zarr/zarr.json", meta)
    for place, data in chunks(values.astype("<i4")):
        # Streams in a row unpack to what their parts do.
        packed = bz2.compress(data[:10]) + bz2.compress(data[10:])
        write(FOLDER / "bz2-v3.zarr/c" / "/".join(map(str, place)), packed)
    # Many blocks (of 100 000 bytes), and one of a byte that is repeated ten million times.
    large = np.random.default_rng(1).integers(0, 4, 300_000).astype("u1").tobytes()
    write(FOLDER / "blocks.bz2", bz2.compress(large, 1))
    write(FOLDER / "zeros.bz2", bz2.compress(bytes(10_000_000)))


main()
