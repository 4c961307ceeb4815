"""Writes test/fixtures/hdf5/types*.h5 with h5py: numbers of unusual bits and headers, and what h5py itself reads of them.

python3 scripts/record-hdf5.py   (Debian's python3-h5py)
"""

import base64
import ctypes
import json
import os
import zlib
from pathlib import Path

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

FOLDER = Path("test/fixtures/hdf5")
FLOATS = np.array([1, -2, 0.5, 3.25, -0.0, 1e-3], "f4")


def bfloat16(big=False):
    """A type of two bytes whose bits are the upper half of a float32's."""
    kind = (h5t.IEEE_F32BE if big else h5t.IEEE_F32LE).copy()
    # Fields first, so that no step leaves them outside of the size.
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_precision(16)
    kind.set_size(2)
    kind.set_ebias(127)
    return kind


def as_bfloat16(values):
    return (np.asarray(values, "f4").view("u4") >> 16).astype("u2")


def write_raw(file, name, kind, words, shape):
    """Writes words as values of a type, bit by bit."""
    space = h5s.create_simple(shape)
    made = h5d.create(file.id, name.encode(), kind, space)
    made.write(h5s.ALL, h5s.ALL, words, mtype=kind)
    return made


def fill(file, continued=False):
    """Datasets of all kinds of types."""
    file["f16"] = FLOATS.astype("<f2")
    file["f16_big"] = FLOATS.astype(">f2")
    file["f32_big"] = FLOATS.astype(">f4")
    file["f64"] = FLOATS.astype("<f8")
    write_raw(file, "bf16", bfloat16(), as_bfloat16(FLOATS), FLOATS.shape)
    write_raw(file, "bf16_big", bfloat16(True), as_bfloat16(FLOATS).astype(">u2"), FLOATS.shape)
    file["enum"] = np.array([3, 1, 2], "i2")
    kind = h5py.enum_dtype({"one": 1, "two": 2, "three": 3}, basetype="i2")
    file.create_dataset("enum_kind", data=np.array([3, 1, 2], "i2"), dtype=kind)
    file.create_dataset("flags", data=np.array([True, False, True]))
    file["complex"] = np.array([1 + 2j, -3.5 + 0.25j], "c8")
    # A compound with a half, an array of integers and a compound of its own.
    inner = np.dtype([("x", "<f4"), ("y", "<i8")])
    record = np.dtype([("half", "<f2"), ("long name of a member", "<i4", (2, 3)), ("inner", inner), ("last", "u1")])
    data = np.zeros(4, record)
    data["half"] = [0.5, 1.5, -2, 4]
    data["long name of a member"] = np.arange(24).reshape(4, 2, 3)
    data["inner"]["x"] = [1, 2, 3, 4.5]
    data["inner"]["y"] = [2**40, -1, 0, 7]
    data["last"] = [9, 8, 7, 6]
    file["compound"] = data
    # bfloat16 in a compound and in an array: the library's description of both says "float of two bytes".
    pair = h5t.create(h5t.COMPOUND, 6)
    pair.insert(b"b", 0, bfloat16())
    pair.insert(b"i", 2, h5t.STD_I32LE)
    words = np.zeros(3, np.dtype({"names": ["b", "i"], "formats": ["u2", "<i4"], "offsets": [0, 2], "itemsize": 6}))
    words["b"] = as_bfloat16([1, -2, 0.5])
    words["i"] = [5, 6, 7]
    write_raw(file, "bf16_member", pair, words, (3,))
    row = h5t.array_create(bfloat16(), (2,))
    write_raw(file, "bf16_array", row, as_bfloat16([[1, -2], [0.5, 3.25], [4, 8]]), (3,))
    # A committed type that datasets share.
    file["named"] = np.dtype("<f2")
    file.create_dataset("committed", data=FLOATS.astype("f2"), dtype=file["named"])
    # Attributes push the header into continuation blocks; the datatype stays in front of them.
    made = file.create_dataset("with_attributes", data=FLOATS.astype("<f2"))
    for k in range(40):
        made.attrs[f"attribute {k}"] = np.arange(50)
    # Bits that are read by nobody.
    odd = h5t.IEEE_F32LE.copy()
    odd.set_fields(31, 20, 11, 0, 20)
    odd.set_ebias(1023)
    write_raw(file, "odd_float", odd, np.zeros(2, "u4"), (2,))
    twelve = h5t.STD_I16LE.copy()
    twelve.set_precision(12)
    write_raw(file, "odd_integer", twelve, np.zeros(2, "u2"), (2,))


def boxes(path):
    """Arrays of 0, 1, 2, … stored in every way, whose chunks do not end where the axes do."""
    shape = (5, 13, 7)
    data = np.arange(5 * 13 * 7).reshape(shape)
    kinds = {
        "contiguous": {},
        "chunked": dict(chunks=(2, 5, 3)),
        "gzip": dict(chunks=(2, 5, 3), compression="gzip"),
        "shuffle_gzip": dict(chunks=(1, 13, 4), compression="gzip", shuffle=True),
        "fletcher32": dict(chunks=(5, 2, 7), fletcher32=True),
        "growing": dict(chunks=(2, 2, 2), maxshape=(None, 13, None)),
        "filled": dict(chunks=(2, 5, 3), fillvalue=-1),
    }
    with h5py.File(path, "w", libver="latest") as file:
        for name, options in kinds.items():
            for dtype in ("<f4", ">i2"):
                made = file.create_dataset(f"{name} {dtype[1:]}", shape, dtype, **options)
                if name == "filled":
                    # Of chunks that were never written the values are the fill value.
                    made[:2, :5, :3] = data[:2, :5, :3]
                else:
                    made[...] = data
        file.create_dataset("scaleoffset i2", data=data.astype("i2"), chunks=(2, 5, 3), scaleoffset=0)
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_layout(h5d.COMPACT)
        made = h5d.create(file.id, b"compact f4", h5t.IEEE_F32LE, h5s.create_simple(shape), plist)
        made.write(h5s.ALL, h5s.ALL, data.astype("f4"))
        for axis, label in enumerate(("batch", "", "width")):
            file["gzip f4"].dims[axis].label = label
        for axis, name in enumerate(("time", "row", "column")):
            file[f"scales/{name}"] = np.arange(shape[axis])
            file[f"scales/{name}"].make_scale()
            file["chunked f4"].dims[axis].attach_scale(file[f"scales/{name}"])


