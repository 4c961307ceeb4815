"""Writes files with h5py whose types lie deep: compounds in arrays in compounds, with the numbers they were written with, in
test/fixtures/hdf5/compounds.h5, and a heap of shared types of many blocks in shared-heap.h5.gz.

python3 scripts/record-hdf5-structures.py   (Debian's python3-h5py)
"""

import ctypes
import gzip
import json
import os
from pathlib import Path

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

FOLDER = Path("test/fixtures/hdf5")


def numbered(kind, shape):
    """An array of compounds whose numbers are all different as far as their types can hold them."""
    data = np.zeros(shape, kind)
    count = 0

    def fill(part):
        nonlocal count
        if part.dtype.names:
            for name in part.dtype.names:
                fill(part[name])
            return
        numbers = np.arange(count, count + part.size).reshape(part.shape)
        count += part.size
        part[...] = numbers % 2 if part.dtype == bool else numbers + (1j * (numbers + 0.5) if part.dtype.kind == "c" else 0)

    fill(data)
    return data


def fields(data, name):
    """The arrays of numbers inside of an array of compounds, by their names."""
    if data.dtype.names:
        return {key: part for member in data.dtype.names for key, part in fields(data[member], f"{name}.{member}").items()}
    return {name: data}


def compounds(path):
    point = np.dtype({"names": ["i", "j"], "formats": ["<i2", ">i4"], "offsets": [0, 4], "itemsize": 8})
    pair = np.dtype([("x", point), ("y", "<f8", (2,))])
    kinds = {
        "array": (np.dtype([("yy", pair, (2,)), ("last", "u1")]), (3,), {}),
        "deep": (
            np.dtype([("head", "u1"), ("outer", np.dtype([("inner", point, (3,)), ("z", "<c8", (2, 2))]), (2, 3))]),
            (4, 5),
            dict(chunks=(3, 2), compression="gzip"),
        ),
        "flags": (np.dtype([("each", np.dtype([("on", "?"), ("half", "<f2")]), (4,))]), (2, 2), {}),
        # Big-endian in all parts, and in some.
        "big": (np.dtype([("each", np.dtype([("a", ">f4"), ("b", ">i2", (2,))]), (2,)), ("c", ">c8")]), (3,), {}),
        "some": (np.dtype([("mark", "u1"), ("big", ">f4"), ("little", "<f8")]), (3,), {}),
        "scalar": (np.dtype([("each", pair, (2,))]), (), {}),
    }
    known = {}
    with h5py.File(path, "w", libver="latest") as file:
        for name, (kind, shape, options) in kinds.items():
            data = numbered(kind, shape)
            file.create_dataset(name, data=data, **options)
            known.update(fields(data, name))
        # Text of any length is made of little-endian bytes.
        text = np.array([(k, "text") for k in range(4)], [("n", ">i4"), ("s", h5py.string_dtype())])
        file["text"] = text
        known["text.n"] = text["n"]
        # What the C library of h5wasm fails on.
        file.create_dataset("enum", data=np.array([1, 2], ">i2"), dtype=h5py.enum_dtype({"one": 1, "two": 2}, ">i2"))
        # A dataset whose elements are arrays of compounds themselves.
        data = numbered(pair, (4, 2, 3))
        element = h5t.array_create(h5t.py_create(pair), (2, 3))
        made = h5d.create(file.id, b"bare", element, h5s.create_simple((4,)), h5p.create(h5p.DATASET_CREATE))
        made.write(h5s.ALL, h5s.ALL, data, mtype=element)
        known.update(fields(data, "bare"))
    return {
        name: {
            "dtype": part.dtype.newbyteorder("<").str.lstrip("|<"),
            "shape": part.shape,
            "parts": [half.ravel().tolist() for half in ((part.real, part.imag) if part.dtype.kind == "c" else (part,))],
        }
        for name, part in known.items()
    }


def shared_heap(path):
    """Two datasets each of many types: the second finds its type in the heap of shared messages, which has blocks of all sizes."""
    library = ctypes.CDLL(next(Path("/usr/lib").rglob("libhdf5_serial.so.*")).as_posix())
    plist = h5p.create(h5p.FILE_CREATE)
    handle = ctypes.c_int64(plist.id)
    assert library.H5Pset_shared_mesg_nindexes(handle, ctypes.c_uint(2)) >= 0
    # Attributes in the first heap, datatypes in the second.
    for index, kind in enumerate((12, 3)):
        done = library.H5Pset_shared_mesg_index(handle, ctypes.c_uint(index), ctypes.c_uint(1 << kind), ctypes.c_uint(20))
        assert done >= 0
    # A block has 1 to 64 KB, in rows of four; blocks behind 512 KB are below a table of their own.
    lengths = [40] * 40 + [3900] * 190 + [5000]
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, plist)) as file:
        for k, length in enumerate(lengths):
            data = np.array([(k, k)], [(f"{k} ".ljust(length, "x"), "<f2"), ("i", "<i2")])
            for which in "ab":
                file[f"{k}{which}"] = data
    with open(path, "rb") as made, gzip.GzipFile(path + ".gz", "wb", mtime=0) as packed:
        packed.write(made.read())
    os.remove(path)


def main():
    known = compounds(FOLDER / "compounds.h5")
    (FOLDER / "compounds.json").write_text(json.dumps(known).replace("}, ", "},\n") + "\n")
    shared_heap(str(FOLDER / "shared-heap.h5"))


main()