def shared_messages(path):
    """Datatypes in the heap of messages that objects share, which only the C library can ask for."""
    library = ctypes.CDLL(next(Path("/usr/lib").rglob("libhdf5_serial.so.*")).as_posix())
    plist = h5p.create(h5p.FILE_CREATE)
    handle = ctypes.c_int64(plist.id)
    assert library.H5Pset_shared_mesg_nindexes(handle, ctypes.c_uint(1)) >= 0
    assert library.H5Pset_shared_mesg_index(handle, ctypes.c_uint(0), ctypes.c_uint(1 << 3), ctypes.c_uint(1)) >= 0
    with h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, plist)) as file:
        for k in range(3):
            file[f"half{k}"] = FLOATS.astype("<f2")
        file["long"] = np.arange(3)


def large(path, userblock=b""):
    """A file of gigabytes that is zero but for its headers: where they are, and what they say."""
    size = 512 * (1 + len(userblock) // 512) if userblock else 0
    with h5py.File(path, "w", userblock_size=size) as file:
        for name in ("time", "row", "column"):
            file[name] = np.arange(3.0)
            file[name].make_scale(name)
        for k in range(3):
            plist = h5p.create(h5p.DATASET_CREATE)
            plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
            plist.set_fill_time(h5d.FILL_TIME_NEVER)
            space = h5s.create_simple((3, 5000, 11000))
            h5d.create(file.id, f"weight{k}".encode(), h5t.IEEE_F32LE, space, plist)
            for axis, name in enumerate(("time", "row", "column")):
                file[f"weight{k}"].dims[axis].attach_scale(file[name])
    if userblock:
        with open(path, "r+b") as out:
            out.write(userblock)
    pieces = []
    with open(path, "rb") as bytes_of:
        size = bytes_of.seek(0, os.SEEK_END)
        at = 0
        while at < size:
            try:
                at = bytes_of.seek(at, os.SEEK_DATA)
            except OSError:
                break
            end = bytes_of.seek(at, os.SEEK_HOLE)
            bytes_of.seek(at)
            pieces.append([at, base64.b64encode(zlib.compress(bytes_of.read(end - at), 9)).decode()])
            at = end
    os.remove(path)
    return {"size": size, "pieces": pieces}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    kinds = {
        "types-v1.h5": dict(libver=("earliest", "v108")),
        "types-v2.h5": dict(libver="latest"),
        "types-userblock.h5": dict(libver="latest", userblock_size=1024),
    }
    for name, options in kinds.items():
        with h5py.File(FOLDER / name, "w", **options) as file:
            fill(file)
    for name, size in {"types-address4.h5": 4, "types-address2.h5": 2}.items():
        plist = h5p.create(h5p.FILE_CREATE)
        plist.set_sizes(size, size)
        with h5py.File(h5f.create(str(FOLDER / name).encode(), h5f.ACC_TRUNC, plist)) as file:
            fill(file)
    boxes(str(FOLDER / "boxes.h5"))
    matlab = b"MATLAB 7.3 MAT-file, written by h5py".ljust(124) + b"\x00\x02IM"
    kinds = {"large.h5": b"", "large.mat": matlab}
    found = {name: large("/tmp/" + name, block) for name, block in kinds.items()}
    (FOLDER / "large.json").write_text(json.dumps(found, indent="\t") + "\n")
    shared_messages(str(FOLDER / "types-shared.h5"))
    # What h5py reads; bfloat16 it reads as float32 by the library's own conversion.
    with h5py.File(FOLDER / "types-v2.h5") as file:
        known = {}
        for name, dataset in file.items():
            if isinstance(dataset, h5py.Datatype) or name.startswith("odd"):
                continue
            values = dataset[()]
            parts = {f".{field}": values[field] for field in values.dtype.names or ()} or {"": values}
            known.update({name + suffix: part for suffix, part in parts.items()})
        inner = known.pop("compound.inner")
        known.update({f"compound.inner.{field}": inner[field] for field in inner.dtype.names})
        # Where members are smaller than h5py's own types it reads them over each other: these are as they were written.
        known.update({"bf16_member.b": np.array([1, -2, 0.5]), "bf16_member.i": np.array([5, 6, 7])})
        numbers = {
            name: np.stack([part.real, part.imag]).tolist() if part.dtype.kind == "c" else [np.asarray(part, "f8").ravel().tolist()]
            for name, part in known.items()
        }
    (FOLDER / "types.json").write_text(json.dumps({"hdf5": h5py.version.hdf5_version, "values": numbers}, indent="\t") + "\n")


main()
